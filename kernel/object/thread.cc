// Threads that others stop, look into and let go on.
#include "kernel/object/thread.h"

#include "kernel/ipc/message.h"
#include "kernel/object/delete.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/state.h"
#include "kernel/object/task.h"
#include "kernel/object/transfer.h"
#include "kernel/sched/scheduler.h"

namespace tessera {
namespace {

constexpr Error kBadState{abi::kEbusy, abi::Detail::kBadState, 0};

}  // namespace

Result<void> suspend_thread(Thread& thread) {
  if (thread.wait == Wait::kSuspended) return {};
  if (thread.wait == Wait::kStopped || thread.doomed || thread.task()->ended()) return kBadState;
  const Wait ended = thread.wait;
  if (ended == Wait::kNone) {
    sched::make_wait(thread);
  } else {
    leave_wait(thread);
    // A fault has no outcome: the instruction is run again.
    if (!thread.fault) {
      write_outcome(thread, ended, {abi::kEcanceled, abi::Detail::kCancelled, 0});
    }
    thread.fault = false;
  }
  thread.wait = Wait::kSuspended;
  return {};
}

Result<void> resume_thread(Thread& thread) {
  if (thread.wait != Wait::kSuspended) return kBadState;
  thread.wait = Wait::kNone;
  sched::make_ready(thread);
  return {};
}

Result<void> set_buffer(Thread& thread, Slot& vmo, std::uint32_t page) {
  if (vmo.device) return Error{abi::kEinval, abi::Detail::kBadType, 1};
  TRY(check_derivable(vmo, 1));
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

Result<arch::Frame*> frame_at_rest(Thread& thread) {
  const bool fresh = thread.wait == Wait::kStopped && !thread.started;
  const bool faulted = thread.wait != Wait::kNone && thread.fault;
  if (!fresh && !faulted && thread.wait != Wait::kSuspended) return kBadState;
  return &thread.frame;
}

}  // namespace tessera
