// A thread: registers, what it waits for, and the capabilities that bind it to its task.
#pragma once

#include <cstdint>
#include <utility>

#include "kernel/arch/contract/frame.h"
#include "kernel/base/result.h"
#include "kernel/cap/slot.h"
#include "kernel/object/reply.h"
#include "kernel/sched/run_queue.h"
#include "kernel/time/timer_queue.h"

namespace tessera {

struct Task;
struct Endpoint;
class EndpointLock;
struct Notification;
struct TaskMemberTag;

enum class Wait : std::uint8_t {
  kStopped,       // never started, or its task has ended: nothing wakes it
  kNone,          // ready or running
  kSending,       // in an Endpoint's queue with a message
  kReceiving,     // in an Endpoint's queue for one
  kAnswer,        // a Reply holds it
  kNotification,  // in a Notification's queue
  kSuspended,     // until it is resumed
  kComing,        // on the way to its home, by mail; what it waited for is over
  kAsking,        // on the way to another hart, with something that it asks of it
};

// Whether something will end it: a message, an answer, a signal, a deadline.
constexpr bool is_a_wait(Wait wait) {
  return wait == Wait::kSending || wait == Wait::kReceiving || wait == Wait::kAnswer ||
         wait == Wait::kNotification;
}

// How a thread waits, and for what: one word, so that nobody who reads it without a lock sees the
// one without the other.
class Waiting {
 public:
  constexpr Waiting(Wait wait)
      : word_(std::to_underlying(wait)) {}  // NOLINT(google-explicit-constructor)
  // An Endpoint (kSending, kReceiving), a Reply (kAnswer), a Notification (kNotification).
  Waiting(Wait wait, const void* on)
      : word_(reinterpret_cast<std::uintptr_t>(on) + std::to_underlying(wait)) {}

  Wait wait() const { return static_cast<Wait>(word_ & kWaits); }
  template <class T>
  T& on() const {
    static_assert(alignof(T) > kWaits);
    return *reinterpret_cast<T*>(word_ & ~kWaits);
  }
  friend bool operator==(const Waiting&, const Waiting&) = default;

 private:
  static constexpr std::uintptr_t kWaits = 15;
  std::uintptr_t word_;
};

// What one hart asks another to do with a thread, or an alarm, that is the other's.
enum class Asked : std::uint8_t {
  kNothing,
  kStop,      // it never runs again
  kSuspend,   // it does not run until it is resumed
  kEnd,       // it runs, to end its task
  kRefresh,   // it runs at the class that is due
  kAffinity,  // it runs on the harts that are asked
  kDisarm,    // an alarm
};
struct Ask {
  Asked what = Asked::kNothing;
  void* of = nullptr;      // a Thread, for kDisarm an Alarm; null: done, and the asker comes home
  std::uint8_t harts = 0;  // for kAffinity, a bit each
};

struct Thread : Runnable, Link<TaskMemberTag>, Timer {
  Thread() : Timer(Timer::Owner::kThread) { reply.server = this; }

  arch::Frame frame;
  std::uint32_t references = 0;

  // What it waits for; changed by whoever owns the thread at the moment: its home, or who has the
  // lock of what it waits for.
  Waiting waiting() const { return waiting_.load(); }
  Wait wait() const { return waiting().wait(); }
  void set_wait(Waiting waiting) { waiting_.set(waiting); }
  // For those who read it without a lock: what was done to the thread before is seen by them.
  void settle(Waiting waiting) { waiting_.store(waiting); }
  bool is_stopped() const { return wait() == Wait::kStopped; }
  // It ran, and never does again: its registers stay as they are.
  bool is_past() const { return is_stopped() && started; }
  bool started = false;
  // The message of a sender waits in its frame; this is what else belongs to it.
  bool expects_reply = false;
  bool had_signal =
      false;           // a signal that waited ended its receive: the next begins with the messages
  bool fault = false;  // the message is the kernel's, about a fault of this thread
  bool doomed =
      false;  // it runs only to end its task (end_task was preempted, or a fault is not handled)
  abi::FaultCause fault_cause = abi::FaultCause::kNone;
  std::uint8_t received = 0;  // capabilities that the last message put into the window
  std::uint32_t window = 0;   // first slot for received capabilities; 0: none
  std::uint64_t badge = 0;    // of the capability it sends with
  std::uint64_t fault_address = 0;
  Ask ask;                        // kAsking
  Asked asked = Asked::kNothing;  // what it was asked while it was on the way; its home's

  // The stamp of its task's class that it knows; its home's. And that others know it knows, under
  // the tree.
  Atomic<std::uint32_t> class_stamp;
  std::uint32_t settled_stamp = 0;

  Reply reply{LockRank::kBuiltInReply};  // the caller of the last message it received

  Slot task_slot{SlotRole::kThreadTask};
  Slot handler{SlotRole::kThreadHandler};
  Slot bound{SlotRole::kThreadNotification};  // a Notification whose signals end its receives
  Slot buffer{SlotRole::kPlain};              // one page of a VMO: the IPC buffer
  Slot grave{SlotRole::kGrave};

  // What task_slot names, as the pointer that a call needs; null when it has none.
  Task* task() const { return task_.peek(); }
  void set_task(Task* task) { task_.store(task); }
  static Thread& of(Timer& timer) { return static_cast<Thread&>(timer); }
  static Thread& of(arch::Frame& frame) {
    return *reinterpret_cast<Thread*>(reinterpret_cast<char*>(&frame) - arch::kFrameOffset);
  }
  static Thread& of(Runnable& item) { return static_cast<Thread&>(item); }

 private:
  Atomic<Task*> task_{nullptr};
  Atomic<Waiting> waiting_{Wait::kStopped};
};
inline constexpr std::uint64_t kThreadSize = (sizeof(Thread) + 63) / 64 * 64;
static_assert(kThreadSize <= 1024);
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Winvalid-offsetof"  // see delete.cc
static_assert(offsetof(Thread, frame) == arch::kFrameOffset);
#pragma clang diagnostic pop

// It never runs again; whoever waits for its answer gets epipe. kPreempted: call again.
Result<void> stop_thread(Thread& thread);
// The part of it that is its home's; a thread that is on the way is stopped when it arrives.
void stop_at_home(Thread& thread);

// It does not run until it is resumed; what it waited for has ended with ecanceled. kPreempted:
// call again.
Result<void> suspend_thread(Thread& thread);
void suspend_at_home(Thread& thread);
Result<void> resume_thread(Thread& thread);

// Makes a page of the VMO the thread's IPC buffer; kPreempted: call again.
Result<void> set_buffer(Thread& thread, Slot& vmo, std::uint32_t page);

// A thread that does not go on by itself, so that others may see and change its registers: it has
// not begun, is suspended, or waits for the answer to a fault and gets none as long as this lives.
class AtRest {
 public:
  AtRest() = default;
  ~AtRest() __attribute__((no_thread_safety_analysis));
  AtRest(const AtRest&) = delete;
  AtRest& operator=(const AtRest&) = delete;
  // ebusy, badState: it is not at rest.
  Result<void> hold(Thread& thread) __attribute__((no_thread_safety_analysis));

 private:
  EndpointLock* endpoint_ = nullptr;
  SpinLock* reply_ = nullptr;
};

}  // namespace tessera
