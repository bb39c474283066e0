// The generated client, through the loopback to the generated server, and against servers that lie.
#include <gtest/gtest.h>

#include <cstdint>

#include "gen/loopback.h"
#include "gen/probe_impl.h"
#include "gen/testdata/probe.h"
#include "gen/testdata/probe_client.h"
#include "gen/testdata/probe_server.h"
#include "idl/kernel/notification.h"

namespace tessera::gen {
namespace {

class ClientTest : public ::testing::Test {
 protected:
  ClientTest() {
    kernel.server = [this](const rt::Registers& message) {
      return probing::ProbeServer<ProbeImpl>::dispatch(impl, rt::Slot{6}, message);
    };
    kernel.held[11] = {abi::ObjectType::kNotification, 0xff};
    kernel.held[12] = {abi::ObjectType::kEndpoint, 0xff};
  }

  Loopback kernel;
  ProbeImpl impl;
  const probing::ProbeClient client{rt::Slot{20}};
};

// A server that answers every call with these registers.
class LyingTest : public ::testing::Test {
 protected:
  LyingTest() {
    rt::host::syscall = [](rt::Registers& registers) { registers = answer; };
    answer = {};
  }
  ~LyingTest() override { rt::host::syscall = nullptr; }

  static inline rt::Registers answer;
  const probing::ProbeClient client{rt::Slot{20}};
};

TEST_F(ClientTest, ValuesComeBack) {
  EXPECT_EQ(client.fast(40, 2), 42U);
  EXPECT_EQ(client.fast(1, 0xffffffff), 0x100000000U);
  EXPECT_EQ(client.delete_(1, 2, 3), 6U);
  const auto narrow = client.narrow(true, -128, -32768, -2147483647 - 1, 255, 65535);
  ASSERT_TRUE(narrow.has_value());
  EXPECT_TRUE(narrow->flag);
  EXPECT_EQ(narrow->tiny, -128);
  EXPECT_EQ(narrow->small, -32768);
  EXPECT_EQ(narrow->large, -2147483647 - 1);
  EXPECT_EQ(narrow->byte, 255);
  EXPECT_EQ(narrow->half, 65535);
  EXPECT_EQ(
      client.ranged(1, 5, probing::Level::kHigh, probing::Option::kLoud | probing::Option::kSlow),
      probing::Level::kHigh);
}

TEST_F(ClientTest, OnlyWhatTheCallTakesIsSet) {
  EXPECT_TRUE(client.fast(40, 2).has_value());
  const rt::Registers& call = kernel.calls().at(0);
  EXPECT_EQ(call.a7, abi::word(abi::SystemCall::kEndpointCall));
  EXPECT_EQ(call.t0, 20U);
  EXPECT_EQ(call.a6, 0x7ffe0002U);
  EXPECT_EQ(call.a0, 40U);
  EXPECT_EQ(call.a1, 2U);
  EXPECT_EQ(call.a2, rt::host::kJunk);
  EXPECT_EQ(call.t1, rt::host::kJunk);
}

TEST_F(ClientTest, TheServicesErrorsAreValues) {
  const auto refused = client.fast(1, 13);
  ASSERT_FALSE(refused.has_value());
  EXPECT_TRUE(refused.error() == probing::ProbeStatus::kRefused);
  EXPECT_FALSE(refused.error() == probing::ProbeStatus::kMalformed);
  EXPECT_EQ(client.fast(1, 14).error().status, abi::kEbusy);
}

TEST_F(ClientTest, ADeadServerIsAValue) {
  kernel.server = [](const rt::Registers&) { return rt::Registers{}; };  // never answers
  EXPECT_EQ(client.fast(1, 2).error().status, abi::kEpipe);
}

TEST_F(ClientTest, ADeadlineGoesWithTheCall) {
  EXPECT_EQ(client.fast_until(1000, 40, 2), 42U);
  const rt::Registers& call = kernel.calls().at(0);
  EXPECT_EQ(call.a7, abi::word(abi::SystemCall::kEndpointCallWith));
  EXPECT_EQ(call.t1, 1000U);
  EXPECT_EQ(call.t2, 0U) << "no capability";
  EXPECT_EQ(call.t3, 0U);
  EXPECT_EQ(call.t4, 0U);
}

TEST_F(ClientTest, CapabilitiesGoInOrder) {
  EXPECT_TRUE(client.give(kernel::Notification(rt::Slot{30}), 7, kernel::Endpoint(rt::Slot{31}))
                  .has_value());
  const rt::Registers& call = kernel.calls().at(0);
  EXPECT_EQ(call.t1, abi::kNoDeadline);
  EXPECT_EQ(call.t2, 30U);
  EXPECT_EQ(call.t3, 31U);
  EXPECT_EQ(call.t4, 0U);
  EXPECT_EQ(call.a0, 7U);
  EXPECT_EQ(call.a6 & 0xff, 0x81U);
}

TEST_F(ClientTest, CapabilitiesComeInTheWindow) {
  const auto taken = client.take(3);
  ASSERT_TRUE(taken.has_value());
  EXPECT_EQ(taken->who.slot(), rt::Slot{11});
  EXPECT_EQ(taken->count, 3U);
  EXPECT_EQ(client.take_one()->handle().slot(), rt::Slot{11});
}

TEST_F(ClientTest, AOneWayMessageIsSent) {
  EXPECT_TRUE(client.note(5).has_value());
  EXPECT_EQ(kernel.calls().at(0).a7, abi::word(abi::SystemCall::kEndpointSend));
  EXPECT_EQ(impl.executed, 1);
}

TEST_F(LyingTest, AnEnumerantThatIsNone) {
  answer.a0 = 3;
  EXPECT_EQ(client.ranged(1, 5, probing::Level::kLow, probing::Option::kLoud).error(),
            (rt::Error{abi::kEinval, abi::detail(abi::Detail::kBadEnum, 1)}));
}

TEST_F(LyingTest, ANumberBeyondItsType) {
  answer.a4 = 256;
  EXPECT_EQ(client.narrow(false, 0, 0, 0, 0, 0).error(),
            (rt::Error{abi::kEinval, abi::detail(abi::Detail::kBadRange, 5)}));
  answer.a4 = 255;
  EXPECT_TRUE(client.narrow(false, 0, 0, 0, 0, 0).has_value());
}

TEST_F(LyingTest, AnAnswerWithoutItsCapability) {
  answer.t0 = 0x01;  // one word, no capability
  EXPECT_EQ(client.take(1).error(),
            (rt::Error{abi::kEinval, abi::detail(abi::Detail::kBadLength, 0)}));
}

}  // namespace
}  // namespace tessera::gen
