// VMOs: all there is of one is in its capabilities' slots. A slot carries at most one mapping.
#pragma once

#include "kernel/base/result.h"
#include "kernel/cap/slot.h"
#include "kernel/mem/access.h"
#include "kernel/object/task.h"

namespace tessera {

// Both go in bounded steps; kPreempted: call again with the same arguments.
Result<void> map_vmo(Slot& slot, Task& task, VirtAddr address, Access access);
Result<void> unmap_vmo(Slot& slot);

// How many of its pages a slot that is mapped has in the page table: fewer than there are while the
// mapping is being made or undone.
std::uint32_t mapped_pages(const Slot& slot);
// What the capability's mapping allows, also while it is being made or undone; nothing when it has
// none.
Access mapped_access(Slot& slot);

// The task's address space is gone for ever: nothing runs in it, and its ASID is free. kPreempted:
// call again.
Result<void> retire_address_space(Task& task);

}  // namespace tessera
