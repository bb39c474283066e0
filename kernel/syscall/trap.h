// The kernel's one exit to user space, for the first task's start; kernel_trap in trap.cc is its
// entrance.
#pragma once

#include "kernel/arch/contract/frame.h"
#include "kernel/sched/hart.h"

namespace tessera {

// Chooses who runs on this hart, sleeping while nobody can, and makes the hart ready for it.
arch::Frame* leave_kernel(Hart& hart);

}  // namespace tessera
