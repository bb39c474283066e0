// How capabilities go. An object whose last capability goes is destroyed; what has
// slots inside (CNode, Task, Thread) is emptied in bounded steps, while a grave holds its place in
// the derivation tree, so that its memory is not given out again before.
//
// All of it is done with the tree taken (tree.h).
#pragma once

#include "kernel/base/result.h"
#include "kernel/cap/slot.h"
#include "kernel/object/state.h"

namespace tessera {

// Units of work between two looks at whether an interrupt waits. kPreempted: call again.
Result<void> delete_capability(Slot& slot);
// Whether it goes at once and nothing with it: one of several capabilities to its object.
bool goes_at_once(const Slot& slot);
Result<void> revoke_capability(Slot& slot);
// Goes on with the destruction of what has lost its last capability.
Result<void> bury_all();
inline Result<void> bury_the_dead() {
  if (state.dying == nullptr) [[likely]]
    return {};
  return bury_all();
}

// What somebody has begun to destroy and did not live to finish may hold what a call lacks, or
// counts. Once it is buried the call is made again, from its start: what its arguments named, and
// the caller itself, may have been among the dead.
Error bury_and_try_again();
inline Result<void> or_bury(Result<void> result) {
  const bool lacks = !result.has_value() && result.error().status == abi::kEnomem;
  if (lacks && state.dying != nullptr) return bury_and_try_again();
  return result;
}

}  // namespace tessera
