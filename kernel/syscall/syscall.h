// One system call: who makes it, and what the generated dispatcher (idl/kernel_decode.h) asks of
// the kernel. The dispatcher decodes every argument and looks every capability up; each `on` gets
// typed values and does the work.
#pragma once

#include <cstdint>

#include "idl/abi.h"
#include "idl/kernel_decode.h"
#include "kernel/arch/contract/frame.h"
#include "kernel/base/result.h"
#include "kernel/cap/cnode.h"
#include "kernel/ipc/message.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/irq.h"
#include "kernel/object/notification.h"
#include "kernel/object/task.h"

namespace tessera {

// The C++ type of an object that capabilities of a type name. Types without one are wholly in the
// slot.
template <abi::ObjectType type>
struct ObjectOf {};
template <>
struct ObjectOf<abi::ObjectType::kCnode> {
  using Type = CNode;
};
template <>
struct ObjectOf<abi::ObjectType::kTask> {
  using Type = Task;
};
template <>
struct ObjectOf<abi::ObjectType::kThread> {
  using Type = Thread;
};
template <>
struct ObjectOf<abi::ObjectType::kEndpoint> {
  using Type = Endpoint;
};
template <>
struct ObjectOf<abi::ObjectType::kNotification> {
  using Type = Notification;
};
template <>
struct ObjectOf<abi::ObjectType::kReply> {
  using Type = Reply;
};
template <>
struct ObjectOf<abi::ObjectType::kAlarm> {
  using Type = Alarm;
};

template <>
struct ObjectOf<abi::ObjectType::kIrq> {
  using Type = Irq;
};

// A capability that was looked up with the rights its use needs.
template <abi::ObjectType type>
struct Capability : Invoked {
  auto& object() const { return as<typename ObjectOf<type>::Type>(); }
};

class Syscall {
 public:
  using Handle = Syscall;
  using Frame = arch::Frame;
  template <class T>
  using Result = tessera::Result<T>;
  using Error = tessera::Error;
  template <abi::ObjectType type>
  using Ref = Capability<type>;

  explicit Syscall(Thread& caller) : frame_(caller.frame) {}

  // Decodes, dispatches, and completes the registers unless the call waits. True: the saved ones
  // are what they were.
  bool run();

  // --- For the dispatcher
  // ------------------------------------------------------------------------------------------------
  Frame& frame() const { return frame_; }
  template <abi::ObjectType type>
  Result<Ref<type>> lookup(std::uint64_t address, std::uint8_t rights, std::uint8_t argument) {
    TRY_ASSIGN(const Invoked found, find(address, {type, 0, rights}, argument));
    return Ref<type>{found};
  }
  // Not inlined: there are as many decoders as calls, and each has one of these at every check. So
  // it looks at nothing of this object, which they would have to keep for it.
  [[gnu::noinline]] static void fail(Frame& frame, Error error);
  static void fail(Frame& frame, std::int32_t status, abi::Detail detail, std::uint8_t argument) {
    fail(frame, Error{status, detail, argument});
  }
  // Its result is that it is done. The way out of the kernel makes the registers so.
  static void complete(Frame& /*frame*/) { Hart::here().completed = true; }
  // The same, with results: they are there at once.
  template <class Results>
  static void complete(Frame& frame, const Results& results) {
    clear(frame);
    decode::encode(frame, results);
  }
  [[gnu::noinline]] static void clear(Frame& frame) { ipc::clear_temporaries(frame); }
  static void unknown(Frame& frame);

