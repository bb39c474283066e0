// How a capability goes that is one of several to its object, on a short way: nothing goes with it,
// and nobody is waited for. For a slot of a CNode, with the tree taken (tree.h).
#pragma once

#include <cstdint>

#include "kernel/cap/slot.h"
#include "kernel/object/derive.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/notification.h"

namespace tessera {

// The slot names nothing any more. False: another hart has the lock of the object, and nothing is
// done.
[[gnu::always_inline]] inline bool take_word(Slot& slot, CapabilityWord word)
    __attribute__((no_thread_safety_analysis)) {
  if (word.type() == abi::ObjectType::kEndpoint) {
    EndpointLock& lock = reinterpret_cast<Endpoint*>(word.object())->lock;
    const EndpointLock::Word was = lock.take();
    if (was == EndpointLock::Word::kHeld) return false;
    slot.set_word({});
    lock.leave(was);
  } else if (word.type() == abi::ObjectType::kNotification) {
    SpinLock& lock = reinterpret_cast<Notification*>(word.object())->lock;
    if (!lock.try_lock()) return false;
    slot.set_word({});
    lock.unlock();
  } else {
    slot.set_word({});
  }
  return true;
}

// Empties the slot, which holds `word`. False: it is the last capability to an object, or what it
// names is in the slot itself, or has a lock that another hart has; then nothing is done.
[[gnu::always_inline]] inline bool release_at_once(Slot& slot, CapabilityWord word) {
  std::uint32_t* references = quick_references_of(word);
  if (references == nullptr) return false;
  const std::uint32_t before = *references;
  if (before == 1 || !take_word(slot, word)) return false;
  *references = before - 1;
  slot.children.move_all_before(slot);
  slot.leave();
  --capability_count;
  return true;
}

}  // namespace tessera
