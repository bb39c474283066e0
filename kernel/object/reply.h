// A reply right: who waits for an answer, and whom it is expected of. A thread has one built in for
// the last message that it received; a Reply object holds one that the server keeps.
#pragma once

#include <cstdint>

#include "kernel/sync/spinlock.h"

namespace tessera {

struct Thread;

struct Reply {
  SpinLock lock;
  std::uint32_t references = 0;
  Thread* caller = nullptr;  // kWaiting, its `answer` is this; null: none
  bool caller_gone = false;  // built in: it was cancelled; the answer, when it comes, is dropped
  Thread* server = nullptr;  // the thread this is built into, which works at its caller's class;
                             // null in a Reply object
};
inline constexpr std::uint64_t kReplySize = 64;
static_assert(sizeof(Reply) <= kReplySize);

}  // namespace tessera
