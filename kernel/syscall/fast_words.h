// Where the short ways have a message's words: a message of up to six is wholly in registers, the
// rest of a longer one in the IPC buffers of both threads. Each of the two is a way of its own
// (fast_path.h), so that the one does not ask what only the other needs.
#pragma once

#include <cstdint>

#include "idl/wire.h"
#include "kernel/arch/contract/arch.h"
#include "kernel/ipc/message.h"
#include "kernel/object/thread.h"
#include "kernel/object/transfer.h"

namespace tessera::fast {

class InRegisters {
 public:
  // A shape without capabilities, and of words that travel so.
  static bool fits(std::uint64_t shape) { return shape <= abi::kMessageRegisters; }
  // The words of the registers, of which the shape may count fewer: those become 0.
  [[gnu::always_inline]] static arch::Words cut(arch::Words words, std::uint64_t shape) {
    return arch::first_words(words, static_cast<unsigned>(shape));
  }
  bool find(const Thread& /*sender*/, const Thread& /*receiver*/) { return true; }
  void copy(std::uint64_t /*shape*/) const {}
};

class InBuffers {
 public:
  static bool fits(std::uint64_t shape) {
    return shape > abi::kMessageRegisters && shape <= abi::kTagWordsMask;
  }
  [[gnu::always_inline]] static arch::Words cut(arch::Words words, std::uint64_t /*shape*/) {
    return words;
  }
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
