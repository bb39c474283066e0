// Self.qos, QosControl, Task.settle: who has which class.
#include "kernel/ipc/message.h"
#include "kernel/object/donation.h"
#include "kernel/object/tree.h"
#include "kernel/syscall/syscall.h"

namespace tessera {

Result<abi::QosClass> Syscall::class_of_task(const decode::SelfQos<Syscall>& args) {
  constexpr auto kInspect = static_cast<std::uint8_t>(abi::TaskRight::kInspect);
  TRY(take_tree());
  const Result<Invoked> found = find(args.target, abi::ObjectType::kTask, kInspect, 2);
  if (!found.has_value()) {
    const Error error = found.error();
    return Error{error.status == abi::kEbadf ? abi::kEinval : error.status, error.detail,
                 error.argument};
  }
  if (args.op == abi::QosOp::kSet) return Error{abi::kEperm, abi::Detail::kNoAuthority, 2};
  return found->as<Task>().qos.peek().of;
}

Result<decode::SelfQosResult> Syscall::on(const decode::SelfQos<Syscall>& args) {
  if (args.target != 0) {
    TRY_ASSIGN(const abi::QosClass told, class_of_task(args));
    return decode::SelfQosResult{.class_ = told};
  }
  refresh_class(caller_);  // what its task was given is its own before it asks
  if (args.op == abi::QosOp::kSet) {
    if (args.class_ > caller_.own_class) return Error{abi::kEperm, abi::Detail::kNoAuthority, 3};
    set_class(caller_, args.class_);
  }
  return decode::SelfQosResult{.class_ = caller_.own_class};
}

Result<void> Syscall::on(const decode::TaskSettle<Syscall>& args) {
  return settle_class(args.self.object());
}

namespace {
constexpr unsigned kTaskToSet = ipc::parameter(abi::SystemCall::kQosControlSet, "task").place;
}

Result<void> Syscall::on(const decode::QosControlSet<Syscall>& args) {
  const std::uint64_t identity = args.self.slot->badge;
  if (identity == 0 || identity != caller_.task()->identity) {
    return Error{abi::kEperm, abi::Detail::kNoAuthority, 0};
  }
  set_task_class(args.task.object(), args.class_);
  // It is done; what remains is made again, if it is preempted, as what it is.
  caller_.frame.x[ipc::kInvoked] = caller_.frame.x[kTaskToSet];
  caller_.frame.x[ipc::kNumber] = abi::word(abi::SystemCall::kTaskSettle);
  return settle_class(args.task.object());
}

}  // namespace tessera
