// The short ways of a signal, from a thread or from a device: nobody waits for it, or one thread
// does, which is more important than who runs, and nothing else is to be decided. As the others
// (fast_path.h): what is not plain has changed nothing, and goes the long way.
#pragma once

#include <cstdint>

#include "idl/kernel_rights.h"
#include "kernel/arch/contract/arch.h"
#include "kernel/base/check.h"
#include "kernel/ipc/message.h"
#include "kernel/object/donation.h"
#include "kernel/object/irq.h"
#include "kernel/object/mail.h"
#include "kernel/object/notification.h"
#include "kernel/object/state.h"
#include "kernel/object/task.h"
#include "kernel/sched/scheduler.h"

namespace tessera::fast {
namespace internal {

// Whether a thread that waits for a signal may run here at once when it comes, as far as it goes.
inline bool can_wake(const Hart& hart, const Thread& waiter) {
  return waiter.is_settled_at(hart) && !waiter.armed() && waiter.asked == Asked::kNothing &&
         waiter.may_run_on(bit_of(hart)) && !waiter.task()->ended() &&
         waiter.reply.caller.peek() == nullptr && is_settled_class(waiter);
}

// What a signal has come to.
struct Rung {
  Thread* waiter = nullptr;  // the hart's current thread by now, which has the bits
  std::uint64_t bits = 0;
};

// A signal at the Notification that `named` names. False: nothing has happened.
inline bool ring(Hart& hart, const Invoked& named, Rung& rung) {
  if (!sched::stands(hart)) return false;  // one has gone to another hart since it was decided
  auto& notification = named.as<Notification>();
  if (!notification.lock.try_lock()) return false;
  Runnable* first = notification.waiters.front();
  const bool is_plain =
      named.stands() && notification.bound == nullptr &&
      (first == nullptr || (can_wake(hart, Thread::of(*first)) && sched::preempt(hart, *first)));
  if (is_plain) {
    const std::uint64_t badge = named.slot->badge;
    rung.bits = notification.bits.peek() | (badge == 0 ? 1 : badge);
    notification.bits.set(first == nullptr ? rung.bits : 0);
    if (first != nullptr) {
      rung.waiter = &Thread::of(*first);
      List<Runnable, QueueTag>::remove(*first);
      rung.waiter->set_wait(Wait::kNone);
    }
  }
  notification.lock.unlock();
  return is_plain;
}

// The hart goes on with who waited, instead of who ran.
[[gnu::always_inline]] inline void go_on(Hart& hart, const Thread& ran, const Rung& rung) {
  share_who_ran(hart, ran);
  arch::switch_to(rung.waiter->task()->table.space());
  arch::return_to_waiter(rung.waiter->frame, rung.bits);
}

}  // namespace internal

// What the hart does after it; on the target it goes to a waiter without coming back.
enum class Signalled : std::uint8_t { kNothingHappened, kGoesOn, kGoesToWaiter };

// Notification.signal by `caller`, the hart's current thread, whose frame has pc (past the ecall),
// sp, tp and the s registers.
inline Signalled signal(Hart& hart, Thread& caller, std::uint64_t address) {
  CNode* cspace = caller.task()->cnode();
  if (cspace == nullptr || address >= cspace->count()) return Signalled::kNothingHappened;
  const Invoked named(*cspace->slot(address));  // slot 0 is the header, and no Notification
  constexpr auto kRight = std::to_underlying(abi::NotificationRight::kSignal);
  if (!named.word.allows(abi::ObjectType::kNotification, kRight)) {
    return Signalled::kNothingHappened;
  }
  if (caller.doomed || caller.task()->ended()) return Signalled::kNothingHappened;
  internal::Rung rung;
  if (!internal::ring(hart, named, rung)) return Signalled::kNothingHappened;
  if (rung.waiter == nullptr) return Signalled::kGoesOn;
  ipc::clear_temporaries(caller.frame);
  internal::go_on(hart, caller, rung);
  return Signalled::kGoesToWaiter;
}

// A device interrupts the hart, whose current thread has all its registers in its frame. False: one
// interrupt has been taken, if there was any, and the rest of the long way is to be gone.
inline bool interrupt(Hart& hart) {
  const Thread& current = Thread::of(*hart.current);
  internal::Rung rung;
  {
    LockGuard guard(hart.devices);
    Irq* irq = claim_interrupt(hart);
    if (irq == nullptr) return false;
    const Invoked target(irq->target);
    if (!internal::ring(hart, target, rung)) static_cast<void>(tessera::signal(target));
  }
  if (rung.waiter == nullptr) return false;
  internal::go_on(hart, current, rung);
  return true;
}

}  // namespace tessera::fast
