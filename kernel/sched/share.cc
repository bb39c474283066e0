#include "kernel/sched/share.h"

#include <algorithm>

#include "kernel/arch/contract/arch.h"

namespace tessera {

// The class that runs has had what it is promised: a claim of its begins anew.
void Share::settle(Nanoseconds now) {
  if ((claims_ & bit(runs_)) == 0) return;
  if (now.value - runs_from_.value >= kShortTurn.value) claims_ &= ~bit(runs_);
}

unsigned Share::due(Nanoseconds now, Classes waiting) {
  settle(now);
  unsigned first = kNone;
  for (unsigned c = 0; c < RunQueue::kClasses; ++c) {
    if ((claims_ & waiting & bit(c)) == 0 || due_[c] > now) continue;
    if (first == kNone || due_[c] < due_[first]) first = c;
  }
  return first;
}

void Share::give(unsigned c, Nanoseconds now) {
  if (runs_ != c) runs_from_ = now;
  runs_ = c;
  given_ = c;
}

// Who has to wait: what is lower than what runs; or than the highest that is ready, while another
// has its share.
Share::Classes Share::waiting(unsigned runs, Classes ready) const {
  if (!is_given()) return ready & (bit(runs) - 1);
  return RunQueue::lower_of(ready) & ~bit(runs);
}

void Share::note(unsigned runs, Classes ready) {
  const Classes waits = waiting(runs, ready);
  const bool is_the_same = runs == runs_ && waits == (claims_ & ~bit(runs)) && !is_given();
  if (is_the_same || (waits | claims_) == 0) {
    runs_ = runs;
    return;
  }
  const Nanoseconds now = arch::now();
  if (runs != runs_) {
    settle(now);
    runs_ = runs;
    runs_from_ = now;
  }
  claims_ &= ready | bit(runs);
  next_ = kNever;
  for (unsigned c = 0; c < RunQueue::kClasses; ++c) {
    if ((waits & bit(c)) == 0) continue;
    if ((claims_ & bit(c)) == 0) due_[c] = {now.value + kPatience.value};
    if (due_[c] < next_) next_ = due_[c];
  }
  claims_ |= waits;
}

void Share::preempt(unsigned by, Nanoseconds now) {
  settle(now);
  if ((claims_ & bit(runs_)) == 0) due_[runs_] = {now.value + kPatience.value};
  claims_ |= bit(runs_);
  next_ = std::min(next_, due_[runs_]);
  runs_ = by;
  runs_from_ = now;
}

}  // namespace tessera
