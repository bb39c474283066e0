// The generated server, against a kernel that is a function: what is executed, what is refused, and
// how.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <optional>

#include "gen/loopback.h"
#include "gen/probe_impl.h"
#include "gen/testdata/probe.h"
#include "gen/testdata/probe_client.h"
#include "gen/testdata/probe_server.h"

namespace tessera::gen {
namespace {

using probing::Probe;
using Words = std::array<std::uint64_t, 6>;

constexpr std::uint64_t kOneWord = 0x1;
constexpr std::uint64_t kBadValue = 2;   // ProbeStatus.badValue, as $answers says
constexpr std::uint64_t kMalformed = 3;  // ProbeStatus.malformed

class ServerTest : public ::testing::Test {
 protected:
  ServerTest() {
    kernel.server = [this](const rt::Registers& message) {
      return probing::ProbeServer<ProbeImpl>::dispatch(impl, rt::Slot{6}, message);
    };
    kernel.held[11] = {abi::ObjectType::kNotification, 0xff};
    kernel.held[12] = {abi::ObjectType::kEndpoint, 0xff};
  }

  std::optional<Answer> call(std::uint64_t tag, Words words = {}) {
    return kernel.deliver(kernel.message(tag, words, true));
  }
  std::optional<Answer> send(std::uint64_t tag, Words words = {}) {
    return kernel.deliver(kernel.message(tag, words, false));
  }
  void expect_refused(std::uint64_t tag, Words words, std::uint64_t status) {
    const std::optional<Answer> answer = call(tag, words);
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, status);
    EXPECT_EQ(answer->shape, rt::kRefusalShape);
    EXPECT_EQ(impl.executed, 0);
  }

  Loopback kernel;
  ProbeImpl impl;
};

TEST_F(ServerTest, ExecutesAndAnswers) {
  const auto answer = call(Probe::kFastTag, {40, 2});
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 0U);
  EXPECT_EQ(answer->shape, kOneWord);
  EXPECT_EQ(answer->words[0], 42U);
  EXPECT_EQ(impl.executed, 1);
}

TEST_F(ServerTest, TellsTheCallerAsTheKernelDoes) {
  kernel.badge = 0x8000000000000001;
  kernel.identity = 0xffffffffffffffff;
  kernel.qos = abi::QosClass::kPerfBurst;
  call(Probe::kFastTag, {1, 2});
  EXPECT_EQ(impl.caller.badge, 0x8000000000000001U);
  EXPECT_EQ(impl.caller.identity, 0xffffffffffffffffU);
  EXPECT_EQ(impl.caller.qos, abi::QosClass::kPerfBurst);
}

TEST_F(ServerTest, FailuresOfTheMethodAreStatuses) {
  EXPECT_EQ(call(Probe::kFastTag, {1, 13})->status, 1U);
  EXPECT_EQ(call(Probe::kFastTag, {1, 14})->status, abi::word(abi::kEbusy));
  EXPECT_EQ(call(Probe::kFastTag, {1, 15})->status, abi::word(abi::kEinval)) << "never 0";
}

TEST_F(ServerTest, EveryOtherTagIsMalformed) {
  for (int bit = 0; bit < 64; ++bit) {
    const std::uint64_t tag = Probe::kFastTag ^ (std::uint64_t{1} << bit);
    expect_refused(tag, {1, 2}, kMalformed);
  }
}

// What no method sees, the server does: who, what, and how it was answered.
TEST_F(ServerTest, IsToldWhatItsMethodsDoNotSee) {
  kernel.badge = 7;
  kernel.identity = 0x2000000009;
  call(Probe::kFastTag ^ 0x100U, {1, 2});  // no method
  call(Probe::kNoteTag, {5});              // a call of what has no answer
  call(Probe::kNarrowTag, {2});            // a bool that is none
  kernel.held.clear();
  call(Probe::kGiveTag, {1});  // capabilities that are none
  impl.free_reply = {};
  call(Probe::kSoonTag);  // nowhere to keep the reply right
  const std::vector<std::pair<std::uint64_t, rt::Error>> expected = {
      {Probe::kFastTag ^ 0x100U, {kMalformed, 0}},
      {Probe::kNoteTag, {kMalformed, 0}},
      {Probe::kNarrowTag, {kBadValue, 0}},
      {Probe::kGiveTag, {kMalformed, 0}},
      {Probe::kSoonTag, {abi::kEnomem, abi::detail(abi::Detail::kNoMemory, 0)}},
  };
  ASSERT_EQ(impl.refused.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(impl.refused[i].tag, expected[i].first) << i;
    EXPECT_EQ(impl.refused[i].why, expected[i].second) << i;
    EXPECT_EQ(impl.refused[i].caller.identity, 0x2000000009U);
    EXPECT_EQ(impl.refused[i].caller.badge, 7U);
  }
  EXPECT_EQ(impl.executed, 0);
}

