#include "kernel/syscall/syscall.h"

#include "kernel/ipc/message.h"
#include "kernel/object/state.h"

namespace tessera {
namespace {

constexpr std::uint64_t kEcallLength = 4;

// The calls after which the saved registers are zero (abi.idl).
bool is_receive(std::uint64_t number) {
  return number == abi::word(abi::SystemCall::kEndpointReceive) ||
         number == abi::word(abi::SystemCall::kEndpointReplyReceive) ||
         number == abi::word(abi::SystemCall::kEndpointReplyReceiveWith);
}

// Those that several harts may make at once.
bool is_concurrent(std::uint64_t number) {
  switch (number) {
    case abi::word(abi::SystemCall::kEndpointCall):
    case abi::word(abi::SystemCall::kEndpointCallWith):
    case abi::word(abi::SystemCall::kEndpointSend):
    case abi::word(abi::SystemCall::kEndpointReceive):
    case abi::word(abi::SystemCall::kEndpointReplyReceive):
    case abi::word(abi::SystemCall::kEndpointReplyReceiveWith):
    case abi::word(abi::SystemCall::kReplyKeep):
    case abi::word(abi::SystemCall::kReplySend):
    case abi::word(abi::SystemCall::kNotificationSignal):
    case abi::word(abi::SystemCall::kNotificationWait):
    case abi::word(abi::SystemCall::kNotificationPoll):
    case abi::word(abi::SystemCall::kSelfYield):
    case abi::word(abi::SystemCall::kSelfNow):
    case abi::word(abi::SystemCall::kSelfQos):
    case abi::word(abi::SystemCall::kSelfAffinity):
      return true;
    default:
      return false;
  }
}

}  // namespace

void Syscall::run() {
  // Made again when the thread runs next, after the interrupt that waits.
  if (!is_concurrent(caller_.frame.x[ipc::kNumber]) && !take_tree()) return;
  caller_.frame.pc() += kEcallLength;
  decode::dispatch(*this, caller_.frame);
}

Result<Invoked> Syscall::find(std::uint64_t address, abi::ObjectType type, std::uint8_t rights,
                              std::uint8_t argument) {
  CNode* cspace = caller_.task()->cnode();
  if (cspace == nullptr) return Error{abi::kEbadf, abi::Detail::kBadCap, argument};
  TRY_ASSIGN(Slot * slot, cspace->at(address, argument));
  const Invoked found(*slot);
  const CapabilityWord word = found.word;
  if (word.empty()) return Error{abi::kEbadf, abi::Detail::kBadCap, argument};
  if (word.type() != type) return Error{abi::kEbadf, abi::Detail::kBadType, argument};
  if ((rights & ~word.rights()) != 0) return Error{abi::kEperm, abi::Detail::kBadRights, argument};
  return found;
}

void Syscall::fail(Frame& frame, Error error) {
  if (error == kWaiting) return;
  if (error == kPreempted) {
    frame.pc() -= kEcallLength;  // it is made again when the thread runs next
    return;
  }
  bool receives = is_receive(frame.x[17]);
  ipc::write_error(frame, error.status, error.detail, error.argument);
  if (receives) ipc::clear_saved(frame);
}

void Syscall::complete(Frame& frame) { ipc::clear_temporaries(frame); }

void Syscall::unknown(Frame& frame) {
  frame.pc() -= kEcallLength;
  raise_fault(caller_, abi::FaultCause::kUnknownSystemCall, frame.x[17]);
}

void raise_fault(Thread& thread, abi::FaultCause cause, std::uint64_t address) {
  thread.fault_cause = cause;
  thread.fault_address = address;
  if (!thread.handler.empty()) {
    thread.fault = true;
    Result<void> sent = send(thread, Invoked(thread.handler), kNever, true);
    if (sent.has_value() || sent.error() == kWaiting) return;
    if (sent.error() == kPreempted) {  // the faulting instruction is run again, and faults again
      thread.fault = false;
      return;
    }
    thread.fault = false;
  }
  thread.doomed = true;
}

}  // namespace tessera
