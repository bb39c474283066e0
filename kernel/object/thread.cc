// Threads that others stop, look into and let go on.
#include "kernel/object/thread.h"

#include "kernel/ipc/message.h"
#include "kernel/object/delete.h"
#include "kernel/object/derive.h"
#include "kernel/object/donation.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/mail.h"
#include "kernel/object/state.h"
#include "kernel/object/task.h"
#include "kernel/object/transfer.h"
#include "kernel/sched/scheduler.h"

namespace tessera {
namespace {

constexpr Error kBadState{abi::kEbusy, abi::Detail::kBadState, 0};

}  // namespace

void stop_at_home(Thread& thread) {
  if (thread.is_stopped() && thread.started) return;
  switch (leave_wait(thread)) {
    case Left::kIsGone:
      return;
    case Left::kIsComing:
      thread.asked = Asked::kStop;
      return;
    case Left::kFree:
      break;
  }
  sched::make_wait(thread);
  thread.home()->timers.disarm(thread);
  drop_caller(thread);
  thread.started = true;  // for good: a stopped thread is not started again
  // A notice that goes after it to another hart (mail.cc) is there before this, or does not go.
  LockGuard guard(thread.reply.lock);
  thread.settle(Wait::kStopped);
}

Result<void> stop_thread(Thread& thread) {
  if (!thread.is_stopped()) {
    TRY(at_home(thread, Asked::kStop));
    if (!thread.is_stopped()) return kPreempted;  // it is on the way home
  }
  thread.started = true;
  static_cast<Link<TaskMemberTag>&>(thread).unlink();
  return {};
}

void suspend_at_home(Thread& thread) {
  const Wait ended = thread.wait();
  if (ended == Wait::kSuspended || ended == Wait::kStopped || thread.doomed) return;
  switch (leave_wait(thread)) {
    case Left::kIsGone:
      return;
    case Left::kIsComing:
      if (thread.asked == Asked::kNothing) thread.asked = Asked::kSuspend;
      return;
    case Left::kFree:
      break;
  }
  if (ended == Wait::kNone) {
    sched::make_wait(thread);
  } else {
    thread.home()->timers.disarm(thread);
    refresh_class(thread);
    // A fault has no outcome: the instruction is run again.
    if (!thread.fault) {
      write_outcome(thread, ended, {abi::kEcanceled, abi::Detail::kCancelled, 0});
    }
    thread.fault = false;
  }
  thread.set_wait(Wait::kSuspended);
}

// Seldom asked for: what counts is room.
[[clang::minsize, gnu::noinline]] Result<void> suspend_thread(Thread& thread) {
  if (thread.wait() == Wait::kSuspended) return {};
  if (thread.is_stopped() || thread.doomed || thread.task()->ended()) return kBadState;
  TRY(at_home(thread, Asked::kSuspend));
  if (thread.wait() != Wait::kSuspended) return kPreempted;  // it is on the way home
  return {};
}

Result<void> resume_thread(Thread& thread) {
  if (thread.wait() != Wait::kSuspended) return kBadState;
  wake(thread);
  return {};
}

Result<void> set_buffer(Thread& thread, Slot& vmo, std::uint32_t page) {
  if (vmo.device) return Error{abi::kEinval, abi::Detail::kBadType, 1};
  TRY(check_derivable(vmo.word(), 1));
  if (page >= vmo.pages) return Error{abi::kEinval, abi::Detail::kBadRange, 2};
  if (!thread.buffer.empty()) {
    TRY(delete_capability(thread.buffer));
    return kPreempted;  // the arguments are looked up again: they may be gone with it
  }
  derive(vmo, thread.buffer, 0);
  thread.buffer.set_object(thread.buffer.object() + page * kPageSize);
  thread.buffer.pages = 1;
  return {};
}

AtRest::~AtRest() {
  if (endpoint_ != nullptr) endpoint_->unlock();
  if (reply_ != nullptr) reply_->unlock();
}

// A thread in a fault is at rest while nobody answers it: the lock of what it waits for sees to
// that. Seldom asked for: what counts is room.
[[clang::minsize, gnu::noinline]] Result<void> AtRest::hold(Thread& thread) {
  const Waiting waiting = thread.waiting();
  const Wait wait = waiting.wait();
  const bool fresh = wait == Wait::kStopped && !thread.started;
  if (fresh || wait == Wait::kSuspended) return {};
  if (wait == Wait::kSending) {
    endpoint_ = &waiting.on<Endpoint>().lock;
    endpoint_->lock();
  } else if (wait == Wait::kAnswer) {
    reply_ = &waiting.on<Reply>().lock;
    reply_->lock();
  } else {
    return kBadState;
  }
  if (thread.waiting() == waiting && thread.fault) return {};
  return kBadState;
}

}  // namespace tessera