TEST_F(ServerTest, IsNotToldWhatItsMethodsRefuse) {
  call(Probe::kFastTag, {1, 13});
  send(Probe::kFastTag ^ 0x100U);  // nobody waits for an answer
  EXPECT_TRUE(impl.refused.empty());
}

TEST_F(ServerTest, AMalformedMessageWithoutCallerIsDropped) {
  EXPECT_FALSE(send(Probe::kFastTag ^ 0x100U).has_value());
  EXPECT_EQ(kernel.receives(), 1);
}

TEST_F(ServerTest, ATwoWayMethodWithoutCallerIsNotExecuted) {
  EXPECT_FALSE(send(Probe::kFastTag, {1, 2}).has_value());
  EXPECT_FALSE(send(Probe::kSoonTag).has_value());
  EXPECT_EQ(impl.executed, 0);
}

TEST_F(ServerTest, AOneWayMethodIsExecutedAndNotAnswered) {
  EXPECT_FALSE(send(Probe::kNoteTag, {5}).has_value());
  EXPECT_EQ(impl.seen[0], 5U);
  EXPECT_EQ(kernel.receives(), 1);
}

TEST_F(ServerTest, AOneWayMethodWithCallerIsRefused) {
  expect_refused(Probe::kNoteTag, {5}, kMalformed);
}

TEST_F(ServerTest, AOneWayMethodWithABadValueIsDropped) {
  EXPECT_FALSE(send(Probe::kNoteTag, {0x80000000}).has_value()) << "not sign-extended";
  EXPECT_EQ(impl.executed, 0);
}

// Each narrow parameter: every bit above its type is looked at.
TEST_F(ServerTest, JunkInHighBitsIsABadValue) {
  const Words good = {1, 0xffffffffffffff80, 0xffffffffffff8000, 0xffffffff80000000, 0xff, 0xffff};
  ASSERT_EQ(call(Probe::kNarrowTag, good)->status, 0U);
  EXPECT_EQ(call(Probe::kNarrowTag, good)->words, good) << "extended again as it came";
  impl.executed = 0;
  const std::array<int, 6> widths = {1, 8, 16, 32, 8, 16};
  for (std::size_t word = 0; word < good.size(); ++word) {
    for (int bit = widths[word]; bit < 64; ++bit) {
      Words bad = good;
      bad[word] ^= std::uint64_t{1} << bit;
      SCOPED_TRACE(testing::Message() << "word " << word << " bit " << bit);
      expect_refused(Probe::kNarrowTag, bad, kBadValue);
    }
  }
}

TEST_F(ServerTest, ZeroExtendedNegativeUint32IsABadValue) {
  expect_refused(Probe::kFastTag, {0, 0x80000000}, kBadValue);
  EXPECT_EQ(call(Probe::kFastTag, {0, 0xffffffff80000000})->words[0], 0x80000000U);
}

TEST_F(ServerTest, RangesEnumsAndFlagsAreChecked) {
  const Words good = {64, 0xfffffffffffffff0, 2, 3};
  ASSERT_EQ(call(Probe::kRangedTag, good)->status, 0U);
  EXPECT_EQ(impl.seen, (std::vector<std::uint64_t>{64, 0xfffffff0, 3}));
  impl.executed = 0;
  for (const Words& bad :
       {Words{0, 5, 0, 0}, Words{65, 5, 0, 0}, Words{0x100000001, 5, 0, 0}, Words{1, 4, 0, 0},
        Words{1, 0xfffffffffffffff1, 0, 0}, Words{1, 0xfffffff0, 0, 0}, Words{1, 5, 3, 0},
        Words{1, 5, 1ULL << 32, 0}, Words{1, 5, 0, 4}, Words{1, 5, 0, 1ULL << 63}}) {
    expect_refused(Probe::kRangedTag, bad, kBadValue);
  }
}

