// The first hart waits for another one, before there are threads.
#pragma once

#include "kernel/arch/contract/arch.h"
#include "kernel/sched/hart.h"

namespace tessera::boot {

// Sleeps, and looks now and then, until `holds()`, which some other hart makes true, or until so
// much time has passed: false. Not a loop without sleep: an emulator may run one hart at a time.
inline constexpr Nanoseconds kNap{50'000};
// Other harts take microseconds where nothing else runs. An emulator's host that is busy can keep
// one of them from running for more than a second, though rarely: once in some thousand starts.
inline constexpr Nanoseconds kPatience{5'000'000'000};
[[gnu::noinline]] inline void nap() {
  arch::set_timer({arch::now().value + kNap.value});
  arch::wait_for_interrupt();
  if (arch::take_software_interrupt()) ipi::answer(Hart::here());
}
template <class Condition>
bool wait_until(Condition holds, Nanoseconds patience = kPatience) {
  const Nanoseconds end{arch::now().value + patience.value};
  bool held = holds();
  while (!held && arch::now() < end) {
    nap();
    held = holds();
  }
  arch::set_timer(kNever);
  return held;
}

}  // namespace tessera::boot
