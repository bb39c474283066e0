// What happens between a trap and the return from it.
#include "kernel/syscall/trap.h"

#include <utility>

#include "kernel/arch/contract/arch.h"
#include "kernel/arch/contract/cause.h"
#include "kernel/ipc/message.h"
#include "kernel/object/irq.h"
#include "kernel/object/mail.h"
#include "kernel/object/state.h"
#include "kernel/sched/scheduler.h"
#include "kernel/syscall/syscall.h"

namespace tessera {
namespace {

// Timers handled before the kernel looks again who is to run.
constexpr int kTimerWorkUnit = 4;

void handle_timers(Hart& hart) {
  hart.programmed = kRang;
  Nanoseconds now = arch::now();
  for (int i = 0; i < kTimerWorkUnit; ++i) {
    Timer* due = hart.timers.pop_due(now);
    if (due == nullptr) return;
    if (due->owner() == Timer::Owner::kAlarm) {
      fire(Alarm::of(*due));
    } else {
      cancel_wait(Thread::of(*due), {abi::kEtimedout, abi::Detail::kTimedOut, 0});
    }
  }
}

void take_interrupts(Hart& hart) {
  if (arch::take_software_interrupt()) {
    ipi::answer(hart);
    // Of a round that begins only now the mail may lack what was sent before it: that is answered
    // at its own interrupt.
    const bool round = is_round_due(hart);
    take_mail(hart);
    if (round) answer_round(hart);
  }
  if (arch::device_interrupt_pending()) take_device_interrupt(hart);
  handle_timers(hart);
}

// Whether the hart may go to the thread that it has chosen. A task that has ended may have threads
// left when whoever ended it was interrupted: they finish it.
bool can_run(const Hart& hart, const Thread& thread) {
  return thread.may_run_on(bit_of(hart)) && !thread.doomed && !thread.task()->ended();
}

// What the hart does while it cannot go to what it has chosen: it sleeps while there is nothing.
// What counts there is room.
[[clang::minsize, gnu::noinline]] Runnable* choose_again(Hart& hart, Runnable* chosen) {
  if (chosen == nullptr) {
    sleep(hart);
    take_interrupts(hart);
  } else if (Thread& thread = Thread::of(*chosen); !leave_for_another(hart, thread)) {
    // One preemptible piece of its end.
    if (take_tree()) static_cast<void>(end_faulted(thread));
    if (arch::interrupt_pending()) {
      // Its space is not the one that this hart has, which may be gone after the round.
      arch::leave_user_space();
      take_interrupts(hart);
    } else {
      arch::relax();  // it may be another hart that it waits for
    }
  }
  leave_tree();
  return sched::choose(hart);
}

// The next thread to run.
Thread& next_thread(Hart& hart) {
  leave_tree();
  Runnable* next = sched::choose(hart);
  while (next == nullptr || !can_run(hart, Thread::of(*next))) next = choose_again(hart, next);
  return Thread::of(*next);
}

// This hart may have translations of the task's addresses from now on, and none from before.
void enter(Task& task, const Hart& hart) {
  const auto bit = static_cast<std::uint8_t>(bit_of(hart));
  if ((task.harts.peek() & bit) != 0) return;
  task.harts.set_bits(bit);
  arch::flush_space(task.table.asid());
  arch::sync_instructions();
}

}  // namespace

// Chooses who runs, and makes the hart ready for it.
arch::Frame* leave_kernel(Hart& hart) {
  Thread& thread = next_thread(hart);
  share_work(hart);
  Task& task = *thread.task();
  enter(task, hart);
  thread.settle_home(hart);
  arch::activate(task.table.space());
  return &thread.frame;
}

extern "C" WayOut system_call(arch::HartLocal* local) {
  Hart& hart = Hart::of(*local);
  Thread& caller = Thread::of(*hart.current);
  const bool saved_stay = Syscall(caller).run();
  const bool completed = std::exchange(hart.completed, false);
  if (!sched::stands(hart) || caller.doomed || caller.task()->ended()) {
    if (completed) ipc::clear_temporaries(caller.frame);
    return {leave_kernel(hart), Load::kAll};
  }
  DCHECK(hart.current == &caller);
  leave_tree();
  arch::activate(caller.task()->table.space());  // the call may have left it
  if (completed) [[likely]]
    return {&caller.frame, Load::kPlace};
  return {&caller.frame, saved_stay ? Load::kRest : Load::kAll};
}

extern "C" arch::Frame* kernel_trap(arch::HartLocal* local, std::uint64_t cause,
                                    std::uint64_t value) {
  Hart& hart = Hart::of(*local);
  if (arch::is_interrupt(cause)) {
    take_interrupts(hart);
  } else {
    raise_fault(Thread::of(*hart.current), arch::fault_of(cause), value);
  }
  return leave_kernel(hart);
}

}  // namespace tessera
