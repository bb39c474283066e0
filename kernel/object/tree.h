// The derivation tree is one hart's at a time: all slots but for their words, which others may read
// at any time, reference counts, and everything that changes only with a capability. A system call
// takes it before it looks anything up, unless it is one that several harts may make at once
// (messages, signals); those take it when they turn out to need it.
//
// What a capability names is looked up without it and is then held to be true under the lock of the
// object: whoever changes the word of a slot that names an Endpoint, a Notification or a Reply has
// the object's lock (ObjectLock), so that nobody goes on by a capability that is gone.
#pragma once

#include "kernel/base/result.h"
#include "kernel/cap/slot.h"
#include "kernel/object/held_lock.h"
#include "kernel/sched/hart.h"
#include "kernel/sync/spinlock.h"

namespace tessera {

// Fine when this hart has it. kPreempted: another one has it, and an interrupt waits here.
Result<void> take_tree();
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

// The lock of the object that a slot names, if it has one; the caller has the tree.
class ObjectLock {
 public:
  explicit ObjectLock(const Slot& slot) __attribute__((no_thread_safety_analysis));
  ~ObjectLock() = default;

 private:
  HeldLock lock_;
};

}  // namespace tessera
