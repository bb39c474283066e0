// Untyped memory: its state is in its one capability's slot. Objects smaller than a page are given
// from its low end, runs of pages from its high end, so that neither costs the other alignment.
#pragma once

#include <cstdint>

#include "kernel/base/result.h"
#include "kernel/cap/cnode.h"
#include "kernel/cap/slot.h"

namespace tessera {

// The unit of an Untyped's accounting, and every object's alignment.
inline constexpr std::uint64_t kGrain = 64;

// Makes an empty slot an Untyped over `pages` pages, as a child of `parent`.
void make_untyped(Slot& parent, Slot& slot, PhysAddr base, std::uint32_t pages, bool device);

// Bytes not given out.
std::uint64_t free_bytes(const Slot& untyped);

// What is asked of an Untyped.
struct Request {
  abi::ObjectType type;
  std::uint64_t size;  // as Untyped.retype tells
  std::uint32_t count;
};
// `count` objects in the slots from `first` of `node`. kPreempted: call again with the same
// arguments; zeroing goes on where it was.
Result<void> retype(Slot& untyped, const Request& request, CNode& node, std::uint32_t first);

// Bytes or pages for the kernel's own use on the account of the Untyped, which must have or get a
// child that holds them: not zeroed. Of an Untyped that had children and has none left take_bytes
// comes first: it finds that all is free again.
Result<void*> take_bytes(Slot& untyped, std::uint32_t bytes);
Result<PhysAddr> take_pages(Slot& untyped, std::uint32_t pages);

}  // namespace tessera
