// Endpoint, Reply, Notification: messages and signals.
#include "kernel/ipc/message.h"
#include "kernel/object/donation.h"
#include "kernel/object/transfer.h"
#include "kernel/sched/scheduler.h"
#include "kernel/syscall/syscall.h"

namespace tessera {
namespace {

// A message's results are written when it comes, straight into the registers of whoever waited for
// it.
Error outcome(Result<void> result) { return result.has_value() ? kWaiting : result.error(); }

// Slots beyond the message's capabilities must be 0.
template <class Args>
Result<void> check_unused(const Args& args, ipc::Shape shape) {
  const std::uint32_t slots[abi::kMessageCapabilities] = {args.c0, args.c1, args.c2};
  for (unsigned i = shape.capabilities(); i < abi::kMessageCapabilities; ++i) {
    if (slots[i] != 0) {
      return Error{abi::kEinval, abi::Detail::kBadLength, static_cast<std::uint8_t>(9 + i)};
    }
  }
  return {};
}

// The answer is given; what remains of the call is a receive, and if that is preempted it is made
// again as one.
Error then_receive(Thread& server, const Invoked& from, Nanoseconds deadline) {
  server.frame.x[ipc::kNumber] = abi::word(abi::SystemCall::kEndpointReceive);
  server.frame.x[ipc::kDeadline] = deadline.value;
  return outcome(receive(server, from, deadline));
}

}  // namespace

// A call without capabilities whose tag counts some is refused: t2 to t4 were not decoded for it.
Result<decode::EndpointCallResult> Syscall::on(const decode::EndpointCall<Syscall>& args) {
  if (ipc::shape_of_tag(args.tag).capabilities() != 0) {
    return Error{abi::kEinval, abi::Detail::kBadLength, 7};
  }
  return outcome(send(caller(), args.self, kNever, true));
}

Result<decode::EndpointCallWithResult> Syscall::on(const decode::EndpointCallWith<Syscall>& args) {
  TRY(check_unused(args, ipc::shape_of_tag(args.tag)));
  return outcome(send(caller(), args.self, {args.deadline}, true));
}

Result<void> Syscall::on(const decode::EndpointSend<Syscall>& args) {
  TRY(check_unused(args, ipc::shape_of_tag(args.tag)));
  return send(caller(), args.self, {args.deadline}, false);
}

Result<void> Syscall::on(const decode::EndpointCancelSends<Syscall>& args) {
  return cancel_sends(args.self, args.badge);
}

Result<decode::EndpointReceiveResult> Syscall::on(const decode::EndpointReceive<Syscall>& args) {
  return outcome(receive(caller(), args.self, {args.deadline}));
}

Result<decode::EndpointReplyReceiveResult> Syscall::on(
    const decode::EndpointReplyReceive<Syscall>& args) {
  if (ipc::Shape{args.shape}.capabilities() != 0) {
    return Error{abi::kEinval, abi::Detail::kBadLength, 8};
  }
  TRY(answer(caller()));
  return then_receive(caller(), args.self, kNever);
}

Result<decode::EndpointReplyReceiveWithResult> Syscall::on(
    const decode::EndpointReplyReceiveWith<Syscall>& args) {
  TRY(check_unused(args, {args.shape}));
  TRY(answer(caller()));
  return then_receive(caller(), args.self, {args.deadline});
}

Result<void> Syscall::on(const decode::ReplyKeep<Syscall>& args) {
  return keep(caller(), args.self);
}

Result<void> Syscall::on(const decode::ReplySend<Syscall>& args) {
  TRY(check_unused(args, {args.shape}));
  return answer(caller(), args.self);
}

Result<void> Syscall::on(const decode::NotificationSignal<Syscall>& args) {
  return signal(args.self);
}

Result<decode::NotificationWaitResult> Syscall::on(const decode::NotificationWait<Syscall>& args) {
  TRY_ASSIGN(std::uint64_t bits, wait(caller(), args.self, {args.deadline}));
  return decode::NotificationWaitResult{.bits = bits};
}

Result<decode::NotificationPollResult> Syscall::on(const decode::NotificationPoll<Syscall>& args) {
  TRY_ASSIGN(std::uint64_t bits, poll(args.self));
  return decode::NotificationPollResult{.bits = bits};
}

}  // namespace tessera
