// What boot asks of this architecture alone, in the order in which kernel_main calls it. Every
// function runs on the first hart before any thread does, unless it says otherwise.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernel/arch/contract/frame.h"
#include "kernel/arch/contract/range.h"
#include "kernel/base/types.h"

namespace tessera::arch::riscv64 {

// 1. Makes `hart` this hart's own, instead of boot's, with the stack that it runs on.
void adopt_hart(HartLocal& hart);

// 2. The memory from the device tree's start on, readable: more bytes than any tree may have. What
// is
//    in it is not checked. It stays readable until close_windows().
std::span<const std::byte> open_dtb(PhysAddr dtb);

// 3. From now on early_write() writes to this NS16550 itself; before, by the firmware.
struct Uart {
  PhysRange registers;         // a page at most is used
  std::uint32_t shift = 0;     // a register's number is shifted by so many bits
  std::uint32_t io_width = 1;  // bytes of an access: 1 or 4
};
void use_uart(const Uart& uart);

// The interrupt controller (RISC-V PLIC 1.0.0), before start_hart(). It is not used when its
// registers are not where they must be.
struct Plic {
  PhysRange registers;
  std::uint32_t sources = 0;
};
void use_plic(const Plic& plic, std::span<const std::uint32_t> contexts);

// 4. The clock; timer interrupts by stimecmp when the machine has Sstc, by the firmware otherwise.
void start_clock(std::uint64_t frequency, bool sstc);

// 5. The image, with its stack: not to be given away, nor to be reached by another address.
PhysRange image();

// 6. Maps all of `ram` (whole pages, sorted, apart, without the image) in the direct map. Its page
//    tables are the first pages of `pool`, a range of mapped RAM that loses them. False: the pool
//    is too small.
[[nodiscard]] bool map_ram(std::span<const PhysRange> ram, PhysRange& pool);

// 7. Takes back what open_dtb() mapped. Nothing of the device tree may be used any more.
void close_windows();

// 8. Interrupts that reach this hart while it runs a thread, none of a device yet, and the hart's
// counters hidden from user
//    space. On every hart.
void start_hart();

// For the test of shootdowns: a page of RAM at an address of its own, and only this hart forgets
// what was there before. close_probe(): nothing is.
void* open_probe(PhysAddr page);
void close_probe();

// 9. Unmaps what only boot runs (kernel.ld), and goes to the first thread.
[[noreturn]] void leave_boot(Frame* frame);

// Lets user space on this hart read its instruction and cycle counters: for bench images alone.
void allow_user_counters();

// Starts another hart, whose id and stack_top `hart` has: other_main(&hart) runs on it, soon. 0, or
// the firmware's error (SBI 1.0, chapter 3): -2 when it cannot start harts at all.
std::int64_t start_other(HartLocal& hart);
inline constexpr std::int64_t kCannotStartHarts = -2;
// One that has not come by now sleeps when it does.
void forget_other_harts();

// Another hart's stack, of kStackSize bytes of RAM, with a guard below; answers its end.
VirtAddr map_stack(std::uint64_t index, PhysAddr stack);

// Leaves the kernel for the first time on this hart. `frame` is of the thread that hart.frame has.
extern "C" [[noreturn]] void enter_user(Frame* frame);

}  // namespace tessera::arch::riscv64