  Result<decode::EndpointCallResult> on(const decode::EndpointCall<Syscall>& args);
  Result<decode::EndpointCallWithResult> on(const decode::EndpointCallWith<Syscall>& args);
  Result<void> on(const decode::EndpointSend<Syscall>& args);
  Result<void> on(const decode::EndpointCancelSends<Syscall>& args);
  Result<decode::EndpointReceiveResult> on(const decode::EndpointReceive<Syscall>& args);
  Result<decode::EndpointReplyReceiveResult> on(const decode::EndpointReplyReceive<Syscall>& args);
  Result<decode::EndpointReplyReceiveWithResult> on(
      const decode::EndpointReplyReceiveWith<Syscall>& args);
  Result<void> on(const decode::ReplyKeep<Syscall>& args);
  Result<void> on(const decode::ReplySend<Syscall>& args);
  Result<void> on(const decode::NotificationSignal<Syscall>& args);
  Result<decode::NotificationWaitResult> on(const decode::NotificationWait<Syscall>& args);
  Result<decode::NotificationPollResult> on(const decode::NotificationPoll<Syscall>& args);
  Result<void> on(const decode::SelfYield<Syscall>& args);
  Result<void> on(const decode::SelfExit<Syscall>& args);
  Result<decode::SelfNowResult> on(const decode::SelfNow<Syscall>& args);
  Result<void> on(const decode::SelfWindow<Syscall>& args);
  Result<decode::SelfQosResult> on(const decode::SelfQos<Syscall>& args);
  Result<decode::SelfAffinityResult> on(const decode::SelfAffinity<Syscall>& args);
  Result<void> on(const decode::UntypedRetype<Syscall>& args);
  Result<decode::UntypedInfoResult> on(const decode::UntypedInfo<Syscall>& args);
  Result<void> on(const decode::CNodeCopy<Syscall>& args);
  Result<void> on(const decode::CNodeMint<Syscall>& args);
  Result<void> on(const decode::CNodeMove<Syscall>& args);
  Result<void> on(const decode::CNodeDelete<Syscall>& args);
  Result<void> on(const decode::CNodeRevoke<Syscall>& args);
  Result<void> on(const decode::CNodeMutate<Syscall>& args);
  Result<decode::CNodeQueryResult> on(const decode::CNodeQuery<Syscall>& args);
  Result<void> on(const decode::TaskConfigure<Syscall>& args);
  Result<void> on(const decode::TaskIdentify<Syscall>& args);
  Result<void> on(const decode::TaskSupervise<Syscall>& args);
  Result<void> on(const decode::TaskKill<Syscall>& args);
  Result<decode::TaskInfoResult> on(const decode::TaskInfo<Syscall>& args);
  Result<decode::TaskQuotaResult> on(const decode::TaskQuota<Syscall>& args);
  Result<void> on(const decode::TaskSettle<Syscall>& args);
  Result<void> on(const decode::QosControlSet<Syscall>& args);
  Result<void> on(const decode::ThreadConfigure<Syscall>& args);
  Result<void> on(const decode::ThreadBind<Syscall>& args);
  Result<void> on(const decode::ThreadHandler<Syscall>& args);
  Result<void> on(const decode::ThreadStart<Syscall>& args);
  Result<void> on(const decode::ThreadBuffer<Syscall>& args);
  Result<void> on(const decode::ThreadSuspend<Syscall>& args);
  Result<void> on(const decode::ThreadResume<Syscall>& args);
  Result<decode::ThreadAffinityResult> on(const decode::ThreadAffinity<Syscall>& args);
  Result<decode::ThreadReadResult> on(const decode::ThreadRead<Syscall>& args);
  Result<void> on(const decode::ThreadWrite<Syscall>& args);
  Result<void> on(const decode::VmoMap<Syscall>& args);
  Result<void> on(const decode::VmoUnmap<Syscall>& args);
  Result<decode::VmoInfoResult> on(const decode::VmoInfo<Syscall>& args);
  Result<void> on(const decode::VmoSlice<Syscall>& args);
  Result<void> on(const decode::VmoSeal<Syscall>& args);
  Result<void> on(const decode::AlarmBind<Syscall>& args);
  Result<void> on(const decode::AlarmSet<Syscall>& args);
  Result<void> on(const decode::AlarmClear<Syscall>& args);
  Result<void> on(const decode::IrqConfigure<Syscall>& args);
  Result<void> on(const decode::IrqBind<Syscall>& args);
  Result<void> on(const decode::IrqAcknowledge<Syscall>& args);
  Result<decode::BootInfoRegionResult> on(const decode::BootInfoRegion<Syscall>& args);
  Result<decode::BootInfoBundleResult> on(const decode::BootInfoBundle<Syscall>& args);
  Result<decode::BootInfoUartResult> on(const decode::BootInfoUart<Syscall>& args);
  Result<void> on(const decode::BootInfoPrint<Syscall>& args);
  Result<void> on(const decode::BootInfoStop<Syscall>& args);
  Result<decode::BootInfoCensusResult> on(const decode::BootInfoCensus<Syscall>& args);
  Result<decode::BootInfoAuditResult> on(const decode::BootInfoAudit<Syscall>& args);
  Result<void> on(const decode::BootInfoAuditTo<Syscall>& args);
  Result<decode::BootInfoCommandLineResult> on(const decode::BootInfoCommandLine<Syscall>& args);

 private:
  // What was decided about a class; and of a call that was refused, if it was about classes.
  [[gnu::noinline]] void audit(abi::QosReason reason, const Task* target, std::uint8_t from,
                               std::uint8_t to) const;
  static void audit_refusal(const Frame& frame, Error error);
  // Of a task that the caller names; it may not set it so.
  Result<abi::QosClass> class_of_task(const decode::SelfQos<Syscall>& args);
  // Of whoever it is; 0: they stay. Tells which they are.
  [[gnu::noinline]] Result<std::uint32_t> set_affinity(Thread& thread, std::uint32_t harts);
  // `wanted` has the type and the rights, and no object.
  Result<Invoked> find(std::uint64_t address, CapabilityWord wanted, std::uint8_t argument) const {
    return find_of(frame_, address, wanted, argument);
  }
  [[gnu::noinline]] static Result<Invoked> find_of(Frame& caller, std::uint64_t address,
                                                   CapabilityWord wanted, std::uint8_t argument);

  Thread& caller() const { return Thread::of(frame_); }

  Frame& frame_;  // the caller's: the one word of what a decoder is given
};

// A thread stopped over a fault: its handler is called, or its task ends.
void raise_fault(Thread& thread, abi::FaultCause cause, std::uint64_t address);

}  // namespace tessera
