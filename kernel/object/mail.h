// Threads on the way from one hart to another. Only its home queues a thread as ready, stops it,
// arms its deadline or changes the class that it runs at (R11): whoever else has to do with it
// sends it home, or asks there.
//
// What is sent is a thread, always: one whose wait is over, to its home (kComing); or one that asks
// something of another hart (kAsking), and that makes its system call again when it is back. So
// there is room in the mail for whatever is sent, and a thread is in one place at a time.
#pragma once

#include "kernel/base/result.h"
#include "kernel/object/thread.h"
#include "kernel/sched/hart.h"

namespace tessera {

struct Alarm;

// A thread that this hart has taken out of what it waited for is ready, at its home; the second
// when the hart is handed to it (a call, an answer).
void wake(Thread& thread);
void wake_first(Thread& thread);

// A thread that this hart has taken out of what it waited for is this hart's from now on, if it may
// be: a deadline keeps a thread at its home.
bool adopt(Thread& thread);

// Does something with a thread, or asks its home to. kPreempted: the current thread has gone there
// with that; whether it is done is for its next try to see.
Result<void> at_home(Thread& thread, Asked what, std::uint8_t harts = 0);
// Takes an alarm's timer off.
Result<void> disarm_alarm(Alarm& alarm);

// The home of a thread is to look which class is due, and whether a signal waits for it. Under the
// lock of the thread's reply, or with the tree, so that it has not ended yet.
void give_notice(Thread& thread);

// A thread that may not run on this hart, which has chosen it, goes to the first one where it may.
// False: it may.
bool leave_for_another(Hart& hart, Thread& thread);

// This hart has nothing to run, and sleeps until it is interrupted. Whoever has a thread too many
// is asked for one.
void sleep(Hart& hart);
// Gives a ready thread that this hart does not run to a hart that sleeps, if there are both.
void share_work(Hart& hart);
// The same, when nothing is new but that it runs another, and who ran is the first of its class.
void share_who_ran(Hart& hart, const Runnable& who);

// All that has come for this hart.
void take_mail(Hart& hart);

}  // namespace tessera
