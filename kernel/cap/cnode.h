// A CNode: a flat table of slots, nothing but its memory. The first slot, which no address names,
// is the header: the same 64 bytes hold the CNode's place in the derivation tree while its contents
// are being destroyed.
#pragma once

#include <cstdint>

#include "kernel/base/result.h"
#include "kernel/cap/slot.h"

namespace tessera {

class CNode : public Slot {
 public:
  // Zeroed memory of `count` slots becomes a CNode, which one capability is to name.
  static CNode& create(void* memory, std::uint32_t count) {
    auto* node = ::new (memory) CNode();
    node->given.high = count;
    node->references() = 1;
    node->role = SlotRole::kGrave;
    return *node;
  }
  static CNode& of(std::uint64_t object) { return *reinterpret_cast<CNode*>(object); }

  std::uint32_t count() const { return given.high; }
  std::uint32_t& references() { return given.low; }
  // The next slot whose contents are to be destroyed, less one.
  std::uint32_t& cursor() { return pages; }

  // The slot of an index that user space gave, all 64 bits of it.
  Result<Slot*> at(std::uint64_t index, std::uint8_t argument) {
    if (index == 0 || index >= count()) {
      return refused(abi::kEbadf, abi::Detail::kBadCap, argument);
    }
    return slot(index);
  }
  // The slot of an index known to be within.
  Slot* slot(std::uint64_t index) { return static_cast<Slot*>(this) + index; }
};
static_assert(sizeof(CNode) == sizeof(Slot));

}  // namespace tessera
