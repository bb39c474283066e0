// No secret crosses: whoever enters the kernel has one in every register, and whoever leaves it
// finds what was sent to it, what the ABI says, and what it had itself. On each path by which one
// thread comes after another.
#include <array>
#include <cstdint>
#include <utility>

#include "idl/kernel/reply.h"
#include "servers/contract/behaviour.h"
#include "servers/contract/harts.h"
#include "servers/contract/messages.h"
#include "servers/contract/secret.h"
#include "servers/contract/world.h"

namespace tessera::contract {
namespace {

using abi::SystemCall;
using kernel::Endpoint;
using kernel::Notification;
using kernel::Reply;

constexpr std::uint64_t kBadge = 0x77;
constexpr unsigned kMostWords = abi::kMessageRegisters;

constinit Secretive client{1};
constinit Secretive server{2};
constinit Endpoint endpoint;  // where the server receives
constinit Endpoint port;      // the same for the client, with a badge
constinit Notification notification;

void make_port() {
  endpoint = make<Endpoint>();
  port = mint(endpoint,
              static_cast<std::uint8_t>(rt::rights(Endpoint::Right::kSend) |
                                        rt::rights(Endpoint::Right::kGrant)),
              kBadge);
}

// --- Calls and answers, of every kind and in both orders
// ------------------------------------------

constexpr unsigned kRounds = 63;  // 7 lengths, 3 ways to call, 3 to answer
constexpr unsigned words_sent(unsigned round) { return round % (kMostWords + 1); }
constexpr unsigned words_answered(unsigned round) { return (round + 3) % (kMostWords + 1); }

constinit Words answered{};  // the words that the server has answered with last

void load_call(unsigned round) {
  Sets inputs{{kT0, port.slot().index}, {kA6, tag(words_sent(round))}};
  if (round % 3 == 0) return client.load(SystemCall::kEndpointCall, inputs);
  inputs.add({kT1, round % 3 == 1 ? abi::kNoDeadline : in_milliseconds(10'000)});
  for (const unsigned x : {kT2, kT3, kT4}) inputs.add({x, 0});
  client.load(SystemCall::kEndpointCallWith, inputs);
}

void call_again_and_again(std::uint64_t /*argument*/) {
  for (unsigned round = 0; round < kRounds; ++round) {
    load_call(round);
    client.make();
    Sets due{{kT0, shape(words_answered(round))}};
    for (unsigned i = 0; i < words_answered(round); ++i) due.add({kA0 + i, answered[i]});
    client.expect_results(due);
  }
}

// The server is back from a receive: with the call of this round.
void expect_call(unsigned round) {
  Sets due{{kT0, kBadge},
           {kT2, tag(words_sent(round))},
           {kT3, abi::word(abi::QosClass::kNormal) | abi::kInfoAnswerDue}};
  for (unsigned i = 0; i < words_sent(round); ++i) due.add({kA0 + i, client.in(kA0 + i)});
  server.expect_results(due, After::kSavedZero);
}

void receive() {
  server.load(SystemCall::kEndpointReceive,
              {{kT0, endpoint.slot().index}, {kT1, in_milliseconds(10'000)}});
  server.make();
}

void load_answer(SystemCall by, rt::Slot invoked, unsigned round) {
  Sets inputs{{kT0, invoked.index}, {kA6, 0}, {kT1, shape(words_answered(round))}};
  if (by != SystemCall::kEndpointReplyReceive) {
    for (const unsigned x : {kT2, kT3, kT4}) inputs.add({x, 0});
    inputs.add({kT5, abi::kNoDeadline});
  }
  server.load(by, inputs);
  for (unsigned i = 0; i < kMostWords; ++i) answered[i] = server.in(kA0 + i);
}

// By a Reply object; then the server does not wait.
void answer_by(Reply kept, unsigned round) {
  server.load(SystemCall::kReplyKeep, {{kT0, kept.slot().index}});
  server.make();
  server.expect_results({});
  load_answer(SystemCall::kReplySend, kept.slot(), round);
  server.make();
  server.expect_results({});
}

void answer_all() {
  const auto kept = make<Reply>();
  receive();
  for (unsigned round = 0; round < kRounds; ++round) {
    expect_call(round);
    const bool is_last = round + 1 == kRounds;
    if (is_last || round / 3 % 3 == 2) {
      answer_by(kept, round);
      if (is_last) return;
      if (round % 2 == 0) settle();  // the next call comes first, and waits
      receive();
      continue;
    }
    load_answer(round / 3 % 3 == 0 ? SystemCall::kEndpointReplyReceive
                                   : SystemCall::kEndpointReplyReceiveWith,
                endpoint.slot(), round);
    server.make();
  }
}

void calls_and_answers() {
  make_port();
  const Worker caller = spawn(call_again_and_again);
  answer_all();
  caller.join();
}

// The client on another hart, if there is one.
void calls_and_answers_between_harts() {
  make_port();
  const Worker caller = prepare(call_again_and_again);
  OK(caller.thread().affinity(nth_hart(1)));
  start(caller);
  answer_all();
  caller.join();
}

// --- Long ones, by the calls that carry no capabilities
// -------------------------------------------------------------------------------

constexpr std::uint64_t kMyBuffer = kFree;
constexpr std::uint64_t kTheirBuffer = kFree + 16 * kPage;
constexpr unsigned kLongRounds = 8;
constexpr unsigned long_words(unsigned round) { return 8 + 16 * round; }
static_assert(long_words(kLongRounds - 1) == abi::kMessageWordsMax);
constexpr unsigned long_answer(unsigned round) { return long_words(kLongRounds - 1 - round); }

// What the whole buffer has of who called or answered in a round.
constexpr std::uint64_t calls_words(unsigned round) {
  return 0x10'0000 * (std::uint64_t{round} + 1);
}
constexpr std::uint64_t answers_words(unsigned round) { return 0x8000'0000 + calls_words(round); }
constexpr unsigned kBufferWords = kPage / sizeof(std::uint64_t);

void fill(std::uint64_t buffer, std::uint64_t first) {
  for (std::uint64_t i = 0; i < kBufferWords; ++i) word_at(buffer + 8 * i) = first + i;
}
// The words of a message beyond the registers are there, and beyond them what was there.
void expect_words(std::uint64_t buffer, unsigned words, std::uint64_t theirs, std::uint64_t own) {
  for (std::uint64_t i = 0; i < kBufferWords; ++i) {
    EXPECT(word_at(buffer + 8 * i) == (i + kMostWords < words ? theirs : own) + i);
  }
}

void call_long(std::uint64_t buffer) {
  for (unsigned round = 0; round < kLongRounds; ++round) {
    fill(buffer, calls_words(round));
    client.load(SystemCall::kEndpointCall,
                {{kT0, port.slot().index}, {kA6, tag(long_words(round))}});
    client.make();
    Sets due{{kT0, shape(long_answer(round))}};
    for (unsigned i = 0; i < kMostWords; ++i) due.add({kA0 + i, answered[i]});
    client.expect_results(due);
    expect_words(buffer, long_answer(round), answers_words(round), calls_words(round));
  }
}

void answer_long(unsigned round) {
  const bool is_last = round + 1 == kLongRounds;
  fill(kMyBuffer, answers_words(round));
  Sets inputs{{kT0, endpoint.slot().index}, {kA6, 0}, {kT1, shape(long_answer(round))}};
  if (is_last) {
    for (const unsigned x : {kT2, kT3, kT4}) inputs.add({x, 0});
    inputs.add({kT5, in_milliseconds(5)});
  }
  server.load(is_last ? SystemCall::kEndpointReplyReceiveWith : SystemCall::kEndpointReplyReceive,
              inputs);
  for (unsigned i = 0; i < kMostWords; ++i) answered[i] = server.in(kA0 + i);
  server.make();
}

void answer_all_long() {
  const auto page = make_vmo(1);
  map(page, kMyBuffer, kReadWrite);
  OK(rt::start::thread().buffer(page, 0));
  std::uint64_t own = 0x77'0000;
  fill(kMyBuffer, own);
  receive();
  for (unsigned round = 0; round < kLongRounds; ++round) {
    Sets due{{kT0, kBadge},
             {kT2, tag(long_words(round))},
             {kT3, abi::word(abi::QosClass::kNormal) | abi::kInfoAnswerDue}};
    for (unsigned i = 0; i < kMostWords; ++i) due.add({kA0 + i, client.in(kA0 + i)});
    server.expect_results(due, After::kSavedZero);
    expect_words(kMyBuffer, long_words(round), calls_words(round), own);
    answer_long(round);
    own = answers_words(round);
  }
  server.expect_results(
      {{kA6, abi::word(abi::kEtimedout)}, {kA7, abi::word(abi::detail(abi::Detail::kTimedOut, 0))}},
      After::kSavedZero);
}

void long_calls_and_answers() {
  make_port();
  const Worker caller = prepare(call_long, kTheirBuffer);
  start_with_buffer(caller, kTheirBuffer);
  answer_all_long();
  caller.join();
}

void long_calls_and_answers_between_harts() {
  make_port();
  const Worker caller = prepare(call_long, kTheirBuffer);
  OK(caller.thread().affinity(nth_hart(1)));
  start_with_buffer(caller, kTheirBuffer);
  answer_all_long();
  caller.join();
}

// --- Other messages
// -------------------------------------------------------------------------------

// A sender, who goes on when it is told to.
void send_each_length(std::uint64_t /*argument*/) {
  for (unsigned words = 0; words <= kMostWords; ++words) {
    for (int order = 0; order < 2; ++order) {
      OK(notification.wait(abi::kNoDeadline));
      Sets inputs{{kT0, port.slot().index}, {kA6, tag(words)}, {kT1, abi::kNoDeadline}};
      for (const unsigned x : {kT2, kT3, kT4}) inputs.add({x, 0});
      client.load(SystemCall::kEndpointSend, inputs);
      client.make();
      client.expect_results({});
    }
  }
}

void messages_that_need_no_answer() {
  make_port();
  notification = make<Notification>();
  const Worker sender = spawn(send_each_length);
  for (unsigned words = 0; words <= kMostWords; ++words) {
    for (const bool sender_first : {false, true}) {
      OK(notification.signal());
      if (sender_first) settle();
      receive();
      Sets due{{kT0, kBadge}, {kT2, tag(words)}, {kT3, abi::word(abi::QosClass::kNormal)}};
      for (unsigned i = 0; i < words; ++i) due.add({kA0 + i, client.in(kA0 + i)});
      server.expect_results(due, After::kSavedZero);
    }
  }
  sender.join();
}

// Of 120 words and a capability, there and back: the registers have the first six of them.
void a_long_message_with_a_capability() {
  constexpr unsigned kWords = abi::kMessageWordsMax;
  constexpr std::uint64_t kTheirs = kFree + 16 * kPage;
  make_port();
  const auto page = make_vmo(1);
  OK(rt::start::thread().buffer(page, 0));
  static constinit rt::Slot window;
  window = take_slots(2 * abi::kMessageCapabilities);
  OK(kernel::Self::window(window.index));
  notification = make<Notification>();
  const Worker caller = prepare([](std::uint64_t) {
    OK(kernel::Self::window(window.index + abi::kMessageCapabilities));
    client.load(SystemCall::kEndpointCallWith, {{kT0, port.slot().index},
                                                {kA6, tag(kWords, 1)},
                                                {kT1, abi::kNoDeadline},
                                                {kT2, notification.slot().index},
                                                {kT3, 0},
                                                {kT4, 0}});
    client.make();
    Sets due{{kT0, shape(kWords, 1)}};
    for (unsigned i = 0; i < kMostWords; ++i) due.add({kA0 + i, answered[i]});
    client.expect_results(due);
  });
  start_with_buffer(caller, kTheirs);
  receive();
  Sets due{{kT0, kBadge},
           {kT2, tag(kWords, 1)},
           {kT3, abi::word(abi::QosClass::kNormal) | abi::kInfoAnswerDue}};
  for (unsigned i = 0; i < kMostWords; ++i) due.add({kA0 + i, client.in(kA0 + i)});
  server.expect_results(due, After::kSavedZero);
  server.load(SystemCall::kEndpointReplyReceiveWith, {{kT0, endpoint.slot().index},
                                                      {kA6, 0},
                                                      {kT1, shape(kWords, 1)},
                                                      {kT2, notification.slot().index},
                                                      {kT3, 0},
                                                      {kT4, 0},
                                                      {kT5, in_milliseconds(5)}});
  for (unsigned i = 0; i < kMostWords; ++i) answered[i] = server.in(kA0 + i);
  server.make();
  server.expect_results(
      {{kA6, abi::word(abi::kEtimedout)}, {kA7, abi::word(abi::detail(abi::Detail::kTimedOut, 0))}},
      After::kSavedZero);
  caller.join();
}

// A server that forgets its caller, one that is cancelled while it waits, and its caller.
void waits_that_others_end() {
  make_port();
  const Worker caller = spawn([](std::uint64_t) {
    for (const auto& [status, detail] : {std::pair{abi::kEpipe, abi::Detail::kPeerDied},
                                         std::pair{abi::kEcanceled, abi::Detail::kCancelled}}) {
      client.load(SystemCall::kEndpointCall, {{kT0, port.slot().index}, {kA6, tag(6)}});
      client.make();
      client.expect_results({{kA6, abi::word(status)}, {kA7, abi::word(abi::detail(detail, 0))}});
    }
  });
  receive();
  server.load(SystemCall::kEndpointReceive, {{kT0, endpoint.slot().index}, {kT1, 0}});
  server.make();  // the first call is dropped; the second may have come by then
  server.expect_nothing_of_others();
  settle();
  if (server.out(kA6) != 0) receive();
  OK(caller.thread().suspend());
  OK(caller.thread().resume());
  caller.join();
}

}  // namespace

std::span<const Behaviour> secrets_messages_behaviours() {
  static constexpr Behaviour kAll[] = {
      {"secrets.calls_and_answers", calls_and_answers},
      {"secrets.calls_and_answers_between_harts", calls_and_answers_between_harts},
      {"secrets.long_calls_and_answers", long_calls_and_answers},
      {"secrets.long_calls_and_answers_between_harts", long_calls_and_answers_between_harts},
      {"secrets.messages_that_need_no_answer", messages_that_need_no_answer},
      {"secrets.a_long_message_with_a_capability", a_long_message_with_a_capability},
      {"secrets.waits_that_others_end", waits_that_others_end},
  };
  return kAll;
}

}  // namespace tessera::contract