TEST_F(ServerTest, WithoutErrorsOfItsOwnAServiceAnswersEinval) {
  struct Impl {
    rt::Result<std::int64_t> ask(const rt::Caller&, probing::Level) { return -1; }
  } plain;
  kernel.server = [&plain](const rt::Registers& message) {
    return probing::PlainServer<Impl>::dispatch(plain, rt::Slot{6}, message);
  };
  EXPECT_EQ(call(probing::Plain::kAskTag, {0})->words[0], ~std::uint64_t{0});
  EXPECT_EQ(call(probing::Plain::kAskTag, {9})->status, abi::word(abi::kEinval));
  EXPECT_EQ(call(Probe::kFastTag, {1, 2})->status, abi::word(abi::kEinval)) << "another interface";
}

// What was wrong and with which argument; a method's own failure is told as it gives it.
TEST_F(ServerTest, TheTransportsRefusalHasItsDetail) {
  struct Impl {
    rt::Result<std::int64_t> ask(const rt::Caller&, probing::Level) {
      return rt::failure(abi::kEbusy, abi::Detail::kBadState, 1);
    }
  } plain;
  kernel.server = [&plain](const rt::Registers& message) {
    return probing::PlainServer<Impl>::dispatch(plain, rt::Slot{6}, message);
  };
  using abi::Detail;
  const auto detail_of = [&](std::uint64_t tag, std::uint64_t word) {
    return call(tag, {word})->words[0];
  };
  EXPECT_EQ(detail_of(probing::Plain::kAskTag, 9), abi::detail(Detail::kBadEnum, 1));
  EXPECT_EQ(detail_of(probing::Plain::kAskTag, 0), abi::detail(Detail::kBadState, 1));
  for (const std::uint64_t bit : {1U, 1U << 6, 1U << 8, 1U << 16}) {  // words to interface
    EXPECT_EQ(detail_of(probing::Plain::kAskTag ^ bit, 0), abi::detail(Detail::kUnknownMethod, 0));
  }
  const probing::PlainClient client(rt::Slot{20});
  EXPECT_EQ(client.ask(static_cast<probing::Level>(9)).error(),
            (rt::Error{abi::kEinval, abi::detail(Detail::kBadEnum, 1)}));
  EXPECT_EQ(client.ask(probing::Level{}).error(),
            (rt::Error{abi::kEbusy, abi::detail(Detail::kBadState, 1)}));
}

TEST_F(ServerTest, ADeferredAnswerComesLater) {
  EXPECT_FALSE(call(Probe::kLaterTag, {9}).has_value());
  EXPECT_EQ(kernel.receives(), 1);
  EXPECT_TRUE(kernel.kept_answers().empty());
  auto completer = Probe::LaterCompleter::adopt(impl.kept);
  ASSERT_TRUE(completer.complete(probing::Level::kHigh, 1234).has_value());
  const Answer& answer = kernel.kept_answers().at(50);
  EXPECT_EQ(answer.status, 0U);
  EXPECT_EQ(answer.shape, 2U);
  EXPECT_EQ(answer.words, (Words{2, 1234, 0, 0, 0, 0}));
  EXPECT_EQ(answer.capabilities, (std::array<std::uint64_t, 3>{}));
}

TEST_F(ServerTest, ADroppedCompleterAnswersEpipe) {
  call(Probe::kLaterTag, {0});
  EXPECT_EQ(kernel.kept_answers().at(50).status, abi::word(abi::kEpipe));
}

TEST_F(ServerTest, AMovedCompleterAnswersOnce) {
  call(Probe::kLaterTag, {9});
  {
    auto first = Probe::LaterCompleter::adopt(impl.kept);
    const auto second = std::move(first);
    EXPECT_TRUE(kernel.kept_answers().empty());
  }
  EXPECT_EQ(kernel.kept_answers().at(50).status, abi::word(abi::kEpipe));
  std::size_t sends = 0;
  for (const rt::Registers& each : kernel.calls()) {
    sends += each.a7 == abi::word(abi::SystemCall::kReplySend) ? 1 : 0;
  }
  EXPECT_EQ(sends, 1U);
}

