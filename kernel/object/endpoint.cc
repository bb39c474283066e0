#include "kernel/object/endpoint.h"

#include "kernel/ipc/message.h"
#include "kernel/object/donation.h"
#include "kernel/object/transfer.h"
#include "kernel/sched/scheduler.h"

namespace tessera {
namespace {

void arm_deadline(Thread& thread, Nanoseconds deadline) {
  if (deadline != kNever) thread.home->timers.arm(thread, deadline);
}

// Checks a message as far as its sender alone is concerned.
Result<void> check_message(Thread& thread, const SendRight& right, bool expects_reply) {
  if (thread.fault) return {};
  ipc::Shape shape = ipc::shape_of_tag(static_cast<std::uint32_t>(thread.frame.x[ipc::kStatus]));
  if (!shape.valid()) return Error{abi::kEinval, abi::Detail::kBadLength, 7};
  if (shape.capabilities() != 0 && !right.may_grant) {
    return Error{abi::kEperm, abi::Detail::kBadRights, 0};
  }
  TRY(check_sender_buffer(thread, shape, 7));
  Parcel parcel;
  return parcel.collect(thread, shape.capabilities(),
                        expects_reply ? Parcel::Window::kIsCleanedUp : Parcel::Window::kStays);
}

// A sender's message reaches a receiver. Both belong to the caller of this; the receiver is
// completed, and ready unless it runs. An error is the sender's; then nothing has changed.
Result<void> deliver(Thread& sender, Thread& receiver) {
  TRY(transfer_message(sender, receiver));
  if (receiver.wait == Wait::kReceiving) unqueue(receiver, *receiver.endpoint);
  receiver.wait = Wait::kNone;
  if (sender.expects_reply) {
    sender.wait = Wait::kAnswer;
    sender.answer = &receiver.reply;
    receiver.reply.caller = &sender;
    refresh_class(receiver);
  }
  return {};
}

void enqueue(Thread& thread, Endpoint& endpoint, Endpoint::Holds as) {
  sched::make_wait(thread);
  thread.wait = as == Endpoint::Holds::kSenders ? Wait::kSending : Wait::kReceiving;
  thread.endpoint = &endpoint;
  endpoint.holds = as;
  endpoint.queue.push_back(thread);
}

}  // namespace

Result<void> send(Thread& thread, const SendRight& right, Nanoseconds deadline,
                  bool expects_reply) {
  TRY(check_message(thread, right, expects_reply));
  if (deadline != kNever && deadline <= arch::now()) {
    return Error{abi::kEtimedout, abi::Detail::kTimedOut, 0};
  }
  // A fault is none of the thread's own calls: what it received stays with it.
  if (expects_reply && !thread.fault) TRY(clean_up_received(thread));
  thread.badge = right.badge;
  thread.may_grant = right.may_grant;
  thread.expects_reply = expects_reply;

  LockGuard guard(right.endpoint.lock);
  if (right.endpoint.holds != Endpoint::Holds::kReceivers) {
    enqueue(thread, right.endpoint, Endpoint::Holds::kSenders);
    arm_deadline(thread, deadline);
    return kWaiting;
  }
  Thread& receiver = Thread::of(*right.endpoint.queue.front());
  TRY(deliver(thread, receiver));
  if (!expects_reply) {
    sched::make_ready(receiver);
    return {};
  }
  sched::make_wait(thread);
  arm_deadline(thread, deadline);
  sched::make_ready_first(receiver);
  return kWaiting;
}

Result<void> receive(Thread& thread, Endpoint& endpoint, Nanoseconds deadline) {
  TRY(clean_up_received(thread));
  if (thread.reply.caller != nullptr) refuse_caller(thread.reply);
  thread.reply.caller_gone = false;
  if (take_bound_signal(thread)) return kWaiting;

  LockGuard guard(endpoint.lock);
  while (endpoint.holds == Endpoint::Holds::kSenders) {
    Thread& sender = Thread::of(*endpoint.queue.front());
    Result<void> delivered = deliver(sender, thread);
    if (delivered.has_value() && sender.expects_reply) {
      // Its deadline runs on until it is answered.
      take_sender(sender, endpoint);
      return kWaiting;
    }
    unqueue(sender, endpoint);
    if (delivered.has_value()) {
      sender.wait = Wait::kNone;
      ipc::clear_temporaries(sender.frame);
      sched::make_ready(sender);
      return kWaiting;
    }
    fail_wait(sender, delivered.error());
    if (arch::interrupt_pending()) return kPreempted;
  }
  if (deadline != kNever && deadline <= arch::now()) {
    return Error{abi::kEtimedout, abi::Detail::kTimedOut, 0};
  }
  enqueue(thread, endpoint, Endpoint::Holds::kReceivers);
  arm_deadline(thread, deadline);
  return kWaiting;
}

Result<void> cancel_sends(Endpoint& endpoint, std::uint64_t badge) {
  LockGuard guard(endpoint.lock);
  if (endpoint.holds != Endpoint::Holds::kSenders) return {};
  const bool goes_on = endpoint.cancel_from != nullptr && endpoint.cancel_badge == badge;
  Runnable* item = goes_on ? endpoint.cancel_from : endpoint.queue.front();
  endpoint.cancel_from = nullptr;
  while (item != nullptr) {
    Thread& sender = Thread::of(*item);
    item = endpoint.queue.after(*item);
    if (sender.badge == badge) {
      unqueue(sender, endpoint);
      fail_wait(sender, {abi::kEcanceled, abi::Detail::kCancelled, 0});
    }
    if (item != nullptr && arch::interrupt_pending()) {
      endpoint.cancel_from = item;
      endpoint.cancel_badge = badge;
      return kPreempted;
    }
  }
  return {};
}

}  // namespace tessera
