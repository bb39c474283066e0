// Faults: what a handler is told and may do, and how a task without one ends; memory that must not
// be executed or written.
#include <array>
#include <cstdint>

#include "idl/kernel/reply.h"
#include "servers/contract/behaviour.h"
#include "servers/contract/fault_port.h"
#include "servers/contract/messages.h"
#include "servers/contract/world.h"
#include "servers/victims/memory_access.h"

namespace tessera::contract {
namespace {

using abi::FaultCause;
using abi::TaskState;
using kernel::Endpoint;
using kernel::Vmo;
using service::FaultAction;

constexpr std::uint64_t kNowhere = kFree + 0x10'0000;
constexpr std::uint64_t kNoSuchCall = 999;
// jalr zero, 0(ra), twice in a word: whoever executes it comes right back.
constexpr std::uint64_t kReturn = 0x0000'8067'0000'8067;

constinit Endpoint endpoint;
const std::uint64_t kConstant = kReturn;

// --- The faults, each by its number
// ----------------------------------------------------------------

void load_nowhere() { victims::load(kNowhere); }
void store_nowhere() { victims::store(kNowhere); }
void jump_nowhere() { victims::jump(kNowhere); }
void load_null() { victims::load(0); }
void load_kernel() { victims::load(victims::kKernelText); }
void jump_kernel() { victims::jump(victims::kKernelText); }
void store_text() { victims::store(reinterpret_cast<std::uint64_t>(&load_null) & ~7ULL); }
void store_constant() { victims::store(reinterpret_cast<std::uint64_t>(&kConstant)); }
void jump_constant() { victims::jump(reinterpret_cast<std::uint64_t>(&kConstant)); }
void jump_data() {
  static volatile std::uint64_t code = kReturn;
  victims::jump(reinterpret_cast<std::uint64_t>(&code));
}
void jump_stack() {
  const volatile std::uint64_t code = kReturn;
  victims::jump(reinterpret_cast<std::uint64_t>(&code));
}
void jump_readable() {
  const Vmo vmo = make_vmo(1);
  map(vmo, kFree, kRead);
  victims::jump(kFree);
}
void privileged() { asm volatile("csrr t0, sstatus" : : : "t0"); }
void break_point() { asm volatile("ebreak"); }
void unknown_call() {
  rt::Registers in{};
  in.a7 = kNoSuchCall;
  (void)rt::ecall<rt::kA7>(in);
}

struct Fault {
  void (*commit)();
  FaultCause cause;
  std::uint64_t address;  // kAny: not looked at
};
constexpr std::uint64_t kAny = ~std::uint64_t{0};

constexpr std::array kFaults = {
    Fault{load_nowhere, FaultCause::kReadFault, kNowhere},
    Fault{store_nowhere, FaultCause::kWriteFault, kNowhere},
    Fault{jump_nowhere, FaultCause::kExecuteFault, kNowhere},
    Fault{load_null, FaultCause::kReadFault, 0},
    Fault{load_kernel, FaultCause::kReadFault, victims::kKernelText},
    Fault{jump_kernel, FaultCause::kExecuteFault, victims::kKernelText},
    Fault{store_text, FaultCause::kWriteFault, kAny},
    Fault{store_constant, FaultCause::kWriteFault, kAny},
    Fault{jump_constant, FaultCause::kExecuteFault, kAny},
    Fault{jump_data, FaultCause::kExecuteFault, kAny},
    Fault{jump_stack, FaultCause::kExecuteFault, kAny},
    Fault{jump_readable, FaultCause::kExecuteFault, kFree},
    Fault{privileged, FaultCause::kIllegalInstruction, kAny},
    Fault{break_point, FaultCause::kBreakpoint, kAny},
    Fault{unknown_call, FaultCause::kUnknownSystemCall, kNoSuchCall},
};

void commit(std::uint64_t number) { kFaults[number].commit(); }

// A task that commits it ends, and its supervisor can see why.
void ends_its_task(std::uint64_t first, std::uint64_t end) {
  for (std::uint64_t i = first; i < end; ++i) {
    const Space space = prepare_space(commit, i);
    space.start();
    const auto info = space.wait();
    EXPECT(info.state == TaskState::kFaulted);
    EXPECT(info.cause == kFaults[i].cause);
    EXPECT(info.status == abi::value<std::int32_t>(abi::word(info.cause)));
    EXPECT(kFaults[i].address == kAny || info.address == kFaults[i].address);
    EXPECT(info.pc != 0);
    EXPECT(OK(space.thread().read(0)).r0 == info.pc);  // the registers stay as they were
    REFUSED(space.thread().write(1, 0, 0, 0, 0, 0, 0), bad_state());
    revoke(space.task().slot());
  }
}

void nowhere_ends_the_task() { ends_its_task(0, 4); }
void the_kernel_is_out_of_reach() { ends_its_task(4, 6); }
void text_and_constants_are_not_written() { ends_its_task(6, 8); }
void what_is_no_text_is_not_executed() { ends_its_task(8, 12); }
void bad_instructions_end_the_task() { ends_its_task(12, 15); }

// --- Handlers
// --------------------------------------------------------------------------------------

// The handler maps what is missing, and the instruction is run again.
void a_handler_maps_what_is_missing() {
  endpoint = make<Endpoint>();
  const Worker worker =
      prepare_handled(endpoint, [](std::uint64_t) { EXPECT(word_at(kNowhere + 16) == 0); });
  start(worker);
  const Told told = receive_fault(endpoint);
  EXPECT(told.cause == FaultCause::kReadFault && told.address == kNowhere + 16);
  EXPECT(told.badge == kFaultBadge);
  map(make_vmo(1), kNowhere, kRead);
  answer_fault(FaultAction::kResume);
  worker.join();
}

void a_handler_skips_the_instruction() {
  endpoint = make<Endpoint>();
  const Worker worker = prepare_handled(endpoint, [](std::uint64_t) {
    unknown_call();
    asm volatile(".option push\n.option norvc\nebreak\n.option pop");
  });
  start(worker);
  for (const FaultCause cause : {FaultCause::kUnknownSystemCall, FaultCause::kBreakpoint}) {
    const Told told = receive_fault(endpoint);
    EXPECT(told.cause == cause);
    EXPECT(OK(worker.thread().read(0)).r0 == told.pc);
    set_register(worker.thread(), kPc, told.pc + 4);
    answer_fault(FaultAction::kResume);
  }
  worker.join();
}

void resumed_unmended_it_faults_again() {
  endpoint = make<Endpoint>();
  const Worker worker = prepare_handled(endpoint, [](std::uint64_t) { store_nowhere(); });
  start(worker);
  for (int i = 0; i < 3; ++i) {
    EXPECT(receive_fault(endpoint).cause == FaultCause::kWriteFault);
    answer_fault(FaultAction::kResume);
  }
  receive_fault(endpoint);
  map(make_vmo(1), kNowhere, kReadWrite);
  answer_fault(FaultAction::kResume);
  worker.join();
}

void a_handler_of_another_space() {
  endpoint = make<Endpoint>();
  const Space space = prepare_space([](std::uint64_t) { EXPECT(word_at(kNowhere) == 0); });
  OK(space.thread().handler(endpoint));
  space.start();
  EXPECT(receive_fault(endpoint).address == kNowhere);
  OK(make_vmo(1).map(space.task(), kNowhere, kRead));
  answer_fault(FaultAction::kResume);
  space.join();
}

// Whatever is not "resume" ends the task with the fault as its reason.
void anything_else_is_kill() {
  const auto faults = [](auto treat) {
    endpoint = make<Endpoint>();
    const Space space = prepare_space([](std::uint64_t) { load_nowhere(); });
    OK(space.thread().handler(endpoint));
    space.start();
    receive_fault(endpoint);
    treat();
    const auto info = space.wait();
    EXPECT(info.state == TaskState::kFaulted && info.cause == FaultCause::kReadFault);
    EXPECT(info.address == kNowhere);
  };
  faults([] { answer_fault(FaultAction::kKill); });
  faults([] { answer_fault(FaultAction::kResume, 1); });
  faults([] { OK(answer({7}, shape(1))); });
  faults([] { REFUSED(endpoint.receive(0), kTimedOut); });
}

void a_dead_handler_is_kill() {
  endpoint = make<Endpoint>();
  const Space space = prepare_space([](std::uint64_t) { load_nowhere(); });
  OK(space.thread().handler(endpoint));
  space.start();
  settle();
  EXPECT(OK(space.task().info()).state == TaskState::kRunning);  // in the queue
  revoke(endpoint.slot());
  drop(endpoint.slot());
  EXPECT(space.wait().state == TaskState::kFaulted);
}

void handler_is_refused() {
  endpoint = make<Endpoint>();
  const Worker worker = prepare([](std::uint64_t) {});
  REFUSED(worker.thread().handler(without(endpoint, Endpoint::Right::kSend)), lacks_right(1));
  REFUSED(worker.thread().handler(Endpoint(take_slot())), no_capability(1));
  OK(worker.thread().handler(endpoint));
  REFUSED(worker.thread().handler(endpoint), bad_state());
  REFUSED(rt::start::thread().handler(endpoint), bad_state());  // it runs
  const auto thread = without(make<kernel::Thread>(), kernel::Thread::Right::kManage);
  REFUSED(thread.handler(endpoint), lacks_right(0));
}

// The fault of a suspended thread happens again.
void a_suspended_fault_happens_again() {
  endpoint = make<Endpoint>();
  const Worker worker = prepare_handled(endpoint, [](std::uint64_t) { store_nowhere(); });
  start(worker);
  receive_fault(endpoint);
  OK(worker.thread().suspend());
  REFUSED(make<kernel::Reply>().keep(), kNoReply);  // nobody waits for an answer
  REFUSED(endpoint.receive(0), kTimedOut);
  OK(worker.thread().resume());
  EXPECT(receive_fault(endpoint).address == kNowhere);
  OK(worker.thread().suspend());
  map(make_vmo(1), kNowhere, kReadWrite);
  OK(worker.thread().resume());
  worker.join();
}

}  // namespace

std::span<const Behaviour> fault_behaviours() {
  static constexpr Behaviour kAll[] = {
      {"fault.nowhere_ends_the_task", nowhere_ends_the_task},
      {"fault.the_kernel_is_out_of_reach", the_kernel_is_out_of_reach},
      {"fault.text_and_constants_are_not_written", text_and_constants_are_not_written},
      {"fault.what_is_no_text_is_not_executed", what_is_no_text_is_not_executed},
      {"fault.bad_instructions_end_the_task", bad_instructions_end_the_task},
      {"fault.a_handler_maps_what_is_missing", a_handler_maps_what_is_missing},
      {"fault.a_handler_skips_the_instruction", a_handler_skips_the_instruction},
      {"fault.resumed_unmended_it_faults_again", resumed_unmended_it_faults_again},
      {"fault.a_handler_of_another_space", a_handler_of_another_space},
      {"fault.anything_else_is_kill", anything_else_is_kill},
      {"fault.a_dead_handler_is_kill", a_dead_handler_is_kill},
      {"fault.handler_is_refused", handler_is_refused},
      {"fault.a_suspended_fault_happens_again", a_suspended_fault_happens_again},
  };
  return kAll;
}

}  // namespace tessera::contract
