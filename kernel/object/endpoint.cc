#include "kernel/object/endpoint.h"

#include <utility>

#include "idl/kernel_rights.h"

#include "kernel/ipc/message.h"
#include "kernel/object/donation.h"
#include "kernel/object/mail.h"
#include "kernel/object/transfer.h"
#include "kernel/sched/scheduler.h"

namespace tessera {
namespace {

// A message carries capabilities: it is delivered by who has the tree. The endpoint's lock is let
// go before that is taken.
constexpr Error kNeedsTree{3};

void arm_deadline(Thread& thread, Nanoseconds deadline) {
  if (deadline != kNever) thread.home()->timers.arm(thread, deadline);
}

bool may_grant(CapabilityWord word) {
  return (word.rights() & std::to_underlying(abi::EndpointRight::kGrant)) != 0;
}

ipc::Shape shape_of(const Thread& sender) {
  if (sender.fault) return {};
  return ipc::shape_of_tag(static_cast<std::uint32_t>(sender.frame.x[ipc::kStatus]));
}

// Checks a message as far as its sender alone is concerned. Capabilities are taken out of the tree
// and put into it.
Result<void> check_message(Thread& thread, const Invoked& to, bool expects_reply) {
  if (thread.fault) return {};
  const ipc::Shape shape = shape_of(thread);
  if (!shape.valid()) return Error{abi::kEinval, abi::Detail::kBadLength, 7};
  if (shape.capabilities() != 0) {
    if (!may_grant(to.word)) return Error{abi::kEperm, abi::Detail::kBadRights, 0};
    TRY(take_tree());
  }
  TRY(check_sender_buffer(thread, shape, 7));
  Parcel parcel;
  return parcel.collect(thread, shape.capabilities(),
                        expects_reply ? Parcel::Window::kIsCleanedUp : Parcel::Window::kStays);
}

// A sender's message reaches a receiver, and the sender waits for the answer if it expects one.
// Both belong to the caller of this. An error is the sender's; then nothing has changed.
Result<void> deliver(Thread& sender, Thread& receiver) {
  TRY(transfer_message(sender, receiver));
  if (!sender.expects_reply) return {};
  receiver.reply.gift.set(gift_of(sender));
  receiver.reply.caller.set(&sender);
  sender.settle({Wait::kAnswer, &receiver.reply});
  return {};
}

void enqueue(Thread& thread, Endpoint& endpoint, Endpoint::Holds as) {
  sched::make_wait(thread);
  thread.set_wait({as == Endpoint::Holds::kSenders ? Wait::kSending : Wait::kReceiving, &endpoint});
  endpoint.holds = as;
  endpoint.queue.push_back(thread);
}

}  // namespace

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Winvalid-offsetof"  // see delete.cc
static_assert(offsetof(Endpoint, lock) == 0);
#pragma clang diagnostic pop

[[gnu::noinline]] void EndpointLock::lock() __attribute__((no_thread_safety_analysis)) {
  const Word was = seize();
  if (!was.is_parked()) return;
  auto& endpoint = reinterpret_cast<Endpoint&>(*this);
  endpoint.holds = Endpoint::Holds::kReceivers;
  endpoint.queue.push_back(was.parked());
}

[[gnu::noinline]] void EndpointLock::unlock() __attribute__((no_thread_safety_analysis)) {
  auto& endpoint = reinterpret_cast<Endpoint&>(*this);
  if (endpoint.queue.empty()) return leave(Word::kNobody);
  Thread& first = Thread::of(endpoint.queue.first());
  if (endpoint.holds != Endpoint::Holds::kReceivers || endpoint.queue.after(first) != nullptr) {
    return leave(Word::kQueue);
  }
  take_first(endpoint);
  leave(Word(first));
}

Result<void> send(Thread& thread, const Invoked& to, Nanoseconds deadline, bool expects_reply) {
  TRY(check_message(thread, to, expects_reply));
  if (deadline != kNever && deadline <= arch::now()) {
    return Error{abi::kEtimedout, abi::Detail::kTimedOut, 0};
  }
  // A fault is none of the thread's own calls: what it received stays with it.
  if (expects_reply && !thread.fault) TRY(clean_up_received(thread));

  Endpoint& endpoint = to.as<Endpoint>();
  LockGuard guard(endpoint.lock);
  if (!to.stands()) return kGone;
  thread.badge = to.slot->badge;
  thread.expects_reply = expects_reply;
  if (endpoint.holds != Endpoint::Holds::kReceivers) {
    enqueue(thread, endpoint, Endpoint::Holds::kSenders);
    arm_deadline(thread, deadline);
    return kWaiting;
  }
  Thread& receiver = Thread::of(endpoint.queue.first());
  TRY(deliver(thread, receiver));
  take_first(endpoint);
  if (!expects_reply) {
    wake(receiver);
    return {};
  }
  sched::make_wait(thread);
  arm_deadline(thread, deadline);
  // The server comes to its caller where it may: what they then say to each other stays on one
  // hart.
  static_cast<void>(adopt(receiver));
  wake_first(receiver);
  return kWaiting;
}

namespace {

// Takes the message of the first sender that can give one. kWaiting: the thread has it; otherwise
// nobody sends. The endpoint is locked.
Result<void> take_message(Thread& thread, Endpoint& endpoint) {
  while (endpoint.holds == Endpoint::Holds::kSenders) {
    Thread& sender = Thread::of(endpoint.queue.first());
    if (shape_of(sender).capabilities() != 0 && !has_tree()) return kNeedsTree;
    take_sender(sender, endpoint);
    Result<void> delivered = deliver(sender, thread);
    if (delivered.has_value()) thread.had_signal = false;
    if (delivered.has_value() && sender.expects_reply) {
      refresh_class(thread);  // the sender's deadline runs on until it is answered
      return kWaiting;
    }
    if (delivered.has_value()) {
      ipc::clear_temporaries(sender.frame);
      wake(sender);
      return kWaiting;
    }
    fail_wait(sender, Wait::kSending, delivered.error());
    if (arch::interrupt_pending()) return kPreempted;
  }
  return {};
}

// Receives or waits, at once. With kNeedsTree nothing has happened.
Result<void> try_receive(Thread& thread, const Invoked& from, Nanoseconds deadline) {
  // Locked until the thread is in the endpoint's queue: a signal comes before, and is taken here,
  // or after, and finds it there.
  const BoundLock bound(thread);
  if (!thread.had_signal && bound.take_signal(thread)) return kWaiting;
  Endpoint& endpoint = from.as<Endpoint>();
  LockGuard guard(endpoint.lock);
  if (!from.stands()) return kGone;
  TRY(take_message(thread, endpoint));
  if (bound.take_signal(thread)) return kWaiting;
  if (deadline != kNever && deadline <= arch::now()) {
    return Error{abi::kEtimedout, abi::Detail::kTimedOut, 0};
  }
  enqueue(thread, endpoint, Endpoint::Holds::kReceivers);
  arm_deadline(thread, deadline);
  return kWaiting;
}

}  // namespace

Result<void> receive(Thread& thread, const Invoked& from, Nanoseconds deadline) {
  if (thread.received != 0) {
    TRY(clean_up_received(thread));
    if (!from.stands()) return kGone;  // it was among them
  }
  drop_caller(thread);
  for (;;) {
    const Result<void> received = try_receive(thread, from, deadline);
    if (received.has_value() || received.error() != kNeedsTree) return received;
    TRY(take_tree());
  }
}

// Seldom asked for: what counts is room.
[[clang::minsize, gnu::noinline]] Result<void> cancel_sends(const Invoked& at,
                                                            std::uint64_t badge) {
  Endpoint& endpoint = at.as<Endpoint>();
  LockGuard guard(endpoint.lock);
  if (!at.stands()) return kGone;
  if (endpoint.holds != Endpoint::Holds::kSenders) return {};
  const bool goes_on = endpoint.cancel_from != nullptr && endpoint.cancel_badge == badge;
  Runnable* item = goes_on ? endpoint.cancel_from : endpoint.queue.front();
  endpoint.cancel_from = nullptr;
  while (item != nullptr) {
    Thread& sender = Thread::of(*item);
    item = endpoint.queue.after(*item);
    if (sender.badge == badge) {
      take_sender(sender, endpoint);
      fail_wait(sender, Wait::kSending, {abi::kEcanceled, abi::Detail::kCancelled, 0});
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
