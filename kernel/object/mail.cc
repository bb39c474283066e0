#include "kernel/object/mail.h"

#include <utility>

#include "kernel/arch/contract/arch.h"
#include "kernel/base/check.h"
#include "kernel/object/donation.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/notification.h"
#include "kernel/object/state.h"
#include "kernel/object/transfer.h"
#include "kernel/sched/scheduler.h"

namespace tessera {
namespace {

[[gnu::noinline]] void send_to(Thread& thread, Hart& to) {
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
  refresh_awake(thread);
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

Hart& first_of(std::uint32_t harts) { return state.harts[__builtin_ctz(harts)]; }

// Where it waits it lives where it may run from then on, since whoever calls or answers it from
// here would go to it at once; but for one with a deadline, which keeps it: nobody does.
void move_waiting(Thread& thread) {
  if (thread.armed() || thread.may_run_on(bit_of(Hart::here()))) return;
  thread.move_home(first_of(thread.affinity.peek() & ipi::online.load()));
}

// A ready one that may not run here leaves at once; one that runs, on the way out of the kernel.
// Nothing is done when it lives elsewhere by now: who asks looks again.
void set_affinity(Thread& thread, std::uint8_t harts) {
  for (;; arch::relax()) {
    const QueueLock queue(thread);
    if (!thread.is_at(Hart::here())) return;
    const Waiting waiting = thread.waiting();
    if (waiting.wait() == Wait::kAnswer) {
      LockGuard guard(waiting.on<Reply>().lock);
      if (thread.waiting() != waiting) continue;
      thread.affinity.set(harts);
      return move_waiting(thread);
    }
    thread.affinity.set(harts);
    if (queue.holds()) return move_waiting(thread);
    if (is_at_work_here(thread) && thread.ready) leave_for_another(Hart::here(), thread);
    Hart::here().ready.note_change();
    return;
  }
}

// On the home of what is asked of.
[[gnu::noinline]] void perform(const Ask& ask) {
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

// A thread has come with what it asks, or is back. When that has moved meanwhile the thread goes
// home, and looks what it named up again: what it asks of may be destroyed, and its memory
// another's, before a third hart looks at it, which may have answered the round already.
void take(Hart& hart, Thread& thread) {
  if (place_of(thread.ask) == &hart) perform(thread.ask);
  thread.ask = {};
  wake(thread);
}

// Does it, or sends the current thread to where it is done.
[[gnu::noinline]] Result<void> perform_at(Hart& place, const Ask& ask) {
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

Result<void> check_harts(std::uint32_t harts) {
  if ((harts & ~ipi::online.load()) != 0) return Error{abi::kEinval, abi::Detail::kBadRange, 1};
  return {};
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
  refresh_awake(thread);
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

[[gnu::noinline]] void give_notice(Thread& thread) {
  Hart& home = *thread.home();
  if (thread.noticed.exchange(true)) return;
  home.notices.push(thread);
  CHECK(ipi::request(Hart::here(), home).has_value());
}

namespace {

void take_notice(Thread& thread) {
  // What was written before a notice that was not sent, since there was this, is seen after it.
  static_cast<void>(thread.noticed.exchange(false));
  if (refresh_at_home(thread)) return BoundLock(thread).offer();
  // It goes after the thread, but for one that has ended: its memory may be another's before the
  // notice is taken there.
  LockGuard guard(thread.reply.lock);
  if (!thread.is_stopped()) give_notice(thread);
}

}  // namespace

bool leave_for_another(Hart& hart, Thread& thread) {
  if (thread.may_run_on(bit_of(hart))) return false;
  sched::make_wait(thread);
  move(thread, first_of(thread.affinity.peek() & ipi::online.load()));
  return true;
}

void sleep(Hart& hart) {
  const std::uint32_t bit = bit_of(hart);
  // Or two that sleep would wake each other for ever.
  if (hart.surplus.peek()) hart.surplus.store(false);
  state.idle.set_bits(bit);
  for (Hart& other : state.harts) {
    if (&other == &hart || !other.surplus.load()) continue;
    CHECK(ipi::request(hart, other).has_value());
    break;
  }
  arch::wait_for_interrupt();
  state.idle.clear_bits(bit);
}

namespace {

// Of the class that runs, or lower (what waits while a lower class has its share stays), the first
// that one of these harts may run: of each class its first is looked at.
Runnable* spare_for(Hart& hart, std::uint32_t harts) {
  RunQueue::Classes some =
      hart.ready.classes() & RunQueue::up_to(hart.current->effective_class.peek());
  for (; some != 0; some = RunQueue::lower_of(some)) {
    Runnable* first = hart.ready.first(RunQueue::highest_of(some));
    if (first->may_run_on(harts)) return first;
  }
  return nullptr;
}

}  // namespace

void share_work(Hart& hart) {
  // While nobody sleeps: what it says is so, or whoever goes to sleep and asks for it finds out.
  if (state.idle.peek() == 0 && hart.surplus.peek() == !hart.ready.empty()) return;
  const bool surplus = spare_for(hart, ~bit_of(hart)) != nullptr;
  if (hart.surplus.peek() != surplus) {
    hart.surplus.store(surplus);
    // Who goes to sleep sets its bit before it looks for surplus: one of the two sees the other.
    full_fence();
  }
  if (!surplus) return;
  const std::uint32_t idle = state.idle.peek();
  Runnable* spare = spare_for(hart, idle);
  if (spare == nullptr) return;
  Hart& to = first_of(idle & spare->affinity.peek());
  if ((state.idle.clear_bits(bit_of(to)) & bit_of(to)) == 0) return;
  hart.ready.remove(*spare);
  Thread& thread = Thread::of(*spare);
  thread.turn_end = kNever;
  move(thread, to);
}

void share_who_ran(Hart& hart, const Runnable& who) {
  if (state.idle.peek() == 0) {
    if (hart.surplus.peek() || !who.may_run_on(~bit_of(hart))) return;
    hart.surplus.store(true);
    full_fence();  // as above
    if (state.idle.peek() == 0) return;
  }
  share_work(hart);
}

void take_mail(Hart& hart) {
  hart.mail.take_all([&](Runnable& item) { take(hart, Thread::of(item)); });
  hart.notices.take_all([](Runnable& item) { take_notice(Thread::of(item)); });
}

}  // namespace tessera
