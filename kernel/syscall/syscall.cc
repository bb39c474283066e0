#include "kernel/syscall/syscall.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "idl/kernel_calls.h"
#include "kernel/ipc/message.h"
#include "kernel/object/state.h"

namespace tessera {
namespace {

constexpr std::uint64_t kEcallLength = 4;

// Calls of a kind, a bit each.
template <class Kind>
consteval std::uint64_t calls_of(Kind is) {
  std::uint64_t bits = 0;
  for (const calls::Call& call : calls::kAll) {
    if (is(call)) bits |= std::uint64_t{1} << std::to_underlying(call.number);
  }
  return bits;
}
constexpr bool is_among(std::uint64_t bits, std::uint64_t number) {
  return number < 64 && (bits >> number & 1) != 0;
}
// Calls beyond are of no kind: one that is does not compile, for its bit is beyond the word.

// After these the saved registers are zero.
constexpr std::uint64_t kReceiving = calls_of([](auto& call) { return call.receives; });

// Messages, signals, and what a thread does to itself: several harts may make these at once, and
// those that turn out to need the tree take it. All others begin with it.
constexpr bool is_concurrent(const calls::Call& call) {
  return call.invoked == abi::ObjectType::kNull || call.invoked == abi::ObjectType::kEndpoint ||
         call.invoked == abi::ObjectType::kReply || call.invoked == abi::ObjectType::kNotification;
}
constexpr auto kWithTree = [] {
  std::array<bool, decode::kNumbers> all{};
  for (const calls::Call& call : calls::kAll) {
    all[std::to_underlying(call.number)] = !is_concurrent(call);
  }
  return all;
}();
static_assert(std::ranges::all_of(calls::kAll, [](auto& call) {
  return !call.receives || is_concurrent(call);
}));

// Why what was found is not what was wanted.
[[gnu::noinline]] Result<Invoked> refusal(CapabilityWord found, CapabilityWord wanted,
                                          std::uint8_t argument) {
  if (found.empty()) return Error{abi::kEbadf, abi::Detail::kBadCap, argument};
  if (found.type() != wanted.type()) return Error{abi::kEbadf, abi::Detail::kBadType, argument};
  return Error{abi::kEperm, abi::Detail::kBadRights, argument};
}

}  // namespace

bool Syscall::run() {
  const std::uint64_t number = frame_.x[ipc::kNumber];
  if (number >= decode::kNumbers) {
    unknown(frame_);
    return false;
  }
  const bool with_tree = kWithTree[number];
  if (with_tree && !begin_with_tree()) {
    frame_.pc() -= kEcallLength;  // made again, after the interrupt that waits
  } else {
    decode::dispatch(*this, number);
  }
  return with_tree;
}

Result<Invoked> Syscall::find_of(Frame& caller, std::uint64_t address, CapabilityWord wanted,
                                 std::uint8_t argument) {
  CNode* cspace = Thread::of(caller).task()->cnode();
  if (cspace == nullptr || address == 0 || address >= cspace->count()) [[unlikely]] {
    return refusal({}, wanted, argument);
  }
  const Invoked found(*cspace->slot(address));
  if (!found.word.allows(wanted)) return refusal(found.word, wanted, argument);
  return found;
}

void Syscall::fail(Frame& frame, Error error) {
  if (error == kWaiting) return;
  if (error == kPreempted) {
    frame.pc() -= kEcallLength;  // it is made again when the thread runs next
    return;
  }
  audit_refusal(frame, error);
  const bool receives = is_among(kReceiving, frame.x[ipc::kNumber]);
  ipc::write_error(frame, error.status, error.detail, error.argument);
  if (receives) ipc::clear_saved(frame);
}

void Syscall::unknown(Frame& frame) {
  frame.pc() -= kEcallLength;
  raise_fault(Thread::of(frame), abi::FaultCause::kUnknownSystemCall, frame.x[ipc::kNumber]);
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