TEST_F(ServerTest, ACompleterCanFailWithTheServicesError) {
  call(Probe::kLaterTag, {1});
  EXPECT_EQ(kernel.kept_answers().at(50).status, 1U);
}

TEST_F(ServerTest, WithoutRoomForTheReplyRightTheCallIsRefused) {
  impl.free_reply = rt::Slot{};
  expect_refused(Probe::kSoonTag, {}, abi::word(abi::kEnomem));
  impl.free_reply = rt::Slot{50};
  kernel.keep_status = abi::word(abi::kEbusy);
  expect_refused(Probe::kSoonTag, {}, abi::word(abi::kEbusy));
}

TEST_F(ServerTest, CapabilitiesArriveInTheWindow) {
  EXPECT_EQ(call(Probe::kGiveTag, {77})->status, 0U);
  EXPECT_EQ(impl.seen, (std::vector<std::uint64_t>{11, 77, 12}));
  // Received::keep moved it: CNode.move(to 60, from own CSpace, source 11).
  const rt::Registers& move = kernel.calls().at(2);  // after two look-ups
  EXPECT_EQ(move.a7, abi::word(abi::SystemCall::kCNodeMove));
  EXPECT_EQ(move.t0, 1U);
  EXPECT_EQ(move.a0, 60U);
  EXPECT_EQ(move.a1, 1U);
  EXPECT_EQ(move.a2, 11U);
}

TEST_F(ServerTest, ACapabilityOfAnotherTypeOrWithoutTheRightIsMalformed) {
  EXPECT_EQ(call(Probe::kGiveTag, {77})->status, 0U);
  impl.executed = 0;
  kernel.held[11] = {abi::ObjectType::kEndpoint, 0xff};
  expect_refused(Probe::kGiveTag, {77}, kMalformed);
  kernel.held[11] = {abi::ObjectType::kNotification, 0xfe};  // all but signal
  expect_refused(Probe::kGiveTag, {77}, kMalformed);
}

TEST_F(ServerTest, CapabilitiesLeaveWithTheAnswer) {
  const auto answer = call(Probe::kTakeTag, {0xfedcba98});
  EXPECT_EQ(answer->shape, 0x41U);
  EXPECT_EQ(answer->capabilities, (std::array<std::uint64_t, 3>{70, 0, 0}));
  EXPECT_EQ(answer->words[0], 0xfffffffffedcba98U);
  EXPECT_EQ(call(Probe::kTakeOneTag)->capabilities[0], 71U);
}

TEST_F(ServerTest, SignalsReachTheImplementation) {
  EXPECT_FALSE(send(0, {0x11}).has_value());
  EXPECT_EQ(impl.signalled, 0x11U);
  EXPECT_EQ(kernel.receives(), 1);
}

// A call that failed must not look like a signal.
TEST_F(ServerTest, AFailedReceiveIsTriedAgain) {
  rt::Registers failed{};
  failed.a0 = 0xff;
  failed.a6 = abi::word(abi::kEcanceled);
  kernel.deliver(failed);
  EXPECT_EQ(impl.signalled, 0U);
  EXPECT_EQ(kernel.receives(), 1);
  EXPECT_EQ(kernel.calls().size(), 1U);
}

TEST_F(ServerTest, WithoutItsEndpointTheTaskEnds) {
  rt::Registers failed{};
  failed.a6 = abi::word(abi::kEbadf);
  failed.a7 = abi::detail(abi::Detail::kBadCap, 0);
  kernel.deliver(failed);
  EXPECT_EQ(kernel.calls().at(0).a7, abi::word(abi::SystemCall::kSelfExit));
  EXPECT_EQ(kernel.calls().at(0).a0, abi::word(abi::kEbadf));
}

TEST_F(ServerTest, ABadSlotInAnAnswerDoesNotEndTheTask) {
  rt::Registers failed{};
  failed.a6 = abi::word(abi::kEbadf);
  failed.a7 = abi::detail(abi::Detail::kBadCap, 9);
  kernel.deliver(failed);
  EXPECT_EQ(kernel.calls().at(0).a7, abi::word(abi::SystemCall::kEndpointReceive));
}

}  // namespace
}  // namespace tessera::gen
