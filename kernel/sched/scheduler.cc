#include "kernel/sched/scheduler.h"

#include <algorithm>
#include <utility>

#include "kernel/base/check.h"

namespace tessera::sched {
namespace {

bool is_over(Nanoseconds end) { return end != kNever && arch::now() >= end; }

void begin_turn(Hart& hart, const Runnable& of, Nanoseconds end) {
  hart.slice_end = end;
  hart.turn_of = of.effective_class.peek();
}

// The end of the slice is looked at only while somebody of the same class waits for it; it is
// forgotten when nobody waits at all. Between, the turn may be another's, for whom the one that
// runs works.
bool slice_is_over(Hart& hart, const Runnable& current) {
  if (!hart.ready.any_at_least(current.effective_class.peek())) {
    if (hart.ready.empty()) hart.slice_end = kNever;
    return false;
  }
  const Nanoseconds now = arch::now();
  if (hart.slice_end == kNever) begin_turn(hart, current, {now.value + kSlice.value});
  return now >= hart.slice_end;
}

// One that was interrupted, and whose turn is over meanwhile, has had its share: the next of the
// class has this one.
void pass_over_one_that_had_its_turn(Hart& hart, unsigned c) {
  Runnable* first = hart.ready.first(c);
  if (first == nullptr || !is_over(first->turn_end)) return;
  hart.ready.remove(*first);
  first->turn_end = kNever;
  hart.ready.push_back(*first);
}

// The current one was interrupted for another class. It goes on later with what is left of its
// turn; with the whole of it, if it had little.
void interrupt(Hart& hart, Runnable& current) {
  hart.current = nullptr;
  current.turn_end = kNever;
  if (hart.lowered) return hart.ready.push_back(current);
  if (hart.slice_end == kNever) return hart.ready.push_front(current);
  const Nanoseconds now = arch::now();
  if (now >= hart.slice_end) {
    pass_over_one_that_had_its_turn(hart, RunQueue::index(current));
    return hart.ready.push_back(current);
  }
  const bool had_little = now.value + kSlice.value < hart.slice_end.value + kShortTurn.value;
  if (had_little) {
    hart.share.keep_claim(now);
  } else {
    current.turn_end = hart.slice_end;
  }
  hart.ready.push_front(current);
}

// Whoever runs goes on, or is ready.
void stop_or_go_on(Hart& hart, Runnable& current) {
  if (hart.share.is_given()) {
    const bool goes_on = hart.share.is_given(RunQueue::index(current)) && !is_over(hart.slice_end);
    if (goes_on) return;
    hart.share.take_back();
  }
  if (hart.ready.any_above(current.effective_class.peek())) return interrupt(hart, current);
  if (slice_is_over(hart, current)) return yield(hart);
  const RunQueue::Classes lower =
      hart.ready.classes() & (RunQueue::up_to(current.effective_class.peek()) >> 1);
  if (is_over(hart.share.next()) && hart.share.due(arch::now(), lower) != Share::kNone) {
    interrupt(hart, current);
  }
}

// A class that has waited too long has a turn. False: none has.
bool give_share(Hart& hart) {
  if (!hart.share.any()) return false;
  const Nanoseconds now = arch::now();
  if (!hart.share.may_be_due(now)) return false;
  const unsigned c = hart.share.due(now, RunQueue::lower_of(hart.ready.classes()));
  if (c == Share::kNone) return false;
  pass_over_one_that_had_its_turn(hart, c);
  hart.share.give(c, now);
  hart.current = &hart.ready.pop(c);
  hart.current->turn_end = kNever;
  begin_turn(hart, *hart.current, {now.value + kShortTurn.value});
  return true;
}

void take_next(Hart& hart) {
  if (give_share(hart)) return;
  hart.share.take_back();
  hart.current = hart.ready.pop();
  const Nanoseconds turn = std::exchange(hart.slice_end, kNever);
  if (hart.current == nullptr) return;
  hart.slice_end = std::exchange(hart.current->turn_end, kNever);
  if (hart.slice_end != turn) hart.turn_of = hart.current->effective_class.peek();
  // What is left of a turn goes on as it is; else one begins, if anybody waits for its end.
  if (hart.slice_end == kNever) slice_is_over(hart, *hart.current);
}

// When it is to be decided anew, at the latest.
Nanoseconds next_look(Hart& hart) {
  Nanoseconds next = hart.timers.next();
  const Runnable* current = hart.current;
  if (current == nullptr) return next;
  // A turn that is over ends when it is its class's again that runs.
  const bool ends =
      hart.ready.any_at_least(current->effective_class.peek()) || !is_over(hart.slice_end);
  if (ends && hart.slice_end < next) next = hart.slice_end;
  // Who falls due while another has its share waits for the end of that.
  if (!hart.share.is_given() && hart.share.next() < next) next = hart.share.next();
  return next;
}

// One that rings too early stays: it costs a look then, and not a write each time that somebody
// comes and goes.
void set_timer(Hart& hart, Nanoseconds next) {
  if (next >= hart.programmed && hart.programmed != kRang) return;
  hart.programmed = next;
  arch::set_timer(next);
}

// Whether one that the hart is handed to goes on with the turn of who hands over, before the others
// of its class: two that call each other for ever have no more of the hart than one that does not.
// But those who are answered again and again where that is no turn of theirs would keep the others
// from running; and one goes before them, not a second.
bool goes_before_others(Hart& hart, const Runnable& item) {
  const Runnable* first = hart.ready.first(RunQueue::index(item));
  if (first == nullptr) return true;
  const Runnable* answers = hart.current;  // null: it is called, and who calls waits
  const bool has_turn = hart.slice_end != kNever && hart.turn_of == item.effective_class.peek();
  const bool is_below =
      answers != nullptr && answers->effective_class.peek() > item.effective_class.peek();
  if ((is_below || hart.share.is_given()) && (!has_turn || is_over(hart.slice_end))) return false;
  return hart.slice_end == kNever || first->turn_end != hart.slice_end;
}

}  // namespace

void make_ready(Runnable& item) {
  DCHECK(run_state(item) == RunState::kWaiting);
  item.turn_end = kNever;
  item.home()->ready.push_back(item);
}

void make_ready_first(Runnable& item) {
  DCHECK(run_state(item) == RunState::kWaiting);
  Hart& home = *item.home();
  if (!goes_before_others(home, item)) return make_ready(item);
  item.turn_end = home.slice_end;
  home.ready.push_front(item);
}

void make_wait(Runnable& item) {
  if (item.ready) {
    item.home()->ready.remove(item);
  } else if (item.home()->current == &item) {
    item.home()->current = nullptr;
    item.home()->ready.note_change();
  }
}

void yield(Hart& hart) {
  Runnable* current = hart.current;
  if (current == nullptr) return;
  hart.current = nullptr;
  hart.slice_end = kNever;
  hart.ready.push_back(*current);
}

void set_effective_class(Runnable& item, abi::QosClass c) {
  if (item.ready) {
    item.home()->ready.remove(item);
    item.effective_class.set(c);
    item.home()->ready.push_back(item);
    return;
  }
  if (item.home()->current == &item) {
    item.home()->lowered = c < item.effective_class.peek();
    item.home()->ready.note_change();
  }
  item.effective_class.set(c);
}

bool preempt(Hart& hart, Runnable& by) {
  DCHECK(stands(hart));
  Runnable& current = *hart.current;
  const abi::QosClass c = by.effective_class.peek();
  if (c <= current.effective_class.peek() || hart.ready.any_at_least(c)) return false;
  if (hart.lowered || hart.slice_end != kNever || hart.share.is_given()) return false;
  // Or the hart was handed over since: what it noted was of another.
  if (!hart.share.runs(RunQueue::index(current))) return false;
  const Nanoseconds now = arch::now();
  if (hart.share.may_be_due(now)) return false;
  current.turn_end = kNever;
  hart.ready.push_front(current);
  hart.current = &by;
  by.turn_end = kNever;
  hart.share.preempt(RunQueue::index(by), now);
  set_timer(hart, std::min(hart.timers.next(), hart.share.next()));
  hart.ready.note_decision();
  return true;
}

Runnable* choose(Hart& hart) {
  if (hart.current != nullptr) stop_or_go_on(hart, *hart.current);
  hart.lowered = false;
  if (hart.current == nullptr) take_next(hart);
  const bool is_idle = hart.current == nullptr;
  hart.share.note(is_idle ? Share::kNone : RunQueue::index(*hart.current), hart.ready.classes());
  set_timer(hart, next_look(hart));
  hart.ready.note_decision();
  return hart.current;
}

}  // namespace tessera::sched
