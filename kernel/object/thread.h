// A thread: registers, what it waits for, and the capabilities that bind it to its task.
#pragma once

#include <cstdint>

#include "kernel/arch/contract/frame.h"
#include "kernel/base/result.h"
#include "kernel/cap/slot.h"
#include "kernel/object/reply.h"
#include "kernel/sched/run_queue.h"
#include "kernel/time/timer_queue.h"

namespace tessera {

struct Task;
struct Endpoint;
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
};

// Whether something will end it: a message, an answer, a signal, a deadline.
constexpr bool is_a_wait(Wait wait) {
  return wait != Wait::kStopped && wait != Wait::kNone && wait != Wait::kSuspended;
}

struct Thread : Runnable, Link<TaskMemberTag>, Timer {
  Thread() : Timer(Timer::Owner::kThread) { reply.server = this; }

  arch::Frame frame;
  std::uint32_t references = 0;

  // What it waits for; written by whoever owns the thread at the moment.
  Wait wait = Wait::kStopped;
  bool started = false;
  // The message of a sender waits in its frame; this is what else belongs to it.
  bool expects_reply = false;
  bool fault = false;  // the message is the kernel's, about a fault of this thread
  bool doomed =
      false;  // it runs only to end its task (end_task was preempted, or a fault is not handled)
  abi::FaultCause fault_cause = abi::FaultCause::kNone;
  std::uint8_t received = 0;  // capabilities that the last message put into the window
  std::uint32_t window = 0;   // first slot for received capabilities; 0: none
  std::uint64_t badge = 0;    // of the capability it sends with
  std::uint64_t fault_address = 0;
  union {
    void* waits_on = nullptr;
    Endpoint* endpoint;          // kSending, kReceiving
    Reply* answer;               // kAnswer
    Notification* notification;  // kNotification
  };

  Reply reply;  // the caller of the last message it received

  Slot task_slot{SlotRole::kThreadTask};
  Slot handler{SlotRole::kThreadHandler};
  Slot bound{SlotRole::kThreadNotification};  // a Notification whose signals end its receives
  Slot buffer{SlotRole::kPlain};              // one page of a VMO: the IPC buffer
  Slot grave{SlotRole::kGrave};

  // Null when it has none.
  Task* task() const { return reinterpret_cast<Task*>(task_slot.object()); }
  // No signal waits to end its next receive.
  bool bound_is_silent() const;
  static Thread& of(Timer& timer) { return static_cast<Thread&>(timer); }
  static Thread& of(Runnable& item) { return static_cast<Thread&>(item); }
};
inline constexpr std::uint64_t kThreadSize = (sizeof(Thread) + 63) / 64 * 64;
static_assert(kThreadSize <= 1024);

// It never runs again; whoever waits for its answer gets epipe.
void stop_thread(Thread& thread);

// It does not run until it is resumed; what it waited for has ended with ecanceled.
Result<void> suspend_thread(Thread& thread);
Result<void> resume_thread(Thread& thread);

// Makes a page of the VMO the thread's IPC buffer; kPreempted: call again.
Result<void> set_buffer(Thread& thread, Slot& vmo, std::uint32_t page);

// The registers of a thread that does not go on by itself, for others to see and change.
Result<arch::Frame*> frame_at_rest(Thread& thread);

}  // namespace tessera
