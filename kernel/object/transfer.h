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

// Whether the words beyond the registers have a place at both ends. `argument`: the sender's, that
// told how many they are.
Result<void> check_sender_buffer(const Thread& sender, ipc::Shape shape, std::uint8_t argument);
Result<void> check_receiver_buffer(const Thread& receiver, ipc::Shape shape);
// All words of a message, which has a place at both ends.
void copy_words(const Thread& from, Thread& to, ipc::Shape shape);

// Puts the sender's message into the receiver's registers, which are complete then. An error is the
// sender's; nothing has changed.
Result<void> transfer_message(Thread& sender, Thread& receiver);

// The lock of the Notification that is bound to a thread, if one is.
class [[clang::scoped_lockable]] BoundLock {
 public:
  explicit BoundLock(const Thread& thread) __attribute__((no_thread_safety_analysis));
  ~BoundLock() __attribute__((no_thread_safety_analysis)) {
    if (notification_ != nullptr) notification_->lock.unlock();
  }
  BoundLock(const BoundLock&) = delete;
  BoundLock& operator=(const BoundLock&) = delete;
  // A signal that waits for the thread's receive completes it: true.
  bool take_signal(Thread& thread) const;

 private:
  Notification* notification_ = nullptr;
};
// Completes the receive of a thread with the bits of a signal.
void deliver_signal(Thread& thread, std::uint64_t bits);

// Takes a thread out of an endpoint's queue, whose lock is held: a receiver; a sender; either, with
// its deadline.
inline void take_from_queue(Thread& thread, Endpoint& endpoint) {
  List<Runnable, QueueTag>::remove(thread);
  if (endpoint.queue.empty()) endpoint.holds = Endpoint::Holds::kNobody;
}
inline void take_sender(Thread& thread, Endpoint& endpoint) {
  if (endpoint.cancel_from == &thread) endpoint.cancel_from = endpoint.queue.after(thread);
  take_from_queue(thread, endpoint);
}
void unqueue(Thread& thread, Endpoint& endpoint);
// The thread, which is in no queue any more, is told the error and is ready.
void fail_wait(Thread& thread, Error error);
// The registers of a call whose wait has ended with an error.
void write_outcome(Thread& thread, Wait ended, Error error);

}  // namespace tessera
