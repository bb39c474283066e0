// Time, interrupts and the early console of this hart; and the end of the machine.
#include "kernel/arch/contract/arch.h"
#include "kernel/arch/riscv64/asm.h"
#include "kernel/arch/riscv64/boot.h"
#include "kernel/arch/riscv64/clock.h"
#include "kernel/arch/riscv64/csr.h"
#include "kernel/arch/riscv64/layout.h"
#include "kernel/arch/riscv64/paging.h"
#include "kernel/arch/riscv64/sbi.h"

// What trap entry has for a hart until boot knows the real one (boot.S).
extern "C" {
constinit tessera::arch::HartLocal boot_hart;
extern const char _start[];
// boot.S
extern struct {
  tessera::arch::HartLocal* hart;
  std::uint64_t id;
} other_harts[OTHER_HARTS_MOST];
}

namespace tessera::arch {
namespace riscv64 {
namespace {

static_assert(offsetof(HartLocal, current) == HART_CURRENT);
static_assert(offsetof(HartLocal, scratch) == HART_SCRATCH);
static_assert(offsetof(HartLocal, stack_top) == HART_STACK_TOP);
static_assert(kFrameOffset == FRAME_OFFSET);

// Written once, by start_clock().
constinit Clock machine_clock;
constinit bool has_sstc = false;

// Whether stimecmp can be read: the firmware may not have enabled what the hart has. The trap that
// the read takes otherwise goes to the instruction after it.
bool stimecmp_answers() {
  std::uint64_t reached = 0;
  std::uint64_t scratch = 0;
  asm volatile(
      "  lla   %1, 1f\n"
      "  csrrw %1, stvec, %1\n"
      "  csrr  zero, 0x14d\n"
      "  li    %0, 1\n"
      "  .balign 4\n"
      "1:csrw  stvec, %1\n"
      : "+r"(reached), "=&r"(scratch)::"memory");
  return reached != 0;
}

}  // namespace

void adopt_hart(HartLocal& hart) {
  hart.stack_top = this_hart().stack_top;
  write_sscratch(reinterpret_cast<std::uint64_t>(&hart));
  asm volatile("mv tp, %0" ::"r"(&hart) : "memory");
}

void start_clock(std::uint64_t frequency, bool sstc) {
  machine_clock = Clock(frequency);
  has_sstc = sstc && stimecmp_answers();
  set_timer(kNever);
}

void start_hart() {
  write_scounteren(0);
  clear_context();
  // Without a controller that is ours, nobody would ever take one of a device.
  write_sie(kSoftwareInterrupt | kTimerInterrupt |
            (device_sources() != 0 ? kExternalInterrupt : 0));
}

static_assert(OTHER_HARTS_MOST == kMostHarts - 1);

std::int64_t start_other(HartLocal& hart) {
  for (auto& each : other_harts) {
    if (each.hart != nullptr) continue;
    each.id = hart.id.value;
    each.hart = &hart;
    asm volatile("fence rw, w" ::: "memory");
    const PhysAddr entry{reinterpret_cast<std::uint64_t>(_start) - kImageOffset};
    return static_cast<std::int64_t>(sbi::hart_start(hart.id, entry, 0));
  }
  return kCannotStartHarts;
}

void forget_other_harts() {
  for (auto& each : other_harts) each.hart = nullptr;
  asm volatile("fence rw, w" ::: "memory");
}

void allow_user_counters() { write_scounteren(kCounterCycle | kCounterInstret); }

}  // namespace riscv64

Nanoseconds now() { return riscv64::machine_clock.to_time(riscv64::read_time()); }

void set_timer(Nanoseconds deadline) {
  const std::uint64_t ticks = riscv64::machine_clock.to_ticks(deadline);
  if (riscv64::has_sstc) {
    riscv64::write_stimecmp(ticks);
  } else {
    // The extension is in every firmware that starts us, and has no other error.
    static_cast<void>(riscv64::sbi::set_timer(ticks));
  }
}

bool send_software_interrupt(HartId hart) {
  return riscv64::sbi::send_ipi(hart) == riscv64::sbi::Error::kSuccess;
}

void shut_down(bool failure) {
  static_cast<void>(riscv64::sbi::system_reset(
      riscv64::sbi::ResetType::kShutdown,
      failure ? riscv64::sbi::ResetReason::kSystemFailure : riscv64::sbi::ResetReason::kNone));
  while (true) wait_for_interrupt();
}

}  // namespace tessera::arch
