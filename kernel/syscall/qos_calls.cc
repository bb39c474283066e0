// Self.qos, QosControl, Task.settle: who has which class.
#include <utility>

#include "kernel/ipc/message.h"
#include "kernel/object/donation.h"
#include "kernel/object/notification.h"
#include "kernel/object/state.h"
#include "kernel/object/tree.h"
#include "kernel/syscall/syscall.h"

namespace tessera {

namespace {

using abi::QosReason;
using abi::SystemCall;

constexpr unsigned kTaskToSet = ipc::parameter(SystemCall::kQosControlSet, "task").place;
constexpr unsigned kTarget = ipc::parameter(SystemCall::kSelfQos, "target").place;
// Both calls have the class in the register after that of the target. Before it Self.qos has the
// op.
static_assert(ipc::parameter(SystemCall::kQosControlSet, "class").place == kTaskToSet + 1);
static_assert(ipc::parameter(SystemCall::kSelfQos, "class").place == kTarget + 1);
static_assert(ipc::parameter(SystemCall::kSelfQos, "op").place == kTarget - 1);

// Why a call was refused: by the argument that was, in the order of Self.qos; 0 is the QosControl.
QosReason reason_of(Error error, bool by_control) {
  if (error.status == abi::kEperm) {
    if (error.argument == 3) return QosReason::kUnauthorizedEscalation;
    const bool of_another = by_control && error.detail == abi::Detail::kNoAuthority;
    return of_another ? QosReason::kUnauthorizedIdentity : QosReason::kUnauthorizedOtherTask;
  }
  constexpr QosReason kInvalid[] = {QosReason::kUnauthorizedOtherTask, QosReason::kInvalidOp,
                                    QosReason::kInvalidTarget, QosReason::kInvalidQosClass};
  const bool shifted = by_control && error.argument != 0;
  return kInvalid[error.argument + (shifted ? 1 : 0)];
}

}  // namespace

void Syscall::audit(QosReason reason, const Task* target, std::uint8_t from,
                    std::uint8_t to) const {
  const Task& task = *caller().task();
  audit_of(Hart::here())
      .add({.caller_sid = task.identity,
            .caller_task = task.id,
            .target_task = target == nullptr ? 0 : target->id,
            .reason = reason,
            .from = from,
            .to = to});
  full_fence();  // the record is there before it is looked who is told (BootInfo.auditTo)
  const Invoked listener(state.audit_to);
  // Whoever deletes the Notification now has deleted it before this.
  if (!listener.word.empty()) static_cast<void>(signal(listener));
}

// What is known of the call: the decoder may have stopped at its first argument.
void Syscall::audit_refusal(const Frame& frame, Error error) {
  const bool by_control = frame.x[ipc::kNumber] == abi::word(SystemCall::kQosControlSet);
  if (!by_control && frame.x[ipc::kNumber] != abi::word(SystemCall::kSelfQos)) return;
  const std::uint64_t* words = frame.x + (by_control ? kTaskToSet : kTarget);
  Syscall call(Thread::of(*Hart::here().current));
  const Task* target = nullptr;
  std::uint8_t from = abi::kUnknownQosClass;
  if (!by_control && *words == 0) {
    target = call.caller().task();
    from = std::to_underlying(call.caller().own_class.peek());
  } else if (const auto found = call.find(*words, {abi::ObjectType::kTask, 0, 0}, 0);
             found.has_value()) {
    target = &(*found).as<Task>();
    from = std::to_underlying(target->qos.peek().of);
  }
  const bool sets = by_control || words[-1] == abi::word(abi::QosOp::kSet);
  const bool known = sets && abi::valid_qos_class(words[1]);
  const auto to = known ? static_cast<std::uint8_t>(words[1]) : abi::kUnknownQosClass;
  call.audit(reason_of(error, by_control), target, from, to);
}

Result<abi::QosClass> Syscall::class_of_task(const decode::SelfQos<Syscall>& args) {
  constexpr auto kInspect = static_cast<std::uint8_t>(abi::TaskRight::kInspect);
  TRY(take_tree());
  const Result<Invoked> found = find(args.target, {abi::ObjectType::kTask, 0, kInspect}, 2);
  if (!found.has_value()) {
    Error error = found.error();
    if (error.status == abi::kEbadf) error.status = abi::kEinval;
    return error;
  }
  if (args.op == abi::QosOp::kSet) return Error{abi::kEperm, abi::Detail::kNoAuthority, 2};
  return (*found).as<Task>().qos.peek().of;
}

Result<decode::SelfQosResult> Syscall::on(const decode::SelfQos<Syscall>& args) {
  if (args.target != 0) {
    TRY_ASSIGN(const abi::QosClass told, class_of_task(args));
    return decode::SelfQosResult{.class_ = told};
  }
  refresh_class(caller());  // what its task was given is its own before it asks
  const abi::QosClass before = caller().own_class.peek();
  if (args.op == abi::QosOp::kSet) {
    if (args.class_ > before) return Error{abi::kEperm, abi::Detail::kNoAuthority, 3};
    set_class(caller(), args.class_);
    audit(QosReason::kApplied, caller().task(), std::to_underlying(before),
          std::to_underlying(args.class_));
  }
  return decode::SelfQosResult{.class_ = caller().own_class.peek()};
}

Result<void> Syscall::on(const decode::TaskSettle<Syscall>& args) {
  return settle_class(args.self.object());
}

Result<void> Syscall::on(const decode::QosControlSet<Syscall>& args) {
  const std::uint64_t identity = args.self.slot->badge;
  if (identity == 0 || identity != caller().task()->identity) {
    return Error{abi::kEperm, abi::Detail::kNoAuthority, 0};
  }
  Task& task = args.task.object();
  audit(QosReason::kApplied, &task, std::to_underlying(task.qos.peek().of),
        std::to_underlying(args.class_));
  set_task_class(task, args.class_);
  // It is done; what remains is made again, if it is preempted, as what it is.
  caller().frame.x[ipc::kInvoked] = caller().frame.x[kTaskToSet];
  caller().frame.x[ipc::kNumber] = abi::word(abi::SystemCall::kTaskSettle);
  return settle_class(task);
}

}  // namespace tessera
