// The round trips of every service: a message goes to a relay (X_relay.h), which is the generated
// server, and behind it the generated client, which calls on. What happens to that call is what the
// relay answers; and the words of a million random messages and answers come out as they went in.
//
// SEED and STEPS of the environment (--test_env=STEPS=100000000) choose another run.
// X_round_trip_test.cc instantiates them, with a Relay, a Fake and kRules for each service.
#ifndef GEN_ROUND_TRIP_H_
#define GEN_ROUND_TRIP_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "gen/loopback.h"
#include "gen/message_rules.h"
#include "gen/random_message.h"
#include "idl/abi.h"
#include "idl/system_call.h"
#include "idl/wire.h"
#include "servers/runtime/ipc.h"

namespace tessera::gen {

// Of the environment.
inline std::uint64_t number_from(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 0);
}

// Messages of a service's, its methods in turn.
inline constexpr std::uint64_t kRandomMessages = 1'000'000;

template <class Service>
class RoundTripTest : public ::testing::Test {
 protected:
  static constexpr std::uint64_t kDeadline = 1000;

  // A good message to the relay. What it answered, also by a kept reply.
  std::optional<Answer> send(const MethodRules& method) {
    return send(method, method.tag, method.good());
  }
  std::optional<Answer> send(const MethodRules& method, std::uint64_t tag, const AllWords& words) {
    hold(method.capabilities);
    std::copy(words.begin() + abi::kMessageRegisters, words.end(), kernel.server_buffer.begin());
    relay.error = {};
    return kernel.deliver(kernel.message(tag, first_of(words), !method.one_way), std::ref(relay));
  }
  static std::array<std::uint64_t, abi::kMessageRegisters> first_of(const AllWords& words) {
    std::array<std::uint64_t, abi::kMessageRegisters> first{};
    std::copy_n(words.begin(), first.size(), first.begin());
    return first;
  }
  // What arrives at the window's slots.
  void hold(std::span<const Capability> capabilities) {
    kernel.held.clear();
    std::uint32_t index = 0;
    for (const Capability& each : capabilities) {
      kernel.held[rt::window_slot(index++).index] = {each.type, each.rights};
    }
  }
  // That the client has told it, and that it was answered on.
  void expect_told(const MethodRules& method, const rt::Error& why) {
    SCOPED_TRACE(std::string(method.name) + ": status " + std::to_string(why.status));
    const auto answer = send(method);
    EXPECT_EQ(relay.error.status, why.status);
    EXPECT_EQ(relay.error.detail, why.detail);
    ASSERT_EQ(answer.has_value(), !method.one_way);
    if (!answer) return;
    EXPECT_EQ(answer->status, abi::word(why.status));
    EXPECT_EQ(answer->shape, rt::kRefusalShape);
    EXPECT_EQ(answer->words[0], why.detail);
  }
  // By the plain stub and by the one with a deadline.
  void expect_told_by_both(const MethodRules& method, const rt::Error& why) {
    relay.deadline = abi::kNoDeadline;
    expect_told(method, why);
    relay.deadline = kDeadline;
    expect_told(method, why);
  }

  // All words of a message or an answer that counts `count`.
  static AllWords words_of(const std::array<std::uint64_t, abi::kMessageRegisters>& first,
                           const volatile std::uint64_t* beyond, unsigned count) {
    AllWords words{};
    std::copy_n(first.begin(), std::min<std::size_t>(count, first.size()), words.begin());
    for (unsigned i = abi::kMessageRegisters; i < count; ++i) {
      words.at(i) = beyond[i - abi::kMessageRegisters];
    }
    return words;
  }
  // So many words, and all capabilities but, at times, the one that may be absent.
  std::uint64_t random_shape(unsigned words, std::span<const Capability> capabilities) {
    const bool absent = !capabilities.empty() && capabilities.back().optional && random.coin();
    return (capabilities.size() - (absent ? 1 : 0)) << abi::kTagCapabilitiesShift |
           abi::message_code(words);
  }
  // One message of the method's, and one answer to it.
  void expect_same(const MethodRules& method) {
    AllWords asked;
    AllWords answered;
    const unsigned words = random.fill(asked, method.values, method.least_words);
    const unsigned answer_words =
        random.fill(answered, method.answer.values, method.answer.least_words);
    constexpr std::uint64_t kShape = (std::uint64_t{1} << abi::kTagMethodShift) - 1;
    const std::uint64_t tag = (method.tag & ~kShape) | random_shape(words, method.capabilities);
    Answer answer{.shape = random_shape(answer_words, method.answer.capabilities),
                  .words = first_of(answered)};
    std::copy(answered.begin() + abi::kMessageRegisters, answered.end(), answer.beyond.begin());

    int calls = 0;
    kernel.server = [&](const rt::Registers& in) {
      ++calls;
      EXPECT_EQ(in.t2, tag);
      EXPECT_EQ(words_of({in.a0, in.a1, in.a2, in.a3, in.a4, in.a5}, rt::host::buffer,
                         abi::message_words(tag & abi::kTagWordsMask)),
                asked);
      hold(method.answer.capabilities);
      kernel.answer(answer);
      return rt::Registers{};
    };
    const auto back = send(method, tag, asked);
    EXPECT_EQ(calls, 1);
    EXPECT_EQ(relay.error, rt::Error{});
    ASSERT_EQ(back.has_value(), !method.one_way);
    if (!back) return;
    EXPECT_EQ(back->status, 0U);
    EXPECT_EQ(back->shape, answer.shape);
    EXPECT_EQ(words_of(back->words, back->beyond.data(),
                       abi::message_words(answer.shape & abi::kTagWordsMask)),
              answered);
    for (std::uint32_t i = 0; i < rt::capabilities(answer.shape); ++i) {
      EXPECT_EQ(back->capabilities.at(i), rt::window_slot(i).index);
    }
  }

