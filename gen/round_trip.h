// The round trips of every service: a message goes to a relay (X_relay.h), which is the generated
// server, and behind it the generated client, which calls on. What happens to that call is what the
// relay answers.
//
// X_round_trip_test.cc instantiates them, with a Relay, a Fake and kRules for each service.
#ifndef GEN_ROUND_TRIP_H_
#define GEN_ROUND_TRIP_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "gen/loopback.h"
#include "gen/message_rules.h"
#include "idl/abi.h"
#include "idl/wire.h"
#include "servers/runtime/ipc.h"

namespace tessera::gen {

template <class Service>
class RoundTripTest : public ::testing::Test {
 protected:
  static constexpr std::uint64_t kDeadline = 1000;

  // A good message to the relay. What it answered, also by a kept reply.
  std::optional<Answer> send(const MethodRules& method) {
    hold(method.capabilities);
    const AllWords words = method.good();
    std::array<std::uint64_t, abi::kMessageRegisters> first{};
    std::copy_n(words.begin(), first.size(), first.begin());
    std::copy(words.begin() + first.size(), words.end(), kernel.server_buffer.begin());
    relay.error = {};
    return kernel.deliver(kernel.message(method.tag, first, !method.one_way), std::ref(relay));
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
    EXPECT_EQ(answer->shape, 0U) << "a status alone";
  }
  // By the plain stub and by the one with a deadline.
  void expect_told_by_both(const MethodRules& method, const rt::Error& why) {
    relay.deadline = abi::kNoDeadline;
    expect_told(method, why);
    relay.deadline = kDeadline;
    expect_told(method, why);
  }

  Loopback kernel;
  typename Service::Relay relay;
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

// The service's own errors are positive, its words on the transport negative; both have no detail.
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

// The stand-in keeps the reply and drops its completer.
TYPED_TEST_P(RoundTripTest, ADroppedCompleterIsAValue) {
  typename TypeParam::Fake fake;
  this->kernel.server = std::ref(fake);
  for (const MethodRules& method : TypeParam::kRules.methods) {
    if (!method.deferred) continue;
    this->expect_told_by_both(method, {.status = abi::kEpipe, .detail = 0});
    EXPECT_EQ(fake.executed, 2) << method.name;
    fake.executed = 0;
  }
}

REGISTER_TYPED_TEST_SUITE_P(RoundTripTest, TheTransportsRefusalIsAValue, AServerThatDiesIsAValue,
                            ATimeoutIsAValue, TheServersRefusalIsAValue, ADroppedCompleterIsAValue);

}  // namespace tessera::gen

#endif  // GEN_ROUND_TRIP_H_
