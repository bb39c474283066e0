// Every hart of the machine into the kernel. The one place that starts harts.
#pragma once

#include <string_view>

#include "kernel/boot/machine.h"
#include "kernel/boot/memory_map.h"

namespace tessera::boot {

// Starts all harts but the one that it runs on (SBI HSM), with stacks out of `memory`, and says
// which came: cpu0 is the one that the firmware started on, the others are numbered as the device
// tree has them. One that does not come is said, and left out. Empty: done; else why that is
// impossible.
std::string_view start_harts(const Machine& machine, MemoryMap& memory);

// What the harts can do for each other, tried: a line for each thing. Does nothing on one hart.
// Writes to pages of `memory` that are free, and leaves them so.
void test_harts(const MemoryMap& memory);

}  // namespace tessera::boot
