// The short way of a signal: nobody waits for it, or one thread does, which is more important than
// who signals, and nothing else is to be decided. As the others (fast_path.h): what is not plain
// has changed nothing, and goes the long way.
#pragma once

#include <cstdint>

#include "idl/kernel_rights.h"
#include "kernel/arch/contract/arch.h"
#include "kernel/ipc/message.h"
#include "kernel/object/donation.h"
#include "kernel/object/mail.h"
#include "kernel/object/notification.h"
#include "kernel/object/state.h"
#include "kernel/object/task.h"
#include "kernel/sched/scheduler.h"

namespace tessera::fast {
namespace internal {

// Whether a thread that waits for a signal may run here at once when it comes.
inline bool can_wake(const Hart& hart, const Thread& waiter) {
  return waiter.is_settled_at(hart) && !waiter.armed() && waiter.asked == Asked::kNothing &&
         waiter.may_run_on(bit_of(hart)) && !waiter.task()->ended() &&
         waiter.reply.caller.peek() == nullptr && is_settled_class(waiter) &&
         sched::can_preempt(hart, waiter);
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
  if (!sched::stands(hart) || caller.doomed || caller.task()->ended()) {
    return Signalled::kNothingHappened;
  }
  auto& notification = named.as<Notification>();
  if (!notification.lock.try_lock()) return Signalled::kNothingHappened;
  Runnable* first = notification.waiters.front();
  const bool is_plain = named.stands() && notification.bound == nullptr &&
                        (first == nullptr || internal::can_wake(hart, Thread::of(*first)));
  if (!is_plain) {
    notification.lock.unlock();
    return Signalled::kNothingHappened;
  }
  const std::uint64_t badge = named.slot->badge;
  const std::uint64_t bits = notification.bits.peek() | (badge == 0 ? 1 : badge);
  notification.bits.set(first == nullptr ? bits : 0);
  if (first == nullptr) {
    notification.lock.unlock();
    return Signalled::kGoesOn;
  }
  Thread& waiter = Thread::of(*first);
  List<Runnable, QueueTag>::remove(waiter);
  waiter.set_wait(Wait::kNone);
  notification.lock.unlock();

  ipc::clear_temporaries(caller.frame);
  sched::preempt(hart, waiter);
  share_work(hart);
  arch::switch_to(waiter.task()->table.space());
  arch::return_to_waiter(waiter.frame, bits);
  return Signalled::kGoesToWaiter;
}

}  // namespace tessera::fast
