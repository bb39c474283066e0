// The kernel's one entrance, and its one exit to user space.
#pragma once

#include <cstdint>

#include "kernel/arch/contract/arch.h"
#include "kernel/arch/contract/frame.h"
#include "kernel/sched/hart.h"

namespace tessera {

// Chooses who runs on this hart, sleeping while nobody can, and makes the hart ready for it.
arch::Frame* leave_kernel(Hart& hart);

// From trap entry, on the hart that was trapped.
//
// A system call in the frame of the thread that runs, whose pc is past the ecall. Answers who goes
// on, and which registers are to be loaded.
enum class Load : std::uint64_t {
  kPlace,  // pc, sp and tp; the saved ones are as they are to be, and all others 0
  kRest,   // all but the saved ones
  kAll,
};
struct WayOut {
  arch::Frame* frame;
  Load load;
};
extern "C" WayOut system_call(arch::HartLocal* local);
// Any other trap, with scause and stval. Answers whose registers are to be loaded.
extern "C" arch::Frame* kernel_trap(arch::HartLocal* local, std::uint64_t cause,
                                    std::uint64_t value);

}  // namespace tessera
