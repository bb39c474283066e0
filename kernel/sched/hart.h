// A hart: everything that it alone writes. Found by tp in the kernel; there is no other way to
// "this hart".
#pragma once

#include <cstdint>

#include "kernel/arch/contract/arch.h"
#include "kernel/base/types.h"
#include "kernel/sched/ipi.h"
#include "kernel/sched/run_queue.h"
#include "kernel/sched/share.h"
#include "kernel/sync/spinlock.h"
#include "kernel/time/timer_queue.h"

namespace tessera {

// Of Hart::programmed: it may have come, and the timer goes on ringing until it is set anew.
inline constexpr Nanoseconds kRang{0};

struct Hart : arch::HartLocal {
  bool lowered = false;   // `current`, since it was chosen: it is the last of its class
  bool has_tree = false;  // the derivation tree (object/tree.h) is this hart's now
  // The system call that it is in has ended well, and has no results.
  bool completed = false;
  // Its own among all harts, in words that have a bit each. It stays as it is.
  std::uint8_t bit = 0;
  RunQueue ready;
  TimerQueue timers;
  Share share;
  // Of `current`, or of the turn that was handed to it; kNever: nobody of its class waits, so it
  // has no end.
  Nanoseconds slice_end = kNever;
  abi::QosClass turn_of = abi::QosClass::kIdle;  // who has the turn that ends then
  // What the timer is set to: no later than anything for which it is to be decided anew.
  Nanoseconds programmed = kNever;
  // Threads are ready that it does not run: an idle hart may ask for one.
  Atomic<bool> surplus;
  // Others write here too.
  alignas(64) Ipi ipi;
  Mailbox<Runnable, QueueTag> mail;
  Mailbox<Runnable, NoticeTag> notices;
  SpinLock devices{LockRank::kDevices};  // whose interrupts it takes (object/irq.h)

  static Hart& of(arch::HartLocal& local) { return static_cast<Hart&>(local); }
  static Hart& here() { return of(arch::this_hart()); }
};

}  // namespace tessera
