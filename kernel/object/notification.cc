#include "kernel/object/notification.h"

#include "idl/kernel_decode.h"
#include "kernel/ipc/message.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/transfer.h"
#include "kernel/sched/scheduler.h"

namespace tessera {
namespace {

void wake(Thread& thread) {
  thread.wait = Wait::kNone;
  sched::make_ready(thread);
}

}  // namespace

void offer(Notification& notification) {
  LockGuard guard(notification.lock);
  if (notification.bits == 0) return;
  Thread* bound = notification.bound;
  if (bound != nullptr && bound->wait == Wait::kReceiving) {
    leave_wait(*bound);
    deliver_signal(*bound, notification.bits);
    notification.bits = 0;
    wake(*bound);
  } else if (Runnable* first = notification.waiters.pop_front(); first != nullptr) {
    Thread& waiter = Thread::of(*first);
    waiter.home->timers.disarm(waiter);
    ipc::clear_temporaries(waiter.frame);
    decode::encode(waiter.frame, decode::NotificationWaitResult{.bits = notification.bits});
    notification.bits = 0;
    wake(waiter);
  }
}

void signal(Notification& notification, std::uint64_t badge) {
  {
    LockGuard guard(notification.lock);
    notification.bits |= badge == 0 ? 1 : badge;
  }
  offer(notification);
}

Result<std::uint64_t> poll(Notification& notification) {
  LockGuard guard(notification.lock);
  if (notification.bits == 0) return Error{abi::kEagain, abi::Detail::kNone, 0};
  std::uint64_t bits = notification.bits;
  notification.bits = 0;
  return bits;
}

Result<std::uint64_t> wait(Thread& thread, Notification& notification, Nanoseconds deadline) {
  Result<std::uint64_t> bits = poll(notification);
  if (bits.has_value()) return bits;
  if (deadline != kNever && deadline <= arch::now()) {
    return Error{abi::kEtimedout, abi::Detail::kTimedOut, 0};
  }
  LockGuard guard(notification.lock);
  sched::make_wait(thread);
  thread.wait = Wait::kNotification;
  thread.notification = &notification;
  notification.waiters.push_back(thread);
  if (deadline != kNever) thread.home->timers.arm(thread, deadline);
  return kWaiting;
}

void fire(Alarm& alarm) {
  if (alarm.target.empty()) return;
  signal(*reinterpret_cast<Notification*>(alarm.target.object()), alarm.target.badge);
}

}  // namespace tessera
