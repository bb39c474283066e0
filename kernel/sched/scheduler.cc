#include "kernel/sched/scheduler.h"

#include <utility>

#include "kernel/base/check.h"

namespace tessera::sched {
namespace {

// The end of the slice is looked at only while somebody of the same class waits for it.
bool slice_is_over(Hart& hart, const Runnable& current) {
  if (!hart.ready.any_at_least(current.effective_class.peek())) {
    hart.slice_end = kNever;
    return false;
  }
  Nanoseconds now = arch::now();
  if (hart.slice_end == kNever) hart.slice_end = {now.value + kSlice.value};
  return now >= hart.slice_end;
}

void set_timer(Hart& hart) {
  Nanoseconds next = hart.timers.next();
  if (hart.slice_end < next) next = hart.slice_end;
  if (next == hart.programmed) return;
  hart.programmed = next;
  arch::set_timer(next);
}

}  // namespace

void make_ready(Runnable& item) {
  DCHECK(run_state(item) == RunState::kWaiting);
  item.home()->ready.push_back(item);
}

void make_ready_first(Runnable& item) {
  DCHECK(run_state(item) == RunState::kWaiting);
  // It goes on with the turn of who hands over: two that call each other for ever have no more of
  // the hart than one that does not.
  item.turn_end = item.home()->slice_end;
  item.home()->ready.push_front(item);
}

void make_wait(Runnable& item) {
  if (item.ready) {
    item.home()->ready.remove(item);
  } else if (item.home()->current == &item) {
    item.home()->current = nullptr;
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
  } else {
    item.effective_class.set(c);
  }
}

Runnable* choose(Hart& hart) {
  if (Runnable* current = hart.current; current != nullptr) {
    if (hart.ready.any_above(current->effective_class.peek())) {
      current->turn_end = hart.slice_end;  // it keeps what is left of its turn
      hart.ready.push_front(*current);
      hart.current = nullptr;
    } else if (slice_is_over(hart, *current)) {
      yield(hart);
    }
  }
  if (hart.current == nullptr) {
    hart.current = hart.ready.pop();
    hart.slice_end = kNever;
    if (hart.current != nullptr) {
      hart.slice_end = std::exchange(hart.current->turn_end, kNever);
      // What is left of a turn goes on as it is; else one begins, if anybody waits for its end.
      if (hart.slice_end == kNever) slice_is_over(hart, *hart.current);
    }
  }
  set_timer(hart);
  return hart.current;
}

}  // namespace tessera::sched
