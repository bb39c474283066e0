#include "kernel/object/mail.h"

#include <utility>

#include "kernel/base/check.h"
#include "kernel/object/donation.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/notification.h"
#include "kernel/object/state.h"
#include "kernel/sched/scheduler.h"

namespace tessera {
namespace {

void send_to(Thread& thread, Hart& to) {
  to.mail.push(thread);
  // A thread's home has come online, or it could not be its home.
  CHECK(ipi::request(Hart::here(), to).has_value());
}

// A thread of this hart that neither runs nor is ready goes to live on another. It is on the way
// before its home is elsewhere: that one may look at it at once.
void move(Thread& thread, Hart& to) {
  thread.set_wait(Wait::kComing);
  thread.set_home(to);
  send_to(thread, to);
}

// It is at its home, and whatever it waited for is over.
void arrive(Thread& thread) {
  thread.home()->timers.disarm(thread);
  thread.set_wait(Wait::kNone);
  switch (std::exchange(thread.asked, Asked::kNothing)) {
    case Asked::kStop:
      stop_at_home(thread);
      return;
    case Asked::kSuspend:
      thread.set_wait(Wait::kSuspended);
      return;
    default:
      break;
  }
  refresh_class(thread);
  sched::make_ready(thread);
}

void end_at_home(Thread& thread) {
  if (thread.is_stopped()) return;
  const bool runs = thread.wait() == Wait::kNone;
  const Left left = leave_wait(thread);
  if (left == Left::kIsGone) return;
  thread.doomed = true;
  if (!runs && left == Left::kFree) arrive(thread);
}

// A thread runs or is ready on this hart, which alone changes that. In this order: who adopts it
// has given it a home before it waits no more.
bool is_at_work_here(const Thread& thread) {
  return thread.wait() == Wait::kNone && thread.is_at(Hart::here());
}

// False: it lives elsewhere by now. One that is on the way looks for itself when it arrives.
bool refresh_at_home(Thread& thread) {
  const Wait wait = thread.wait();
  return wait == Wait::kComing || wait == Wait::kAsking || refresh_class(thread);
}

// A ready one that may not run here leaves at once; one that runs, on the way out of the kernel.
void set_affinity(Thread& thread, std::uint8_t harts) {
  thread.affinity.set(harts);
  if (is_at_work_here(thread) && thread.ready) leave_for_another(Hart::here(), thread);
}

// On the home of what is asked of.
void perform(const Ask& ask) {
  switch (ask.what) {
    case Asked::kStop:
      stop_at_home(*static_cast<Thread*>(ask.of));
      break;
    case Asked::kSuspend:
      suspend_at_home(*static_cast<Thread*>(ask.of));
      break;
    case Asked::kEnd:
      end_at_home(*static_cast<Thread*>(ask.of));
      break;
    case Asked::kRefresh:
      static_cast<void>(refresh_at_home(*static_cast<Thread*>(ask.of)));  // the asker looks again
      break;
    case Asked::kAffinity:
      set_affinity(*static_cast<Thread*>(ask.of), ask.harts);
      break;
    case Asked::kDisarm:
      Hart::here().timers.disarm(*static_cast<Alarm*>(ask.of));
      break;
    case Asked::kNothing:
      break;
  }
}

// Where what a thread asks is to be done; null: there is nothing left to do.
Hart* place_of(const Ask& ask) {
  if (ask.of == nullptr) return nullptr;
  if (ask.what == Asked::kDisarm) return static_cast<Alarm*>(ask.of)->home;
  return static_cast<Thread*>(ask.of)->home();
}

// A thread has come with what it asks, or is back.
void take(Hart& hart, Thread& thread) {
  Hart* place = place_of(thread.ask);
  if (place != nullptr && place != &hart) return send_to(thread, *place);  // it has moved meanwhile
  if (place != nullptr) perform(thread.ask);
  thread.ask = {};
  wake(thread);
}

// Does it, or sends the current thread to where it is done.
Result<void> perform_at(Hart& place, const Ask& ask) {
  if (&place == &Hart::here()) {
    perform(ask);
    return {};
  }
  Thread& asker = Thread::of(*Hart::here().current);
  sched::make_wait(asker);
  asker.ask = ask;
  asker.set_wait(Wait::kAsking);
  send_to(asker, place);
  return kPreempted;
}

}  // namespace

std::uint32_t online_harts() {
  std::uint32_t online = 0;
  for (const Hart& hart : state.harts) {
    if (hart.ipi.online.load()) online |= bit_of(hart);
  }
  return online;
}

void wake(Thread& thread) {
  Hart& home = *thread.home();
  if (&home == &Hart::here()) {
    arrive(thread);
  } else {
    thread.set_wait(Wait::kComing);
    send_to(thread, home);
  }
}

void wake_first(Thread& thread) {
  if (!thread.is_at(Hart::here()) || thread.asked != Asked::kNothing) return wake(thread);
  thread.home()->timers.disarm(thread);
  thread.settle(Wait::kNone);  // whoever sees that it waits no more sees where it is
  refresh_class(thread);
  sched::make_ready_first(thread);
}

bool adopt(Thread& thread) {
  Hart& here = Hart::here();
  if (thread.is_at(here)) return true;
  if (thread.armed() || !thread.may_run_on(bit_of(here))) return false;
  thread.set_home(here);
  return true;
}

Result<void> at_home(Thread& thread, Asked what, std::uint8_t harts) {
  return perform_at(*thread.home(), {what, &thread, harts});
}

Result<void> disarm_alarm(Alarm& alarm) {
  if (!alarm.armed()) return {};
  return perform_at(*alarm.home, {Asked::kDisarm, &alarm});
}

void give_notice(Thread& thread) {
  Hart& home = *thread.home();
  if (thread.noticed.exchange(true)) return;
  home.notices.push(thread);
  CHECK(ipi::request(Hart::here(), home).has_value());
}

bool leave_for_another(Hart& hart, Thread& thread) {
  if (thread.may_run_on(bit_of(hart))) return false;
  sched::make_wait(thread);
  move(thread, state.harts[__builtin_ctz(thread.affinity.peek() & online_harts())]);
  return true;
}

void sleep(Hart& hart) {
  const std::uint32_t bit = bit_of(hart);
  state.idle.set_bits(bit);
  for (Hart& other : state.harts) {
    if (&other == &hart || !other.surplus.load()) continue;
    CHECK(ipi::request(hart, other).has_value());
    break;
  }
  arch::wait_for_interrupt();
  state.idle.clear_bits(bit);
}

void share_work(Hart& hart) {
  // Of the class that it runs, or lower: what waits while a lower class has its share stays.
  Runnable* spare = hart.ready.first_up_to(hart.current->effective_class.peek());
  const bool surplus = spare != nullptr;
  if (hart.surplus.peek() != surplus) {
    hart.surplus.store(surplus);
    // Who goes to sleep sets its bit before it looks for surplus: one of the two sees the other.
    full_fence();
  }
  if (!surplus) return;
  const std::uint32_t idle = state.idle.peek() & spare->affinity.peek();
  if (idle == 0) return;
  Hart& to = state.harts[__builtin_ctz(idle)];
  if ((state.idle.clear_bits(bit_of(to)) & bit_of(to)) == 0) return;
  hart.ready.remove(*spare);
  Thread& thread = Thread::of(*spare);
  thread.turn_end = kNever;
  move(thread, to);
}

void take_mail(Hart& hart) {
  hart.mail.take_all([&](Runnable& item) { take(hart, Thread::of(item)); });
  hart.notices.take_all([&](Runnable& item) {
    Thread& thread = Thread::of(item);
    thread.noticed.store(false);
    if (!refresh_at_home(thread)) give_notice(thread);
  });
}

}  // namespace tessera
