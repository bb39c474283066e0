// Endpoints: where a sender and a receiver meet. The three decisions, who meets whom, what is
// carried, who runs then, are in endpoint.cc, transfer.cc and reply.cc.
#pragma once

#include <cstdint>

#include "kernel/base/result.h"
#include "kernel/object/thread.h"
#include "kernel/object/tree.h"
#include "kernel/sync/spinlock.h"

namespace tessera {

// The lock of an endpoint. While nobody holds it, it holds the receiver that waits alone: who takes
// the lock has the receiver with it, so that the short way of a call (syscall/fast_path.h) makes
// one access for both, and puts nobody into a queue. Who locks by lock() finds all who wait in the
// queue.
class [[clang::capability("mutex")]] EndpointLock : LockRecord {
 public:
  // What the word was: a receiver, or how the lock is.
  class Word {
   public:
    enum How : std::uint8_t { kNobody, kHeld, kQueue };  // kQueue: some wait there
    constexpr Word(How how) : bits_(how) {}              // NOLINT(google-explicit-constructor)
    explicit Word(const Thread& parked)
        : bits_(reinterpret_cast<std::uintptr_t>(&parked) | kParked) {}
    bool is_parked() const { return static_cast<std::intptr_t>(bits_) < 0; }
    Thread& parked() const {
      return *reinterpret_cast<Thread*>((bits_ & ~kParked) | arch::kPointerSign);
    }
    friend bool operator==(Word, Word) = default;

   private:
    static constexpr std::uintptr_t kParked = std::uintptr_t{1} << 63;
    std::uintptr_t bits_;
  };

  EndpointLock() : LockRecord(LockRank::kEndpoint) {}
  void lock() __attribute__((acquire_capability()));
  void unlock() __attribute__((release_capability()));

  // Takes the lock, but for kHeld, with what it was (seize: waits for it); leaves it as it is to
  // be.
  Word take() __attribute__((no_thread_safety_analysis)) {
    const Word was = word_.exchange(Word::kHeld);
    if (was != Word::kHeld) note_taken();
    return was;
  }
  Word seize() {
    for (;;) {
      const Word was = take();
      if (was != Word::kHeld) return was;
      while (word_.peek() == Word::kHeld) arch::relax();
    }
  }
  void leave(Word as) __attribute__((no_thread_safety_analysis)) {
    note_left();
    word_.store(as);
  }
  // What take() said, where nothing is done with it.
  void give_back(Word was) {
    if (was != Word::kHeld) leave(was);
  }
  Word peek() const { return word_.peek(); }

 private:
  Atomic<Word> word_{Word::kNobody};
};

struct alignas(16) Endpoint {
  EndpointLock lock;  // first: it finds the endpoint
  std::uint32_t references = 0;
  // All senders, or all receivers, in the order they came.
  List<Runnable, QueueTag> queue;
  enum class Holds : std::int8_t { kSenders = -1, kNobody, kReceivers } holds = Holds::kNobody;
  // A cancel_sends that was preempted: no sender before this one has that badge. Null: none was.
  Runnable* cancel_from = nullptr;
  std::uint64_t cancel_badge = 0;
};
inline constexpr std::uint64_t kEndpointSize = 64;
static_assert(sizeof(Endpoint) <= kEndpointSize);

// Sends the message in the thread's frame (see decode: a0 to a5, a6, t2 to t4 hold it), or queues
// the thread. kWaiting: the result comes later.
Result<void> send(Thread& thread, const Invoked& to, Nanoseconds deadline, bool expects_reply);
// Takes a message, or queues the thread. What it received before is cleaned up first.
Result<void> receive(Thread& thread, const Invoked& from, Nanoseconds deadline);

// Ends the wait of each queued sender whose capability has this badge. kPreempted: call again.
Result<void> cancel_sends(const Invoked& at, std::uint64_t badge);

// Answers the caller of the thread's built-in reply, or of a kept one, with what the answering
// thread's frame has in a0 to a5, a6 (status), t1 (shape) and t2 to t4. Then the caller is ready,
// and the reply empty.
Result<void> answer(Thread& server);
Result<void> answer(Thread& server, const Invoked& kept);
// Moves the built-in reply of a thread into a Reply object.
Result<void> keep(Thread& server, const Invoked& kept);
// Whoever waits for the thread's answer, or by a Reply object, is told that none will come.
void drop_caller(Thread& server);
void refuse_caller(Reply& kept);

// Before a thread calls or receives: deletes the capabilities that it did not keep. kPreempted also
// when an object may have gone with one: what the call was decoded to may be among them, so it is
// made again. Else capabilities alone are gone, maybe the one that the call names.
Result<void> clean_up_received(Thread& thread);

// Ends a thread's wait, whatever it waits for, with an error. Fine when it waits for nothing. On
// its home.
void cancel_wait(Thread& thread, Error error);
// Takes a thread out of whatever it waits for, on the hart that is its home.
enum class Left : std::uint8_t {
  kFree,      // it waits for nothing now, is nobody's, or runs, or is ready, or suspended
  kIsComing,  // somebody else has taken it out, and it is on the way here
  kIsGone,    // and has adopted it: this is not its home any more
};
Left leave_wait(Thread& thread);

}  // namespace tessera
