#include "kernel/object/notification.h"

#include <utility>

#include "idl/kernel_decode.h"
#include "kernel/ipc/message.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/mail.h"
#include "kernel/object/transfer.h"
#include "kernel/sched/scheduler.h"

namespace tessera {
void offer(Notification& notification) {
  if (notification.bits.peek() == 0) return;
  Thread* bound = notification.bound;
  full_fence();  // the bits are set before it is looked whether it waits (fast_path.h)
  if (bound != nullptr && leave_endpoint(*bound, Wait::kReceiving)) {
    deliver_signal(*bound, notification.take_bits());
    wake(*bound);
  } else if (Runnable* first = notification.waiters.pop_front(); first != nullptr) {
    Thread& waiter = Thread::of(*first);
    ipc::clear_temporaries(waiter.frame);
    decode::encode(waiter.frame, decode::NotificationWaitResult{.bits = notification.take_bits()});
    wake(waiter);
  }
}

Result<void> signal(const Invoked& to) {
  Notification& notification = to.as<Notification>();
  LockGuard guard(notification.lock);
  if (!to.stands()) return kGone;
  const std::uint64_t badge = to.slot->badge;
  notification.bits.set(notification.bits.peek() | (badge == 0 ? 1 : badge));
  offer(notification);
  return {};
}

Result<std::uint64_t> poll(const Invoked& from) {
  Notification& notification = from.as<Notification>();
  LockGuard guard(notification.lock);
  if (!from.stands()) return kGone;
  if (notification.bits.peek() == 0) return Error{abi::kEagain, abi::Detail::kNone, 0};
  return notification.take_bits();
}

Result<std::uint64_t> wait(Thread& thread, const Invoked& from, Nanoseconds deadline) {
  Notification& notification = from.as<Notification>();
  LockGuard guard(notification.lock);
  if (!from.stands()) return kGone;
  if (notification.bits.peek() != 0) return notification.take_bits();
  if (deadline != kNever && deadline <= arch::now()) {
    return Error{abi::kEtimedout, abi::Detail::kTimedOut, 0};
  }
  sched::make_wait(thread);
  thread.set_wait({Wait::kNotification, &notification});
  notification.waiters.push_back(thread);
  if (deadline != kNever) thread.home()->timers.arm(thread, deadline);
  return kWaiting;
}

void fire(Alarm& alarm) {
  const Invoked target(alarm.target);
  // Whoever deletes the Notification now has deleted it before this.
  if (!target.word.empty()) static_cast<void>(signal(target));
}

}  // namespace tessera
