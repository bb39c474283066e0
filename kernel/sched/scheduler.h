// Who runs. The only place that moves a Runnable between waiting, ready and running.
#pragma once

#include "kernel/sched/hart.h"

namespace tessera::sched {

enum class RunState : std::uint8_t { kWaiting, kReady, kRunning };
// Of one whose home is this hart.
inline RunState run_state(const Runnable& item) {
  if (item.ready) return RunState::kReady;
  return item.home()->current == &item ? RunState::kRunning : RunState::kWaiting;
}

// A waiting one becomes ready on its home hart: last of its class; or first, when the hart is
// handed to it (a call, an answer).
void make_ready(Runnable& item);
void make_ready_first(Runnable& item);

// A ready or running one waits from now on. What it waits for takes its link.
void make_wait(Runnable& item);

// The running one lets the others of its class go first.
void yield(Hart& hart);

// Changes the class it runs at, wherever it is.
void set_effective_class(Runnable& item, abi::QosClass c);

// Goes at once to one of its own that waits, if that is more important than who runs and nothing
// else is to be decided then: who ran is the first of its class. False: nothing has changed. What
// it decided last stands.
bool preempt(Hart& hart, Runnable& by);

// Decides who runs next on this hart and sets the timer for it: called last before leaving the
// kernel. Null: nobody is ready.
Runnable* choose(Hart& hart);
// Whether what it decided last is what it would decide now, but for what only time has changed: for
// that the timer is set.
inline bool stands(const Hart& hart) { return !hart.ready.changed(); }

}  // namespace tessera::sched
