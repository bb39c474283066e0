// Making and destroying capabilities. An object whose last capability goes is destroyed; what has
// slots inside (CNode, Task, Thread) is emptied in bounded steps, while a grave holds its place in
// the derivation tree, so that its memory is not given out again before.
//
// All of it is done with the tree taken (tree.h).
#pragma once

#include "kernel/base/result.h"
#include "kernel/cap/slot.h"
#include "kernel/object/state.h"

namespace tessera {

// An Untyped's memory has one owner, and a Reply right is used once: these capabilities are moved,
// never copied.
constexpr bool is_copyable(abi::ObjectType type) {
  return type != abi::ObjectType::kUntyped && type != abi::ObjectType::kReply;
}

// Whether anything may be derived from the capability, which is the call's `argument`.
Result<void> check_derivable(CapabilityWord word, std::uint8_t argument);

// The rights that a new object's first capability has: all that its IDL names.
std::uint8_t all_rights(abi::ObjectType type);

// `to`, empty, becomes a capability to what `from` names, derived from it; `badge` 0: with its
// badge.
[[gnu::noinline]] void derive(Slot& from, Slot& to, std::uint8_t rights, std::uint64_t badge = 0);
// A new object's first capability, with all rights; the object counts it already.
[[gnu::noinline]] void first_capability(Slot& parent, Slot& to, abi::ObjectType type, void* object);

// Units of work between two looks at whether an interrupt waits. kPreempted: call again.
Result<void> delete_capability(Slot& slot);
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

// The count of an object that has one; null: what the capability names is in the slot itself.
std::uint32_t* references_of(CapabilityWord word);
inline std::uint32_t* references_of(const Slot& slot) { return references_of(slot.word()); }

}  // namespace tessera
