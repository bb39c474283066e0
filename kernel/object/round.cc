#include "kernel/object/round.h"

#include "kernel/arch/contract/arch.h"
#include "kernel/base/check.h"
#include "kernel/object/mail.h"
#include "kernel/object/state.h"
#include "kernel/sched/scheduler.h"

namespace tessera {
namespace {

std::uint16_t after(std::uint16_t number) {
  ++number;
  return number == 0 ? 1 : number;
}

// Numbers go round: of two, the earlier is less than half a circle behind.
bool is_over(std::uint16_t number) {
  return static_cast<std::int16_t>(state.rounds.over - number) >= 0;
}

// The lock is held. Answers who is to be interrupted.
std::uint32_t begin() {
  Rounds& rounds = state.rounds;
  rounds.begun = after(rounds.begun);
  rounds.waiters.splice_back(rounds.next);
  rounds.pending = ipi::online.load();
  return rounds.pending;
}

void interrupt(std::uint32_t harts) {
  for (Hart& hart : state.harts) {
    if ((harts & bit_of(hart)) == 0) continue;
    CHECK(ipi::request(Hart::here(), hart).has_value());
  }
}

}  // namespace

Result<void> wait_for_round(std::uint16_t& number) {
  const bool is_alone = (ipi::online.load() & ~bit_of(Hart::here())) == 0;
  if (is_alone) return {};
  Thread& thread = Thread::of(*Hart::here().current);
  Rounds& rounds = state.rounds;
  std::uint32_t harts = 0;
  {
    LockGuard guard(rounds.lock);
    if (number != 0 && is_over(number)) {
      number = 0;
      return {};
    }
    sched::make_wait(thread);
    thread.ask = {};
    thread.set_wait(Wait::kAsking);
    const bool joins = number != 0 && number == rounds.begun;
    (joins ? rounds.waiters : rounds.next).push_back(thread);
    if (rounds.pending == 0) {
      harts = begin();
      number = rounds.begun;
    } else if (!joins) {
      number = after(rounds.begun);
    }
  }
  interrupt(harts);
  return kPreempted;
}

bool is_round_due(const Hart& hart) {
  LockGuard guard(state.rounds.lock);
  return (state.rounds.pending & bit_of(hart)) != 0;
}

void answer_round(Hart& hart) {
  Rounds& rounds = state.rounds;
  std::uint32_t harts = 0;
  List<Runnable, QueueTag> done;
  {
    LockGuard guard(rounds.lock);
    if ((rounds.pending & bit_of(hart)) == 0) return;
    if (hart.current == nullptr) arch::leave_user_space();
    arch::flush_all();
    rounds.pending &= ~bit_of(hart);
    if (rounds.pending != 0) return;
    rounds.over = rounds.begun;
    done.splice_back(rounds.waiters);
    if (!rounds.next.empty()) harts = begin();
  }
  while (Runnable* item = done.pop_front()) wake(Thread::of(*item));
  interrupt(harts);
}

}  // namespace tessera