  Loopback kernel;
  typename Service::Relay relay;
  RandomMessage random{number_from("SEED", 1)};
};

TYPED_TEST_SUITE_P(RoundTripTest);

// Of calls and of one-way messages: nothing at the slot, no right to send, nobody there any more.
TYPED_TEST_P(RoundTripTest, TheTransportsRefusalIsAValue) {
  for (const MethodRules& method : TypeParam::kRules.methods) {
    for (const rt::Error& why :
         {rt::Error{abi::kEbadf, abi::detail(abi::Detail::kBadCap, 0)},
          rt::Error{abi::kEperm, abi::detail(abi::Detail::kBadRights, 0)}, kPeerDied, kTimedOut}) {
      this->kernel.failure = why;
      this->expect_told_by_both(method, why);
    }
  }
}

// It took the message and died over it.
TYPED_TEST_P(RoundTripTest, AServerThatDiesIsAValue) {
  this->kernel.server = [](const rt::Registers&) { return rt::Registers{}; };
  for (const MethodRules& method : TypeParam::kRules.methods) {
    if (method.one_way) continue;
    this->expect_told(method, method.deadline == 0 ? kPeerDied : kTimedOut);
  }
}

TYPED_TEST_P(RoundTripTest, ATimeoutIsAValue) {
  this->kernel.server = [](const rt::Registers&) { return rt::Registers{}; };
  this->relay.deadline = this->kDeadline;
  for (const MethodRules& method : TypeParam::kRules.methods) {
    if (method.one_way) continue;
    this->expect_told(method, kTimedOut);
    const auto& calls = this->kernel.calls();
    EXPECT_TRUE(std::ranges::any_of(calls, [&](const rt::Registers& each) {
      return each.a7 == abi::word(abi::SystemCall::kEndpointCallWith) && each.t1 == this->kDeadline;
    })) << method.name;
  }
}

// The service's own errors are positive, its words on the transport negative. A hand-written server
// may say no detail.
TYPED_TEST_P(RoundTripTest, TheServersRefusalIsAValue) {
  for (const std::int32_t status : {1, 2, abi::kEinval, abi::kEbusy}) {
    this->kernel.server = [&](const rt::Registers&) {
      this->kernel.answer({.status = abi::word(status)});
      return rt::Registers{};
    };
    for (const MethodRules& method : TypeParam::kRules.methods) {
      if (!method.one_way) this->expect_told_by_both(method, {.status = status, .detail = 0});
    }
  }
}

// What was wrong, and with which argument, is the answer's first word.
TYPED_TEST_P(RoundTripTest, TheServersDetailIsAValue) {
  const rt::Error why{abi::kEinval, abi::detail(abi::Detail::kBadRange, 3)};
  this->kernel.server = [&](const rt::Registers&) {
    this->kernel.answer(
        {.status = abi::word(why.status), .shape = rt::kRefusalShape, .words = {why.detail}});
    return rt::Registers{};
  };
  for (const MethodRules& method : TypeParam::kRules.methods) {
    if (!method.one_way) this->expect_told_by_both(method, why);
  }
}

// The stand-in keeps the reply and drops its completer.
TYPED_TEST_P(RoundTripTest, ADroppedCompleterIsAValue) {
  typename TypeParam::Fake fake;
  this->kernel.server = std::ref(fake);
  for (const MethodRules& method : TypeParam::kRules.methods) {
    if (!method.deferred) continue;
    this->expect_told_by_both(method, kPeerDied);
    EXPECT_EQ(fake.executed, 2) << method.name;
    fake.executed = 0;
  }
}

TYPED_TEST_P(RoundTripTest, RandomMessagesComeOutAsTheyWentIn) {
  const auto& methods = TypeParam::kRules.methods;
  if (methods.empty()) return;
  const std::uint64_t steps = number_from("STEPS", kRandomMessages);
  for (std::uint64_t step = 0; step < steps; ++step) {
    const MethodRules& method = methods[step % methods.size()];
    this->expect_same(method);
    ASSERT_FALSE(this->HasFailure()) << method.name << ", step " << step;
    this->kernel.forget();
  }
}

REGISTER_TYPED_TEST_SUITE_P(RoundTripTest, RandomMessagesComeOutAsTheyWentIn,
                            TheTransportsRefusalIsAValue, AServerThatDiesIsAValue, ATimeoutIsAValue,
                            TheServersRefusalIsAValue, TheServersDetailIsAValue,
                            ADroppedCompleterIsAValue);

}  // namespace tessera::gen

#endif  // GEN_ROUND_TRIP_H_
