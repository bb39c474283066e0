// What each system call and each trap leaves in the registers: results where they belong, zero in
// the temporaries, everything else as it was; never a value of the kernel's.
#include <cstdint>
#include <initializer_list>

#include "idl/kernel/reply.h"
#include "idl/system_call.h"
#include "servers/contract/behaviour.h"
#include "servers/contract/messages.h"
#include "servers/contract/raw.h"
#include "servers/contract/world.h"

namespace tessera::contract {
namespace {

using abi::SystemCall;
using kernel::Endpoint;
using kernel::Notification;

constinit RawRegisters block{};
constinit Endpoint endpoint;
constinit Notification notification;

constexpr bool is_saved(unsigned x) { return x == 8 || x == 9 || (x >= 18 && x <= 27); }

struct Set {
  unsigned x;
  std::uint64_t value;
};

// Every register holds a value of its own, but for these.
void prepare_block(SystemCall call, std::initializer_list<Set> inputs) {
  for (unsigned i = 0; i < 32; ++i) {
    block.in[i] = raw_value(i);
    block.out[i] = ~std::uint64_t{0};
  }
  block.in[kT6] = 0x5a5a'5a5a'5a5a'5a5a;
  block.in[kA7] = abi::word(call);
  for (const Set& set : inputs) block.in[set.x] = set.value;
}

enum class After : bool { kSavedKept, kSavedZero };

// `results`: what must be where; every other temporary is zero.
void check_block(std::initializer_list<Set> results, After after = After::kSavedKept) {
  for (unsigned i = 1; i < 32; ++i) {
    if (i == kTp) continue;  // it led to the block: it is as it was
    std::uint64_t due = 0;
    if (i == kSp || (is_saved(i) && after == After::kSavedKept)) due = block.in[i];
    for (const Set& set : results) {
      if (set.x == i) due = set.value;
    }
    EXPECT(block.out[i] == due);
  }
}

void succeeds(SystemCall call, std::initializer_list<Set> inputs,
              std::initializer_list<Set> results, After after = After::kSavedKept) {
  prepare_block(call, inputs);
  raw_call(&block);
  check_block(results, after);
}

constexpr bool receives(SystemCall call) {
  return call == SystemCall::kEndpointReceive || call == SystemCall::kEndpointReplyReceive ||
         call == SystemCall::kEndpointReplyReceiveWith;
}

constexpr std::uint64_t kNumbers = 64;

// Whatever is in the registers, a refused call leaves its status and nothing else.
void each_refused_call_leaves_nothing() {
  unsigned calls = 0;
  for (std::uint64_t number = 1; number < kNumbers; ++number) {
    const auto call = static_cast<SystemCall>(number);
    if (abi::to_string(call) == "?") continue;
    if (call == SystemCall::kSelfYield || call == SystemCall::kSelfNow) continue;  // never refused
    prepare_block(call, {});
    raw_call(&block);
    const auto status = abi::value<std::int32_t>(block.out[kA6]);
    EXPECT(block.out[kA6] == abi::word(status));
    EXPECT(status == abi::kEinval || status == abi::kEbadf);
    EXPECT(block.out[kA7] != 0 && block.out[kA7] < 0x1000);
    check_block({{kA6, block.out[kA6]}, {kA7, block.out[kA7]}},
                receives(call) ? After::kSavedZero : After::kSavedKept);
    ++calls;
  }
  EXPECT(calls >= 40);
}

// The same with a capability of the wrong type, and none.
void each_call_checks_its_capability() {
  const rt::Slot empty = take_slot();
  const auto reply = make<kernel::Reply>();
  for (std::uint64_t number = 1; number < kNumbers; ++number) {
    const auto call = static_cast<SystemCall>(number);
    const std::string_view name = abi::to_string(call);
    if (name == "?" || name.starts_with("Self.")) continue;
    const rt::Slot wrong = name.starts_with("Reply.") ? own().slot() : reply.slot();
    prepare_block(call, {{kT0, empty.index}});
    raw_call(&block);
    EXPECT(block.out[kA6] == abi::word(abi::kEbadf));
    EXPECT(block.out[kA7] == abi::word(abi::detail(abi::Detail::kBadCap, 0)));
    prepare_block(call, {{kT0, wrong.index}});
    raw_call(&block);
    EXPECT(block.out[kA6] == abi::word(abi::kEbadf));
    EXPECT(block.out[kA7] == abi::word(abi::detail(abi::Detail::kBadType, 0)));
  }
}

void calls_without_a_wait() {
  notification = make<Notification>();
  const auto part = make<kernel::Untyped>(kPage);
  const auto info = OK(part.info());
  const std::uint64_t bit = notification.slot().index;
  succeeds(SystemCall::kSelfYield, {}, {});
  succeeds(SystemCall::kSelfWindow, {{kA0, 0}}, {});
  succeeds(SystemCall::kUntypedInfo, {{kT0, part.slot().index}},
           {{kA0, info.base}, {11, kPage}, {12, kPage}});
  succeeds(SystemCall::kCNodeQuery, {{kT0, own().slot().index}, {kA0, bit}},
           {{kA0, abi::word(abi::ObjectType::kNotification)}, {11, 3}});
  succeeds(SystemCall::kNotificationSignal, {{kT0, bit}}, {});
  succeeds(SystemCall::kNotificationPoll, {{kT0, bit}}, {{kA0, 1}});
  succeeds(SystemCall::kNotificationSignal, {{kT0, bit}}, {});
  succeeds(SystemCall::kNotificationWait, {{kT0, bit}, {kT1, 0}}, {{kA0, 1}});
  succeeds(SystemCall::kCNodeDelete, {{kT0, own().slot().index}, {kA0, bit}}, {});
  prepare_block(SystemCall::kSelfNow, {});
  const std::uint64_t before = now();
  raw_call(&block);
  EXPECT(block.out[kA0] >= before && block.out[kA0] <= now());
  check_block({{kA0, block.out[kA0]}});
}

// Echoes words, counted by the caller's tag; the answer's are one more each. Until somebody sends
// what needs no answer.
void echo(std::uint64_t) {
  auto message = OK(endpoint.receive(abi::kNoDeadline));
  while ((message.info & abi::kInfoAnswerDue) != 0) {
    Words words = words_of(message);
    for (std::uint64_t& word : words) ++word;
    const auto next = OK(endpoint.reply_receive(words[0], words[1], words[2], words[3], words[4],
                                                words[5], 0, message.tag & 0xff));
    message = {.w0 = next.w0,
               .w1 = next.w1,
               .w2 = next.w2,
               .w3 = next.w3,
               .w4 = next.w4,
               .w5 = next.w5,
               .badge = next.badge,
               .identity = next.identity,
               .tag = next.tag,
               .info = next.info};
  }
}

void calls_and_their_answers() {
  endpoint = make<Endpoint>();
  spawn(echo);
  settle();
  const std::uint64_t slot = endpoint.slot().index;
  const auto word = [](unsigned n) { return raw_value(kA0 + n) + 1; };
  succeeds(SystemCall::kEndpointCall, {{kT0, slot}, {kA6, tag(0)}}, {});
  succeeds(SystemCall::kEndpointCall, {{kT0, slot}, {kA6, tag(2)}},
           {{kA0, word(0)}, {11, word(1)}, {kT0, shape(2)}});
  const std::initializer_list<Set> six = {{kA0, word(0)}, {11, word(1)}, {12, word(2)},
                                          {13, word(3)},  {14, word(4)}, {15, word(5)},
                                          {kT0, shape(6)}};
  succeeds(SystemCall::kEndpointCall, {{kT0, slot}, {kA6, tag(6)}}, six);
  succeeds(SystemCall::kEndpointCallWith,
           {{kT0, slot}, {kA6, tag(6)}, {kT1, abi::kNoDeadline}, {kT2, 0}, {kT3, 0}, {kT4, 0}},
           six);
  succeeds(SystemCall::kEndpointSend,
           {{kT0, slot}, {kA6, tag(6)}, {kT1, abi::kNoDeadline}, {kT2, 0}, {kT3, 0}, {kT4, 0}}, {});
}

// What ends a wait from outside writes the same registers.
void calls_that_are_cut_short() {
  endpoint = make<Endpoint>();
  notification = make<Notification>();
  const std::uint64_t slot = endpoint.slot().index;
  const Set timed_out[] = {{kA6, abi::word(abi::kEtimedout)},
                           {kA7, abi::word(abi::detail(abi::Detail::kTimedOut, 0))}};
  const auto soon = [] { return in_milliseconds(1); };
  succeeds(SystemCall::kEndpointCallWith,
           {{kT0, slot}, {kA6, tag(6)}, {kT1, soon()}, {kT2, 0}, {kT3, 0}, {kT4, 0}},
           {timed_out[0], timed_out[1]});
  succeeds(SystemCall::kEndpointReceive, {{kT0, slot}, {kT1, soon()}}, {timed_out[0], timed_out[1]},
           After::kSavedZero);
  succeeds(SystemCall::kNotificationWait, {{kT0, notification.slot().index}, {kT1, soon()}},
           {timed_out[0], timed_out[1]});
}

void a_received_message() {
  endpoint = make<Endpoint>();
  const auto badged = mint(endpoint, rt::rights(Endpoint::Right::kSend), 0x77);
  static constinit rt::Slot sender;
  sender = badged.slot();
  spawn([](std::uint64_t) {
    for (int i = 0; i < 2; ++i) {
      OK(Endpoint(sender).send(1, 2, 3, 4, 5, 6, tag(3), abi::kNoDeadline, 0, 0, 0));
    }
  });
  const std::uint64_t slot = endpoint.slot().index;
  const auto due = [&] {
    succeeds(SystemCall::kEndpointReceive, {{kT0, slot}, {kT1, abi::kNoDeadline}},
             {{kA0, 1}, {11, 2}, {12, 3}, {kT0, 0x77}, {kT2, tag(3)}, {kT3, 1}}, After::kSavedZero);
  };
  due();  // the receiver first
  settle();
  due();  // the sender first
}

// A caller with something in every register, whose call finds the receiver waiting, and whose
// answer waits for the next: the receiver sees the words that were counted, and nothing else of the
// caller's.
void a_received_call() {
  endpoint = make<Endpoint>();
  static constinit RawRegisters callers{};
  spawn([](std::uint64_t) {
    for (unsigned i = 0; i < 32; ++i) callers.in[i] = ~raw_value(i);
    for (unsigned words : {2u, 6u, 0u}) {
      callers.in[kA7] = abi::word(SystemCall::kEndpointCall);
      callers.in[kT0] = endpoint.slot().index;
      callers.in[kA6] = tag(words);
      raw_call(&callers);
    }
  });
  const std::uint64_t slot = endpoint.slot().index;
  const std::uint64_t info =
      static_cast<std::uint64_t>(abi::QosClass::kNormal) | abi::kInfoAnswerDue;
  const auto word = [](unsigned n) { return ~raw_value(kA0 + n); };
  succeeds(SystemCall::kEndpointReceive, {{kT0, slot}, {kT1, abi::kNoDeadline}},
           {{kA0, word(0)}, {11, word(1)}, {kT2, tag(2)}, {kT3, info}}, After::kSavedZero);
  const Set answer[] = {{kT0, slot}, {kA6, 0}, {kT1, shape(1)}};
  succeeds(SystemCall::kEndpointReplyReceive, {answer[0], answer[1], answer[2]},
           {{kA0, word(0)},
            {11, word(1)},
            {12, word(2)},
            {13, word(3)},
            {14, word(4)},
            {15, word(5)},
            {kT2, tag(6)},
            {kT3, info}},
           After::kSavedZero);
  succeeds(SystemCall::kEndpointReplyReceive, {answer[0], answer[1], answer[2]},
           {{kT2, tag(0)}, {kT3, info}}, After::kSavedZero);
}

void a_received_signal() {
  endpoint = make<Endpoint>();
  notification = make<Notification>();
  OK(rt::start::thread().bind(notification));
  const auto receive = [&] {
    succeeds(SystemCall::kEndpointReceive, {{kT0, endpoint.slot().index}, {kT1, abi::kNoDeadline}},
             {{kA0, 1}}, After::kSavedZero);
  };
  OK(notification.signal());
  receive();
  spawn([](std::uint64_t) { OK(notification.signal()); });
  receive();
}

// The timer may interrupt anywhere: nothing may change.
void an_interrupt_keeps_everything() {
  static volatile std::uint64_t turns;
  turns = 0;
  spawn([](std::uint64_t) {
    for (;;) {
      turns = turns + 1;
      OK(kernel::Self::yield());
    }
  });
  for (unsigned i = 0; i < 32; ++i) block.in[i] = raw_value(i);
  block.in[kT6] = 10'000'000;
  // Nobody knows how long that takes: until it has been interrupted three times.
  for (int rounds = 0; turns < 3; ++rounds) {
    EXPECT(rounds < 200);
    raw_spin(&block);
    for (unsigned i = 1; i < 32; ++i) {
      if (i != kTp) EXPECT(block.out[i] == (i == kT6 ? 0 : raw_value(i)));
    }
  }
}

// A reservation does not live through another thread's turn: what was loaded may have changed
// there.
void an_interrupt_ends_a_reservation() {
  static volatile std::uint64_t turns;
  static std::uint64_t reserved = 7;
  turns = 0;
  spawn([](std::uint64_t) {
    for (;;) {
      turns = turns + 1;
      OK(kernel::Self::yield());
    }
  });
  std::uint64_t value = 0;
  std::uint64_t failed = 0;
  asm volatile(
      "lr.d %0, (%2)\n"
      "1: ld %0, 0(%3)\n"
      "beqz %0, 1b\n"
      "sc.d %1, %0, (%2)\n"
      : "=&r"(value), "=&r"(failed)
      : "r"(&reserved), "r"(&turns)
      : "memory");
  EXPECT(failed != 0);
  EXPECT(reserved == 7);
}

}  // namespace

std::span<const Behaviour> registers_behaviours() {
  static constexpr Behaviour kAll[] = {
      {"registers.each_refused_call_leaves_nothing", each_refused_call_leaves_nothing},
      {"registers.each_call_checks_its_capability", each_call_checks_its_capability},
      {"registers.calls_without_a_wait", calls_without_a_wait},
      {"registers.calls_and_their_answers", calls_and_their_answers},
      {"registers.calls_that_are_cut_short", calls_that_are_cut_short},
      {"registers.a_received_message", a_received_message},
      {"registers.a_received_call", a_received_call},
      {"registers.a_received_signal", a_received_signal},
      {"registers.an_interrupt_keeps_everything", an_interrupt_keeps_everything},
      {"registers.an_interrupt_ends_a_reservation", an_interrupt_ends_a_reservation},
  };
  return kAll;
}

}  // namespace tessera::contract
