// The derivation tree is one hart's at a time: all slots but for their words, which others may read
// at any time, reference counts, and everything that changes only with a capability. A system call
// takes it before it looks anything up, unless it is one that several harts may make at once
// (messages, signals); those take it when they turn out to need it.
//
// What a capability names is looked up without it and is then held to be true under the lock of the
// object: whoever changes the word of a slot that names an Endpoint, a Notification or a Reply has
// the object's lock (object_lock.h), so that nobody goes on by a capability that is gone.
#pragma once

#include <concepts>
#include <cstdint>
#include <utility>

#include "kernel/base/result.h"
#include "kernel/cap/slot.h"
#include "kernel/sched/hart.h"

namespace tessera {

// Fine when this hart has it. kPreempted: another one has it, and an interrupt waits here.
Result<void> take_tree();
// The same, of one that cannot have it yet.
Result<void> begin_with_tree();
// When this hart has it.
void leave_tree();
inline bool has_tree() { return Hart::here().has_tree; }

// A capability as it was found, in a slot that may have changed since.
struct Invoked {
  Slot* slot = nullptr;
  CapabilityWord word;

  Invoked() = default;
  explicit Invoked(Slot& from) : slot(&from), word(from.word()) {}
  // Asked under the lock of the object; false: the slot has another capability by now, or none.
  bool stands() const { return slot->word() == word; }
  // The object, whose type the caller knows.
  template <class T>
  T& as() const {
    return *reinterpret_cast<T*>(word.object());
  }
};
inline constexpr Error kGone{abi::kEbadf, abi::Detail::kBadCap, 0};

// What a look-up answers, in two words: those that a function returns in registers.
template <class T>
  requires std::derived_from<T, Invoked>
class [[nodiscard]] Result<T> {
 public:
  Result(const T& found)  // NOLINT(google-explicit-constructor)
      : slot_(found.slot), word_(found.word.bits()) {}
  Result(Error error)  // NOLINT(google-explicit-constructor)
      : word_(std::uint64_t{error.argument} << kArgumentShift |
              std::uint64_t{std::to_underlying(error.detail)} << kDetailShift |
              static_cast<std::uint32_t>(error.status)) {}

  bool has_value() const { return slot_ != nullptr; }
  explicit operator bool() const { return has_value(); }
  T operator*() const {
    T found;
    found.slot = slot_;
    found.word = CapabilityWord::from_bits(word_);
    return found;
  }
  Error error() const {
    return {static_cast<std::int32_t>(word_),
            static_cast<abi::Detail>(static_cast<std::uint8_t>(word_ >> kDetailShift)),
            static_cast<std::uint8_t>(word_ >> kArgumentShift)};
  }

 private:
  static constexpr unsigned kDetailShift = 32;
  static constexpr unsigned kArgumentShift = 40;

  Slot* slot_ = nullptr;
  std::uint64_t word_;  // the capability's or, when there is no slot, an Error
};

}  // namespace tessera
