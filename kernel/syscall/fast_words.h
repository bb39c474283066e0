// What a message carries on the short ways. One of up to six words is wholly in registers; the rest
// of a longer one is in the IPC buffers of both threads; and one of up to six may carry a
// capability. Each is a way of its own (fast_path.h), so that none asks what only another needs.
#pragma once

#include <cstdint>
#include <utility>

#include "idl/kernel_rights.h"
#include "idl/wire.h"
#include "kernel/arch/contract/arch.h"
#include "kernel/ipc/message.h"
#include "kernel/object/derive.h"
#include "kernel/object/state.h"
#include "kernel/object/task.h"
#include "kernel/object/thread.h"
#include "kernel/object/transfer.h"

namespace tessera::fast {

class InRegisters {
 public:
  // What a call needs of the capability to its endpoint.
  static constexpr std::uint8_t kRights = std::to_underlying(abi::EndpointRight::kSend);
  // A shape without capabilities, and of words that travel so.
  static bool fits(std::uint64_t shape) { return shape <= abi::kMessageRegisters; }
  // The words of the registers, of which the shape may count fewer: those become 0.
  [[gnu::always_inline]] static arch::Words cut(arch::Words words, std::uint64_t shape) {
    return arch::first_words(words, static_cast<unsigned>(shape));
  }
  static bool start(const CNode& /*of_the_sender*/) { return true; }
  bool find(const Thread& /*sender*/, const Thread& /*receiver*/) { return true; }
  void copy(std::uint64_t /*shape*/) const {}
};

class InBuffers {
 public:
  static constexpr std::uint8_t kRights = InRegisters::kRights;
  static bool fits(std::uint64_t shape) {
    return shape > abi::kMessageRegisters && shape <= abi::kTagWordsMask;
  }
  [[gnu::always_inline]] static arch::Words cut(arch::Words words, std::uint64_t /*shape*/) {
    return words;
  }
  static bool start(const CNode& /*of_the_sender*/) { return true; }
  // False: one of the two has no buffer. What was found stays good (LongWords).
  [[gnu::always_inline]] bool find(const Thread& sender, const Thread& receiver) {
    const CapabilityWord from = sender.buffer.word();
    const CapabilityWord to = receiver.buffer.word();
    if (from.empty() || to.empty()) return false;
    words_ = words_between(from, to);
    return true;
  }
  [[gnu::always_inline]] void copy(std::uint64_t shape) const {
    arch::copy_pairs(words_.to, words_.from, ipc::long_pairs(shape));
  }

 private:
  LongWords words_;
};

// A capability of the sender's, beside up to six words: the receiver gets one that is derived from
// it. For who has the tree's lock, and it alone of what take_tree() does: copy() leaves it.
class OneCapability {
 public:
  static constexpr std::uint8_t kRights =
      InRegisters::kRights | std::to_underlying(abi::EndpointRight::kGrant);
  explicit OneCapability(std::uint64_t slot) : address_(slot) {}

  static bool fits(std::uint64_t shape) {
    constexpr std::uint64_t kOne = 1 << abi::kTagCapabilitiesShift;
    return shape - kOne <= abi::kMessageRegisters;
  }
  [[gnu::always_inline]] static arch::Words cut(arch::Words words, std::uint64_t shape) {
    return InRegisters::cut(words, shape);
  }
  // False: there is nothing at its address that can be sent.
  [[gnu::always_inline]] bool start(CNode& cspace) {
    if (address_ >= cspace.count()) return false;
    from_ = cspace.slot(address_);  // slot 0 is the header, and empty
    word_ = from_->word();
    badge_ = from_->badge;
    if ((kPlain >> std::to_underlying(word_.type()) & 1) != 0) return true;
    badge_ = 0;
    return word_.allows(abi::ObjectType::kVmo, std::to_underlying(abi::VmoRight::kShare));
  }
  // False: the receiver has no room.
  [[gnu::always_inline]] bool find(const Thread& /*sender*/, Thread& receiver) {
    CNode* cspace = receiver.task()->cnode();
    const std::uint64_t window = receiver.window;
    if (cspace == nullptr || window == 0 || window >= cspace->count()) return false;
    receiver_ = &receiver;
    to_ = cspace->slot(window);
    return to_->empty();
  }
  [[gnu::always_inline]] void copy(std::uint64_t /*shape*/) const
      __attribute__((no_thread_safety_analysis)) {
    std::uint32_t* references = quick_references_of(word_);
    if (references != nullptr) ++*references;
    [[clang::always_inline]] to_->derive_from(*from_, word_, badge_);
    to_->received = true;
    receiver_->received = 1;
    state.tree_lock.unlock();
  }

 private:
  // What may be copied whatever its rights, a bit each; and has a badge that the copy gets.
  static constexpr std::uint64_t kPlain = [] {
    std::uint64_t types = 0;
    for (unsigned i = 1; i < kObjectTypes; ++i) {
      const auto type = static_cast<abi::ObjectType>(i);
      if (is_copyable(type) && type != abi::ObjectType::kVmo) types |= std::uint64_t{1} << i;
    }
    return types;
  }();

  std::uint64_t address_;
  Slot* from_ = nullptr;
  CapabilityWord word_;
  std::uint64_t badge_ = 0;
  Slot* to_ = nullptr;
  Thread* receiver_ = nullptr;
};

// The kernel's message about a fault of the sender, which waits with it.
struct OfFault {
  Thread& thread;
  abi::FaultCause cause;
  std::uint64_t address;

  bool find(const Thread& /*sender*/, const Thread& /*receiver*/) const { return true; }
  void copy(std::uint64_t /*shape*/) const {
    thread.fault = true;
    thread.fault_cause = cause;
    thread.fault_address = address;
  }
};

}  // namespace tessera::fast
