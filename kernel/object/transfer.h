// What a message carries from one thread to another, and how a wait ends. For the endpoint's, the
// reply's and the notification's own files; everybody else calls those.
#pragma once

#include "kernel/base/result.h"
#include "kernel/ipc/message.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/notification.h"
#include "kernel/object/thread.h"

namespace tessera {

// The capabilities of one message: found in the sender's CSpace, then put into the receiver's
// window. All of them, or none.
class Parcel {
 public:
  // What the sender's call does with what it received before and did not keep: that cannot be sent
  // on when it is deleted first.
  enum class Window : bool { kStays, kIsCleanedUp };
  // From the first `count` slots that t2 to t4 of the sender's frame name.
  Result<void> collect(Thread& sender, unsigned count, Window window);
  // Whether the receiver has room; enospc.
  Result<void> check_room(Thread& receiver) const;
  void hand_over(Thread& receiver);

 private:
  Slot* slots_[abi::kMessageCapabilities] = {};
  unsigned count_ = 0;
};

// Where the words beyond the registers are at both ends: the pages of the IPC buffers, as they were
// when they were looked up. One whose capability goes meanwhile is nobody else's until this hart
// has left the kernel.
struct LongWords {
  const std::uint64_t* from = nullptr;
  std::uint64_t* to = nullptr;
};
inline LongWords words_between(CapabilityWord from, CapabilityWord to) {
  return {.from = static_cast<const std::uint64_t*>(arch::direct_map({from.object()})),
          .to = static_cast<std::uint64_t*>(arch::direct_map({to.object()}))};
}
// Null when all words fit the registers. `argument`: the sender's, that told how many they are.
Result<LongWords> find_words(const Thread& sender, const Thread& receiver, ipc::Shape shape,
                             std::uint8_t argument);
// Whether the sender has a place for them, as far as it alone is concerned.
Result<void> check_sender_buffer(const Thread& sender, ipc::Shape shape, std::uint8_t argument);
// All words of a message.
void copy_words(const Thread& from, Thread& to, ipc::Shape shape, const LongWords& words);

// Puts the sender's message into the receiver's registers, which are complete then. An error is the
// sender's; nothing has changed.
Result<void> transfer_message(Thread& sender, Thread& receiver);

// The lock of the Notification that is bound to a thread, if one is.
class [[clang::scoped_lockable]] BoundLock {
 public:
  explicit BoundLock(Thread& thread) __attribute__((no_thread_safety_analysis));
  ~BoundLock() __attribute__((no_thread_safety_analysis)) {
    if (notification_ != nullptr) notification_->lock.unlock();
  }
  BoundLock(const BoundLock&) = delete;
  BoundLock& operator=(const BoundLock&) = delete;
  // A signal that waits for the thread's receive completes it: true.
  bool take_signal(Thread& thread) const;
  // A signal is offered to whoever waits for it.
  void offer() const {
    if (notification_ != nullptr) tessera::offer(*notification_);
  }

 private:
  Notification* notification_ = nullptr;
};

// The lock of the endpoint in whose queue a thread waits, if it waits in one. Whoever takes it out
// there, and home with it, has that lock.
class [[clang::scoped_lockable]] QueueLock {
 public:
  explicit QueueLock(const Thread& thread) __attribute__((no_thread_safety_analysis));
  ~QueueLock() __attribute__((no_thread_safety_analysis)) {
    if (lock_ != nullptr) lock_->unlock();
  }
  QueueLock(const QueueLock&) = delete;
  QueueLock& operator=(const QueueLock&) = delete;
  // Whether it waits in one.
  bool holds() const { return lock_ != nullptr; }

 private:
  EndpointLock* lock_ = nullptr;
};

// Completes the receive of a thread with the bits of a signal.
void deliver_signal(Thread& thread, std::uint64_t bits);

// Takes a thread out of an endpoint's queue, whose lock is held: a receiver; either.
inline void take_from_queue(Thread& thread, Endpoint& endpoint) {
  List<Runnable, QueueTag>::remove(thread);
  if (endpoint.queue.empty()) endpoint.holds = Endpoint::Holds::kNobody;
}
// The first receiver.
[[gnu::always_inline]] inline void take_first(Endpoint& endpoint) {
  if (endpoint.queue.drop_first()) endpoint.holds = Endpoint::Holds::kNobody;
}
inline void take_sender(Thread& thread, Endpoint& endpoint) {
  if (endpoint.cancel_from == &thread) endpoint.cancel_from = endpoint.queue.after(thread);
  take_from_queue(thread, endpoint);
}
// Takes a thread out of the endpoint where it waits in this way, kSending or kReceiving: it is on
// the way then. False: it does not wait so, or not any more.
bool leave_endpoint(Thread& thread, Wait wait);
// The thread, which this hart has taken out of that wait, is told the error, and wakes.
void fail_wait(Thread& thread, Wait ended, Error error);
// The registers of a call whose wait has ended with an error.
void write_outcome(Thread& thread, Wait ended, Error error);

}  // namespace tessera
