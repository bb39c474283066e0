// One-shot timers of one hart, by deadline; equal deadlines come in the order in which they were
// armed. A leftist heap: the links are in the timers, the queue has no memory of its own, and every
// operation is O(log n) in the worst case, without recursion (C. A. Crane, Linear lists and
// priority queues as balanced binary trees, 1972).
//
// A timer is a base class of what it wakes:
//
//   struct Alarm : Timer { Alarm() : Timer(Owner::kAlarm) {} ... };
//   while (Timer* due = queue.pop_due(now)) { if (due->owner() == Timer::Owner::kAlarm) ... }
//
// Only the hart whose queue it is calls, and a timer is disarmed before it goes to another hart's
// queue or away.
#pragma once

#include <cstdint>

#include "kernel/base/types.h"
#include "kernel/sync/atomic.h"

namespace tessera {

class Timer {
 public:
  enum class Owner : std::uint8_t { kThread, kAlarm };

  explicit constexpr Timer(Owner owner) : owner_(owner) {}
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  bool armed() const { return rank_.peek() != 0; }
  // The last one that it was armed with.
  Nanoseconds deadline() const { return deadline_; }
  Owner owner() const { return owner_; }

 private:
  friend class TimerQueue;
  friend class TimerQueueAudit;

  Nanoseconds deadline_;
  std::uint64_t sequence_ = 0;  // of the arming: the order of equal deadlines
  Timer* parent_ = nullptr;
  Timer* left_ = nullptr;
  Timer* right_ = nullptr;
  Atomic<std::uint8_t> rank_;  // other harts ask whether it is armed; nodes on the way right until
                               // there is none; 0: in no queue
  Owner owner_;
};

class TimerQueue {
 public:
  constexpr TimerQueue() = default;
  TimerQueue(const TimerQueue&) = delete;
  TimerQueue& operator=(const TimerQueue&) = delete;

  // Puts the timer in, at a new deadline if it was in already; kNever: takes it out. True: next()
  // has changed, and the hardware's timer is to be set to it.
  bool arm(Timer& timer, Nanoseconds deadline);
  // Fine when it is not armed. True: next() has changed.
  bool disarm(Timer& timer);

  // Null when none is armed.
  Timer* earliest() const { return root_; }
  // The earliest deadline, kNever when none is armed.
  Nanoseconds next() const { return root_ == nullptr ? kNever : root_->deadline_; }
  // Takes out the earliest if its deadline is not after `now`, else null.
  Timer* pop_due(Nanoseconds now);

 private:
  friend class TimerQueueAudit;

  static std::uint8_t rank(const Timer* timer) {
    return timer == nullptr ? 0 : timer->rank_.peek();
  }
  static bool before(const Timer& a, const Timer& b);
  static bool restore(Timer& node);
  static Timer* merge(Timer* a, Timer* b);
  void insert(Timer& timer);
  void remove(Timer& timer);

  Timer* root_ = nullptr;
  std::uint64_t armings_ = 0;  // at one a nanosecond it would wrap after 584 years
};

}  // namespace tessera
