// Answers: how a caller's wait ends.
#include "kernel/object/reply.h"

#include <optional>

#include "idl/kernel_decode.h"
#include "idl/service/fault_handler_message.h"
#include "kernel/ipc/message.h"
#include "kernel/object/delete.h"
#include "kernel/object/donation.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/mail.h"
#include "kernel/object/notification.h"
#include "kernel/object/task.h"
#include "kernel/object/transfer.h"
#include "kernel/sched/scheduler.h"

namespace tessera {
namespace {

constexpr Error kPeerDied{abi::kEpipe, abi::Detail::kPeerDied, 0};

bool leave_notification(Thread& thread, Waiting waiting) {
  auto& notification = waiting.on<Notification>();
  LockGuard guard(notification.lock);
  if (thread.waiting() != waiting) return false;
  List<Runnable, QueueTag>::remove(thread);
  thread.set_wait(Wait::kNone);
  return true;
}

// The caller is nobody's from now on, and the reply is empty. Its lock is held.
Thread& release_caller(Reply& reply) {
  Thread& caller = *reply.caller.peek();
  reply.caller.set(nullptr);
  caller.set_wait(Wait::kComing);
  return caller;
}

// Takes a thread out of the reply that it waits for; false: it waits for another by now, or for
// none.
bool leave_reply(Thread& thread, Waiting waiting) {
  auto& reply = waiting.on<Reply>();
  Thread* server = reply.server;
  {
    LockGuard guard(reply.lock);
    if (thread.waiting() != waiting || reply.caller.peek() != &thread) return false;
    release_caller(reply);
    thread.set_wait(Wait::kNone);
    if (server == nullptr) return true;
    reply.caller_gone = true;
    if (!server->is_at(Hart::here())) {
      give_notice(*server);
      return true;
    }
  }
  refresh_class(*server);
  return true;
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

// Where a caller finds the shape of its answer, as the generated encoder puts it.
consteval unsigned place_of_shape() {
  arch::Frame frame;
  decode::encode(frame, decode::EndpointCallResult{.shape = 1});
  unsigned place = 0;
  while (frame.x[place] != 1) ++place;
  return place;
}
constexpr unsigned kResultShape = place_of_shape();

// The decoder has checked that it is 32 bits.
ipc::Shape answer_shape(const Thread& server) {
  return {static_cast<std::uint32_t>(server.frame.x[ipc::kAnswerShape])};
}

// The answer in the server's frame reaches the caller, if it is there still. The lock of the reply
// is held. An error is the server's, and nothing has changed.
Result<void> deliver_answer(Thread& server, Reply& reply) {
  Thread* waiting = reply.caller.peek();
  if (waiting == nullptr && !reply.caller_gone) {
    return Error{abi::kEinval, abi::Detail::kNoReply, 0};
  }
  const ipc::Shape shape = answer_shape(server);
  if (!shape.valid()) return Error{abi::kEinval, abi::Detail::kBadLength, 8};
  if (waiting == nullptr) return {};
  Thread& caller = *waiting;
  if (caller.fault) {
    answer_fault(caller, server.frame, shape);
    return {};
  }
  Parcel parcel;
  TRY_ASSIGN(const LongWords words, find_words(server, caller, shape, 8));
  TRY(parcel.collect(server, shape.capabilities(), Parcel::Window::kStays));
  TRY(parcel.check_room(caller));
  parcel.hand_over(caller);
  ipc::clear_temporaries(caller.frame);
  copy_words(server, caller, shape, words);
  caller.frame.x[kResultShape] = shape.bits;
  caller.frame.x[ipc::kStatus] = server.frame.x[ipc::kStatus];
  return {};
}

}  // namespace

Result<void> answer(Thread& server) {
  if (answer_shape(server).capabilities() != 0) TRY(take_tree());
  Reply& reply = server.reply;
  Thread* caller = nullptr;
  {
    LockGuard guard(reply.lock);
    TRY(deliver_answer(server, reply));
    if (reply.caller.peek() != nullptr) caller = &release_caller(reply);
    reply.caller_gone = false;
  }
  refresh_class(server);
  if (caller != nullptr) wake_first(*caller);
  return {};
}

[[gnu::noinline]] Result<void> answer(Thread& server, const Invoked& kept) {
  if (answer_shape(server).capabilities() != 0) TRY(take_tree());
  Reply& reply = kept.as<Reply>();
  LockGuard guard(reply.lock);
  if (!kept.stands()) return kGone;
  TRY(deliver_answer(server, reply));
  wake(release_caller(reply));
  return {};
}

Result<void> keep(Thread& server, const Invoked& kept) {
  Reply& reply = kept.as<Reply>();
  Reply& built_in = server.reply;
  {
    LockGuard guard(reply.lock);
    if (!kept.stands()) return kGone;
    if (reply.caller.peek() != nullptr) return Error{abi::kEbusy, abi::Detail::kOccupied, 0};
    // Two of a kind: nobody else takes the lock of a built-in one with another one held.
    LockGuard own(built_in.lock);
    if (built_in.caller.peek() == nullptr) return Error{abi::kEinval, abi::Detail::kNoReply, 0};
    Thread& caller = *built_in.caller.peek();
    built_in.caller.set(nullptr);
    reply.caller.set(&caller);
    caller.set_wait({Wait::kAnswer, &reply});
  }
  refresh_class(server);
  return {};
}

void drop_caller(Thread& server) {
  Reply& reply = server.reply;
  Thread* caller = nullptr;
  {
    LockGuard guard(reply.lock);
    reply.caller_gone = false;
    if (reply.caller.peek() == nullptr) return;
    caller = &release_caller(reply);
  }
  refresh_class(server);
  fail_wait(*caller, Wait::kAnswer, kPeerDied);
}

void refuse_caller(Reply& kept) {
  if (kept.caller.peek() == nullptr) return;
  fail_wait(release_caller(kept), Wait::kAnswer, kPeerDied);
}

Result<void> clean_up_received(Thread& thread) {
  if (thread.received == 0) return {};
  TRY(take_tree());
  bool again = false;
  while (thread.received != 0) {
    CNode* cspace = thread.task() == nullptr ? nullptr : thread.task()->cnode();
    std::uint64_t index = thread.window + thread.received - 1u;
    if (cspace != nullptr && index < cspace->count() && is_received(*cspace->slot(index))) {
      again |= !goes_at_once(*cspace->slot(index));
      TRY(delete_capability(*cspace->slot(index)));
    }
    --thread.received;
  }
  if (again) return kPreempted;
  return {};
}

Left leave_wait(Thread& thread) {
  // Somebody else may take it out, or a reply be kept, at the same time: then it is looked at
  // again.
  for (;; arch::relax()) {
    const Waiting waiting = thread.waiting();
    switch (const Wait wait = waiting.wait(); wait) {
      case Wait::kSending:
      case Wait::kReceiving:
        if (leave_endpoint(thread, wait)) return Left::kFree;
        break;
      case Wait::kAnswer:
        if (leave_reply(thread, waiting)) return Left::kFree;
        break;
      case Wait::kNotification:
        if (leave_notification(thread, waiting)) return Left::kFree;
        break;
      case Wait::kComing:
      case Wait::kAsking:
        return Left::kIsComing;
      case Wait::kNone:
        return thread.is_at(Hart::here()) ? Left::kFree : Left::kIsGone;
      case Wait::kStopped:
      case Wait::kSuspended:
        return Left::kFree;
    }
  }
}

void cancel_wait(Thread& thread, Error error) {
  const Wait ended = thread.wait();
  if (!is_a_wait(ended) || leave_wait(thread) != Left::kFree) return;
  fail_wait(thread, ended, error);
}

}  // namespace tessera
