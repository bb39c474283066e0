// A round: every hart has left the kernel since, and forgotten what it had cached of address spaces
// and of instructions. What another hart may still look at, walk or run is given out again, or said
// to be gone, when a round is over that began after it was taken away.
//
// An interrupt makes it, since a hart takes one only outside the kernel: no path pays for it.
// Rounds have numbers, one goes on at a time, and a thread that needs one waits for it; those who
// come while one goes on wait for the next.
#pragma once

#include <cstdint>

#include "kernel/base/list.h"
#include "kernel/base/result.h"
#include "kernel/object/thread.h"
#include "kernel/sync/spinlock.h"

namespace tessera {

struct Rounds {
  SpinLock lock{LockRank::kRounds};
  std::uint32_t pending = 0;  // harts that have not answered the one that goes on, a bit each
  std::uint16_t begun = 0;    // the last one's number; 0 is nobody's
  std::uint16_t over = 0;     // the last one that is over
  List<Runnable, QueueTag> waiters;  // for the one that goes on
  List<Runnable, QueueTag> next;     // for the one after
};

// `number`, at first 0, is where the round that is waited for is kept. {}: it is over, and the
// number 0 again. kPreempted: the current thread waits; it is to ask again.
Result<void> wait_for_round(std::uint16_t& number);

// Whether a round waits for this hart's answer.
bool is_round_due(const Hart& hart);
// This hart has been interrupted, outside the kernel.
void answer_round(Hart& hart);

}  // namespace tessera
