// From the device tree's address to a machine that the kernel can use: what it is known, the early
// console its UART's, the clock right, all RAM in the direct map. Only the first hart, once.
#pragma once

#include "kernel/boot/machine.h"
#include "kernel/boot/memory_map.h"

namespace tessera::boot {

struct Started {
  Machine machine;
  MemoryMap memory;
};

// Where a machine cannot be used (no memory, no UART, a broken tree ...), prints a line that says
// why, and stops. machine.bootargs are readable until arch::riscv64::close_windows().
void start_machine(PhysAddr dtb, Started& started);

}  // namespace tessera::boot
