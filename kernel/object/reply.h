// A reply right: who waits for an answer, and whom it is expected of. A thread has one built in for
// the last message that it received; a Reply object holds one that the server keeps.
#pragma once

#include <cstdint>

#include "idl/abi.h"
#include "kernel/sync/atomic.h"
#include "kernel/sync/spinlock.h"

namespace tessera {

struct Thread;

// The class that a caller gives to its server, and how many threads in a row up to the caller run
// above their own class.
struct alignas(2) Gift {
  abi::QosClass of = abi::QosClass::kIdle;
  std::uint8_t depth = 0;
};

struct alignas(16) Reply {
  explicit Reply(LockRank rank = LockRank::kReply) : lock(rank) {}

  SpinLock lock;
  std::uint32_t references = 0;
  // kAnswer, and its answer() is this; null: none. The lock guards it, but for one whose home is
  // the server's: all who may touch that are the same hart.
  Atomic<Thread*> caller{nullptr};
  // Built in: the caller was cancelled; the answer, when it comes, is dropped.
  bool caller_gone = false;
  // What a caller of another hart gives: that one writes it.
  Atomic<Gift> gift{Gift{}};
  Thread* server = nullptr;  // the thread this is built into, which works at its caller's class;
                             // null in a Reply object
};
inline constexpr std::uint64_t kReplySize = 64;
static_assert(sizeof(Reply) <= kReplySize);

}  // namespace tessera
