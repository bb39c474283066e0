// How capabilities are made, and what is known of an object by its type. All of it is done with the
// tree taken (tree.h).
#pragma once

#include <array>
#include <cstdint>
#include <utility>

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

// Where in an object its count is, by type; less than 0: it has none.
extern const std::array<std::int16_t, kObjectTypes> kReferencesAt;
// The count of an object that has one; null: what the capability names is in the slot itself. Both
// are the same; the second is for the short ways.
std::uint32_t* references_of(CapabilityWord word);
[[gnu::always_inline]] inline std::uint32_t* quick_references_of(CapabilityWord word) {
  const std::int16_t at = kReferencesAt[std::to_underlying(word.type())];
  if (at < 0) return nullptr;
  auto* references = reinterpret_cast<std::uint32_t*>(word.object() + at);
  __builtin_assume(references != nullptr);  // so that who asks whether there is one asks once
  return references;
}
inline std::uint32_t* references_of(const Slot& slot) { return references_of(slot.word()); }

// How many objects of a type there are.
inline std::uint32_t& objects_of(abi::ObjectType type) {
  return state.objects[std::to_underlying(type)];
}

}  // namespace tessera
