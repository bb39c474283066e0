// No secret crosses where one thread comes after another without a message: signals, interrupts,
// turns, faults, what begins; nor by whatever is called with whatever.
#include <array>
#include <cstdint>

#include "idl/kernel/alarm.h"
#include "idl/kernel/reply.h"
#include "idl/service/fault_handler.h"
#include "servers/contract/behaviour.h"
#include "servers/contract/fault_port.h"
#include "servers/contract/messages.h"
#include "servers/contract/secret.h"
#include "servers/contract/world.h"

namespace tessera::contract {
namespace {

using abi::SystemCall;
using kernel::Endpoint;
using kernel::Notification;
using kernel::Reply;

constinit Secretive client{1};
constinit Secretive server{2};
constinit Endpoint endpoint;
constinit Notification notification;

void receive() {
  server.load(SystemCall::kEndpointReceive,
              {{kT0, endpoint.slot().index}, {kT1, in_milliseconds(10'000)}});
  server.make();
}

// --- Signals and interrupts
// -----------------------------------------------------------------------

void signals() {
  notification = make<Notification>();
  endpoint = make<Endpoint>();
  const auto bell = make<Notification>();
  static constinit Notification bound;
  bound = bell;
  OK(rt::start::thread().bind(bell));
  for (const bool signal_first : {false, true}) {
    const Worker signaller = spawn([](std::uint64_t) {
      for (const Notification each : {notification, bound}) {
        client.load(SystemCall::kNotificationSignal, {{kT0, each.slot().index}});
        client.make();
        client.expect_results({});
      }
    });
    if (signal_first) settle();
    server.load(SystemCall::kNotificationWait,
                {{kT0, notification.slot().index}, {kT1, in_milliseconds(5000)}});
    server.make();
    server.expect_results({{kA0, 1}});
    if (signal_first) settle();
    receive();
    server.expect_results({{kA0, 1}}, After::kSavedZero);
    signaller.join();
  }
}

// One that spins with its secrets is interrupted, and who was waited for goes on with its own; then
// the first again.
void an_interrupt_and_its_thread() {
  notification = make<Notification>();
  const auto alarm = make<kernel::Alarm>();
  OK(alarm.bind(notification));
  constexpr std::uint64_t kSpins = 4'000'000;  // longer than the alarm takes
  const Worker spinner = spawn([](std::uint64_t) {
    for (int round = 0; round < 4; ++round) {
      client.load({{kT6, kSpins}});
      raw_spin(&client.block());
      client.expect_all_kept({{kT6, 0}});
    }
  });
  while (!spinner.is_done()) {
    OK(alarm.set(in_milliseconds(1)));
    server.load(SystemCall::kNotificationWait,
                {{kT0, notification.slot().index}, {kT1, abi::kNoDeadline}});
    server.make();
    server.expect_results({{kA0, 1}});
  }
}

// Two that spin, each till its slice is over: nobody knows how long that takes, so until the second
// has been interrupted by the first three times.
void turns_of_two() {
  static volatile std::uint64_t turns;
  static volatile bool over;
  turns = 0;
  over = false;
  const Worker other = spawn([](std::uint64_t) {
    while (!over) {
      client.load({{kT6, 1'000'000}});
      raw_spin(&client.block());
      client.expect_all_kept({{kT6, 0}});
      turns = turns + 1;
    }
  });
  int interrupted = 0;
  for (int rounds = 0; interrupted < 3; ++rounds) {
    EXPECT(rounds < 200);
    const std::uint64_t before = turns;
    server.load({{kT6, 10'000'000}});
    raw_spin(&server.block());
    server.expect_all_kept({{kT6, 0}});
    interrupted += turns != before ? 1 : 0;
  }
  over = true;
  other.join();
}

// --- Faults, and what begins
// ----------------------------------------------------------------------

void a_fault_and_its_handler() {
  constexpr std::uint64_t kBreakLength = 4;
  endpoint = make<Endpoint>();
  const Worker faulting = spawn_handled(endpoint, [](std::uint64_t) {
    for (int round = 0; round < 3; ++round) {
      client.load({});
      raw_break(&client.block());
      client.expect_all_kept();
    }
  });
  const auto kept = make<Reply>();
  for (int round = 0; round < 3; ++round) {
    receive();
    const std::uint64_t pc = server.out(kA0 + 2);
    server.expect_results(
        {{kA0, abi::word(abi::FaultCause::kBreakpoint)},
         {kA0 + 1, server.out(kA0 + 1) == pc ? pc : 0},  // which of the two the machine says
         {kA0 + 2, pc},
         {kT0, kFaultBadge},
         {kT2, service::FaultHandler::kFaultTag},
         {kT3, abi::word(abi::QosClass::kNormal) | abi::kInfoAnswerDue}},
        After::kSavedZero);
    EXPECT(pc < abi::kUserLimit);
    set_register(faulting.thread(), kPc, pc + kBreakLength);
    server.load(SystemCall::kReplyKeep, {{kT0, kept.slot().index}});
    server.make();
    Sets inputs{{kT0, kept.slot().index},
                {kA0, abi::word(service::FaultAction::kResume)},
                {kA6, 0},
                {kT1, shape(1)}};
    for (const unsigned x : {kT2, kT3, kT4}) inputs.add({x, 0});
    server.load(SystemCall::kReplySend, inputs);
    server.make();
    server.expect_results({});
  }
  faulting.join();
}

// Its first instruction finds what its maker says, and zero.
void a_new_thread() {
  const auto thread = make<kernel::Thread>();
  OK(thread.configure(rt::start::task()));
  const std::uint64_t stack = spare_stack();
  client.load({});
  server.load(SystemCall::kThreadStart,
              {{kT0, thread.slot().index},
               {kA0, reinterpret_cast<std::uint64_t>(&raw_capture)},
               {kA0 + 1, stack},
               {kA0 + 2, 5},
               {kA0 + 3, reinterpret_cast<std::uint64_t>(&client.block())}});
  server.make();
  server.expect_results({});
  server.load(SystemCall::kSelfYield, {});
  server.make();
  server.expect_results({});
  settle();
  EXPECT(client.block().done == 1);
  client.expect_results({{kSp, stack}, {kA0, 5}, {8, 0}, {9, 0}}, After::kSavedZero);
}

// --- Whatever is called with whatever
// -------------------------------------------------------------

// A linear congruential generator (Knuth, MMIX).
std::uint64_t next_random() {
  static std::uint64_t state = 1;
  state = state * 6364136223846793005U + 1442695040888963407U;
  return state >> 32 | state << 32;  // the high bits are the random ones
}

constexpr std::uint64_t kNumbers = 128;  // of calls, beyond which there are none

// Those that do not come back, or take what the behaviour stands on.
constexpr bool is_left_out(SystemCall call) {
  return call == SystemCall::kSelfExit || call == SystemCall::kBootInfoStop ||
         call == SystemCall::kBootInfoPrint;
}

// New objects, numbers, lengths, and anything: no slot of what the behaviour stands on, so that
// whatever is done harms nobody.
std::uint64_t random_word(rt::Slot objects, unsigned count) {
  switch (next_random() % 4) {
    case 0:
      return objects.index + next_random() % count;
    case 1:  // no slot: the header's, or beyond
      return next_random() % 2 == 0 ? 0 : kSlots + next_random() % 8;
    case 2:
      return kPage * (next_random() % 4);
    default:
      return next_random();
  }
}

constexpr abi::ObjectType kTypes[] = {
    abi::ObjectType::kUntyped, abi::ObjectType::kCnode,        abi::ObjectType::kTask,
    abi::ObjectType::kThread,  abi::ObjectType::kNotification, abi::ObjectType::kReply,
    abi::ObjectType::kVmo,     abi::ObjectType::kAlarm,        abi::ObjectType::kIrq};

// One of each type, in a row from `first`; those that the calls before have taken away are new.
void make_one_of_each(rt::Slot first) {
  for (std::uint32_t i = 0; i < std::size(kTypes); ++i) {
    const rt::Slot slot{first.index + i};
    const abi::ObjectType type = kTypes[i];
    if (type_in(slot) == type) continue;
    if (!is_empty(slot)) drop(slot);
    const bool has_pages = type == abi::ObjectType::kUntyped || type == abi::ObjectType::kVmo;
    const std::uint64_t size = has_pages ? kPage : type == abi::ObjectType::kCnode ? 16 : 0;
    OK(memory().retype(type, size, own(), slot.index, 1));
  }
}

void each_call_with_random_arguments() {
  const rt::Slot first = take_slots(std::size(kTypes));
  unsigned calls = 0;
  unsigned fine = 0;
  for (std::uint64_t number = 1; number < kNumbers; ++number) {
    const auto call = static_cast<SystemCall>(number);
    if (abi::to_string(call) == "?" || is_left_out(call)) continue;
    for (int round = 0; round < 40; ++round) {
      make_one_of_each(first);
      server.load(call, {});
      for (unsigned i = kT0; i < 32; ++i) {
        if (!is_saved(i) && i != kA7) server.block().in[i] = random_word(first, std::size(kTypes));
      }
      // A wait has an end.
      if (call == SystemCall::kNotificationWait) server.block().in[kT1] = now();
      server.make();
      server.expect_nothing_of_others();
      ++calls;
      fine += server.out(kA6) == 0 ? 1 : 0;
    }
  }
  EXPECT(calls >= 2000);
  EXPECT(fine >= 100);
}

// --- Floating point
// -------------------------------------------------------------------------------

// There are no such registers to look into: whoever touches one faults.
void floating_point_registers_are_out_of_reach() {
  endpoint = make<Endpoint>();
  static constexpr void (*kTouches[])() = {
      [] {
        asm volatile(".4byte 0x00302573" ::: "a0");
      },                                          // frcsr a0
      [] { asm volatile(".4byte 0xf2000053"); },  // fmv.d.x ft0, zero
      [] {
        asm volatile(".4byte 0xe2000553" ::: "a0");
      },                                          // fmv.x.d a0, ft0
      [] { asm volatile(".4byte 0x00013007"); },  // fld ft0, 0(sp)
      [] { asm volatile(".4byte 0x00013027"); },  // fsd ft0, 0(sp)
  };
  const Worker worker = spawn_handled(endpoint, [](std::uint64_t) {
    for (const auto touch : kTouches) touch();
  });
  for (std::size_t i = 0; i < std::size(kTouches); ++i) {
    const Told told = receive_fault(endpoint);
    EXPECT(told.cause == abi::FaultCause::kIllegalInstruction);
    set_register(worker.thread(), kPc, told.pc + 4);
    let_go_on();
  }
  worker.join();
}

}  // namespace

std::span<const Behaviour> secrets_behaviours() {
  static constexpr Behaviour kAll[] = {
      {"secrets.signals", signals},
      {"secrets.an_interrupt_and_its_thread", an_interrupt_and_its_thread},
      {"secrets.turns_of_two", turns_of_two},
      {"secrets.a_fault_and_its_handler", a_fault_and_its_handler},
      {"secrets.a_new_thread", a_new_thread},
      {"secrets.each_call_with_random_arguments", each_call_with_random_arguments},
      {"secrets.floating_point_registers_are_out_of_reach",
       floating_point_registers_are_out_of_reach},
  };
  return kAll;
}

}  // namespace tessera::contract
