// The share of the lower classes: how long each class of a hart waits while higher ones run, and
// whose turn it is when that is too long.
//
// A class has a claim from when it waits on. The claim falls due kPatience later; the class then
// has the hart for a short turn, which no higher class interrupts, and the claim is settled when it
// has run for kShortTurn in one go, given or not. What ran for less than that, because a higher
// class came back, keeps its claim. The hart is its only writer; nothing here depends on how many
// threads there are.
#pragma once

#include <cstdint>

#include "kernel/base/types.h"
#include "kernel/sched/run_queue.h"

namespace tessera {

// How long a thread runs while others of its class are ready.
inline constexpr Nanoseconds kSlice{5'000'000};
// How long a lower class is given the hart; one that hands over, or waits, may double it.
inline constexpr Nanoseconds kShortTurn{abi::kShareTurn};
// What is promised: the first ready thread of a class runs within this time.
inline constexpr Nanoseconds kShareWithin{abi::kShareWithin};
// How long a class waits before it is given a turn. What is left of kShareWithin is for the turn of
// a thread before it, and for the other lower classes that fall due at the same time.
inline constexpr Nanoseconds kPatience{kShareWithin.value - kSlice.value};
static_assert(2 * kShortTurn.value * (RunQueue::kClasses - 2) < kSlice.value);

class Share {
 public:
  using Classes = RunQueue::Classes;

  // Whether any class has a claim: if not, nothing else here need be asked.
  bool any() const { return claims_ != 0; }
  // When the first claim of a class that waits falls due.
  Nanoseconds next() const { return next_; }
  // Whether any claim has fallen due, of whoever runs or waits: if not, no class is to have a turn.
  bool may_be_due(Nanoseconds now) const {
    return next_ <= now || ((claims_ & bit(runs_)) != 0 && due_[runs_] <= now);
  }
  // The class of `waiting` that is to have a turn now; kNone: none.
  static constexpr unsigned kNone = RunQueue::kClasses;
  unsigned due(Nanoseconds now, Classes waiting);

  // The class has a turn from now on.
  void give(unsigned c, Nanoseconds now);
  void take_back() { given_ = kNone; }
  // Whether it is the class that a turn was given to, and not taken back.
  bool is_given(unsigned c) const { return given_ == c; }
  bool is_given() const { return given_ != kNone; }

  // Whether it is the class that was noted to run.
  bool runs(unsigned c) const { return runs_ == c; }

  // What runs is interrupted too early: its claim stands, however long its class has run before.
  void keep_claim(Nanoseconds now) { runs_from_ = now; }

  // This class runs (kNone: nobody does) and these are ready, from now on.
  void note(unsigned runs, Classes ready);
  // The same, when nothing is new but that a higher class runs and who ran is ready.
  void preempt(unsigned by, Nanoseconds now);

 private:
  // kNone has none.
  static constexpr Classes bit(unsigned c) { return 1u << c & ((1u << RunQueue::kClasses) - 1); }
  Classes waiting(unsigned runs, Classes ready) const;
  void settle(Nanoseconds now);

  Nanoseconds due_[RunQueue::kClasses] = {};  // of those with a claim
  Nanoseconds next_ = kNever;
  Nanoseconds runs_from_{};  // valid while `runs_` has a claim
  Classes claims_ = 0;
  unsigned runs_ = kNone;
  unsigned given_ = kNone;
};

}  // namespace tessera
