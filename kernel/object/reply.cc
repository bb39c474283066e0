// Answers: how a caller's wait ends.
#include "kernel/object/reply.h"

#include <optional>

#include "idl/kernel_decode.h"
#include "idl/service/fault_handler_message.h"
#include "kernel/ipc/message.h"
#include "kernel/object/delete.h"
#include "kernel/object/donation.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/task.h"
#include "kernel/object/transfer.h"
#include "kernel/sched/scheduler.h"

namespace tessera {
namespace {

// The reply is empty; whoever worked for the caller does so no longer, and the caller's deadline is
// off.
Thread& release_caller(Reply& reply) {
  Thread& caller = *reply.caller;
  reply.caller = nullptr;
  caller.home->timers.disarm(caller);
  caller.wait = Wait::kNone;
  if (reply.server != nullptr) refresh_class(*reply.server);
  return caller;
}

// A handler's answer to a fault: the thread goes on where it was, or ends its task.
void answer_fault(Thread& caller, arch::Frame& from, ipc::Shape shape) {
  auto reply = service::fault_handler::decode_fault_reply(ipc::words(from));
  bool resumes = from.x[ipc::kStatus] == 0 && shape.bits == service::FaultHandler::kFaultShape &&
                 reply.has_value() && reply->action == service::FaultAction::kResume;
  caller.fault = false;
  caller.doomed = !resumes;
}

bool is_received(const Slot& slot) { return !slot.empty() && slot.received; }

Reply& reply_of(const Invoked& kept) { return *reinterpret_cast<Reply*>(kept.word.object()); }

// The decoder has checked that it is 32 bits.
ipc::Shape answer_shape(const Thread& server) {
  return {static_cast<std::uint32_t>(server.frame.x[ipc::kAnswerShape])};
}

// The answer in the server's frame reaches the caller, which is nobody's then. An error is the
// server's, and nothing has changed.
Result<void> deliver_answer(Thread& server, Reply& reply) {
  if (reply.caller == nullptr && !reply.caller_gone) {
    return Error{abi::kEinval, abi::Detail::kNoReply, 0};
  }
  const ipc::Shape shape = answer_shape(server);
  if (!shape.valid()) return Error{abi::kEinval, abi::Detail::kBadLength, 8};
  if (reply.caller == nullptr) return {};
  Thread& caller = *reply.caller;
  if (caller.fault) {
    answer_fault(caller, server.frame, shape);
    return {};
  }
  Parcel parcel;
  TRY(check_sender_buffer(server, shape, 8));
  TRY(check_receiver_buffer(caller, shape));
  TRY(parcel.collect(server, shape.capabilities(), Parcel::Window::kStays));
  TRY(parcel.check_room(caller));
  parcel.hand_over(caller);
  ipc::clear_temporaries(caller.frame);
  copy_words(server, caller, shape);
  caller.frame.x[5] = shape.bits;
  caller.frame.x[ipc::kStatus] = server.frame.x[ipc::kStatus];
  return {};
}

}  // namespace

Result<void> answer(Thread& server) {
  if (answer_shape(server).capabilities() != 0) TRY(take_tree());
  Reply& reply = server.reply;
  TRY(deliver_answer(server, reply));
  if (reply.caller != nullptr) sched::make_ready_first(release_caller(reply));
  reply.caller_gone = false;
  return {};
}

Result<void> answer(Thread& server, const Invoked& kept) {
  if (answer_shape(server).capabilities() != 0) TRY(take_tree());
  Reply& reply = reply_of(kept);
  LockGuard guard(reply.lock);
  if (!kept.stands()) return kGone;
  TRY(deliver_answer(server, reply));
  sched::make_ready(release_caller(reply));
  return {};
}

Result<void> keep(Thread& server, const Invoked& kept) {
  Reply& reply = reply_of(kept);
  LockGuard guard(reply.lock);
  if (!kept.stands()) return kGone;
  if (reply.caller != nullptr) return Error{abi::kEbusy, abi::Detail::kOccupied, 0};
  Reply& built_in = server.reply;
  if (built_in.caller == nullptr) return Error{abi::kEinval, abi::Detail::kNoReply, 0};
  reply.caller = built_in.caller;
  reply.caller->answer = &reply;
  built_in.caller = nullptr;
  refresh_class(server);
  return {};
}

void refuse_caller(Reply& reply) {
  fail_wait(release_caller(reply), {abi::kEpipe, abi::Detail::kPeerDied, 0});
}

Result<void> clean_up_received(Thread& thread) {
  if (thread.received == 0) return {};
  TRY(take_tree());
  bool deleted = false;
  while (thread.received != 0) {
    CNode* cspace = thread.task() == nullptr ? nullptr : thread.task()->cnode();
    std::uint64_t index = thread.window + thread.received - 1u;
    if (cspace != nullptr && index < cspace->count() && is_received(*cspace->slot(index))) {
      deleted = true;
      TRY(delete_capability(*cspace->slot(index)));
    }
    --thread.received;
  }
  if (deleted) return kPreempted;
  return {};
}

void leave_wait(Thread& thread) {
  switch (thread.wait) {
    case Wait::kSending:
    case Wait::kReceiving: {
      LockGuard guard(thread.endpoint->lock);
      unqueue(thread, *thread.endpoint);
      break;
    }
    case Wait::kAnswer:
      release_caller(*thread.answer);
      thread.answer->caller_gone = thread.answer->server != nullptr;
      break;
    case Wait::kNotification: {
      LockGuard guard(thread.notification->lock);
      List<Runnable, QueueTag>::remove(thread);
      thread.home->timers.disarm(thread);
      break;
    }
    case Wait::kNone:
    case Wait::kStopped:
    case Wait::kSuspended:
      break;
  }
}

void cancel_wait(Thread& thread, Error error) {
  if (!is_a_wait(thread.wait)) return;
  Wait ended = thread.wait;
  leave_wait(thread);
  thread.wait = ended;  // tells fail_wait which registers the call clears
  fail_wait(thread, error);
}

}  // namespace tessera
