// Methods with options, capabilities that are minted, moved and lent, and services that extend
// others: from the generated client through the loopback to the generated server.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gen/loopback.h"
#include "gen/testdata/bounded.h"
#include "gen/testdata/bounded_client.h"
#include "gen/testdata/bounded_server.h"

namespace tessera::gen {
namespace {

constexpr std::uint64_t kMalformed = 3;  // BoundedStatus.malformed, as $answers says

// --- Options ---

struct OptionsImpl {
  int executed = 0;
  rt::Result<std::uint64_t> quick(const rt::Caller&, std::uint64_t a) { return a; }
  rt::Result<bounding::Grade> patient(const rt::Caller&, bounding::Grade grade) {
    if (grade == bounding::Grade::kHigh) return rt::failure(bounding::OtherStatus::kOther);
    return grade;
  }
  void told(const rt::Caller&, std::uint32_t) { ++executed; }
  rt::Result<void> old(const rt::Caller&, std::string_view) { return {}; }
  rt::Result<bounding::Grade> named(const rt::Caller&, std::string_view,
                                    rt::Received<kernel::Notification>) {
    ++executed;
    return bounding::Grade::kMiddle;
  }
  rt::Result<void> enter(const rt::Caller&, const bounding::Login&) { return {}; }
};

class OptionsTest : public ::testing::Test {
 protected:
  OptionsTest() {
    kernel.server = [this](const rt::Registers& message) {
      return bounding::OptionsServer<OptionsImpl>::dispatch(impl, rt::Slot{6}, message);
    };
  }

  Loopback kernel;
  OptionsImpl impl;
  const bounding::OptionsClient client{rt::Slot{20}};
};

TEST_F(OptionsTest, ARemovedMethodIsUnknownAndItsNumberIsNotGivenAgain) {
  EXPECT_EQ(bounding::Options::kPatientTag, 0x7fee0201U);
  const auto answer = kernel.deliver(kernel.message(0x7fee0100, {}, true));
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, kMalformed);
}

// The loopback's clock stands at 0.
TEST_F(OptionsTest, ADeadlineOfTheMethodGoesWithEachCall) {
  EXPECT_EQ(client.patient(bounding::Grade::kLow), bounding::Grade::kLow);
  EXPECT_EQ(kernel.calls().at(0).a7, abi::word(abi::SystemCall::kSelfNow));
  EXPECT_EQ(kernel.calls().at(1).a7, abi::word(abi::SystemCall::kEndpointCallWith));
  EXPECT_EQ(kernel.calls().at(1).t1, 5'000'000U);
}

TEST_F(OptionsTest, AMethodsOwnErrorsAreNotMixedWithTheInterfaces) {
  EXPECT_TRUE(client.patient(bounding::Grade::kHigh).error() == bounding::OtherStatus::kOther);
  const auto answer = kernel.deliver(kernel.message(bounding::Options::kPatientTag, {9}, true));
  EXPECT_EQ(answer->status, abi::word(abi::kEinval)) << "2 would be one of OtherStatus";
}

// 3 is BoundedStatus.malformed, which the client of such a method would not know.
TEST_F(OptionsTest, AMalformedMessageOfAMethodWithItsOwnErrorsIsTheTransports) {
  const auto status = [this](std::uint64_t tag) {
    return kernel.deliver(kernel.message(tag, {}, true))->status;
  };
  const std::uint64_t another_length = bounding::Options::kPatientTag + 1;
  const std::uint64_t a_capability = bounding::Options::kPatientTag + 0x40;
  const std::uint64_t no_capability = bounding::Options::kNamedTag - 0x40;
  for (const std::uint64_t tag : {another_length, a_capability, no_capability}) {
    EXPECT_EQ(status(tag), abi::word(abi::kEinval)) << tag;
  }
  EXPECT_EQ(status(bounding::Options::kQuickTag + 1), kMalformed) << "the interface's";
  EXPECT_EQ(status(0x7feeff00), kMalformed) << "no method";
  EXPECT_EQ(impl.executed, 0);
}

TEST_F(OptionsTest, AnEventDoesNotWait) {
  EXPECT_TRUE(client.told(7).has_value());
  EXPECT_EQ(kernel.calls().at(0).a7, abi::word(abi::SystemCall::kEndpointSend));
  EXPECT_EQ(kernel.calls().at(0).t1, 0U) << "a deadline that has passed";
  EXPECT_EQ(impl.executed, 1);
}

// --- How capabilities are given ---

struct GivingImpl {
  bool fails = false;
  rt::Result<std::uint64_t> lend(const rt::Caller&, rt::Lent<kernel::Vmo>, std::uint32_t count) {
    if (fails) return rt::failure(abi::kEbusy, abi::Detail::kBadState);
    return count;
  }
  rt::Result<void> mint(const rt::Caller&, rt::Received<kernel::Notification>,
                        rt::Received<kernel::Vmo>) {
    return {};
  }
  rt::Result<void> move(const rt::Caller&, rt::Received<kernel::Notification>) {
    if (fails) return rt::failure(abi::kEbusy, abi::Detail::kBadState);
    return {};
  }
};

class GivingTest : public ::testing::Test {
 protected:
  GivingTest() {
    kernel.server = [this](const rt::Registers& message) {
      return bounding::GivingServer<GivingImpl>::dispatch(impl, rt::Slot{6}, message);
    };
    kernel.held[11] = {abi::ObjectType::kNotification, 0xff};
    kernel.held[12] = {abi::ObjectType::kVmo, 0xff};
  }
  // The client's calls on its own CSpace and the message, in order: "mint 80 from 30 rights 1".
  std::vector<std::string> made() const {
    std::vector<std::string> result;
    for (const rt::Registers& each : kernel.calls()) {
      switch (static_cast<abi::SystemCall>(each.a7)) {
        case abi::SystemCall::kCNodeMint:
          result.push_back("mint " + std::to_string(each.a0) + " from " + std::to_string(each.a2) +
                           " rights " + std::to_string(each.a3));
          break;
        case abi::SystemCall::kCNodeRevoke:
          result.push_back("revoke " + std::to_string(each.a0));
          break;
        case abi::SystemCall::kCNodeDelete:
          result.push_back("delete " + std::to_string(each.a0));
          break;
        case abi::SystemCall::kEndpointCallWith:
          result.push_back("call " + std::to_string(each.t2) + " " + std::to_string(each.t3));
          break;
        default:
          break;
      }
    }
    return result;
  }

  Loopback kernel;
  GivingImpl impl;
  const bounding::GivingClient client{rt::Slot{20}};
  const kernel::Vmo vmo{rt::Slot{31}};
  const kernel::Notification bell{rt::Slot{30}};
};

using Made = std::vector<std::string>;

TEST_F(GivingTest, WhatIsLentIsTakenBack) {
  kernel.held[11] = {abi::ObjectType::kVmo, 0xff};
  EXPECT_EQ(client.lend(rt::Slot{80}, vmo, 5), 5U);
  const Made expected = {"mint 80 from 31 rights 27", "call 80 0", "revoke 80", "delete 80"};
  EXPECT_EQ(made(), expected);
  impl.fails = true;
  EXPECT_FALSE(client.lend(rt::Slot{80}, vmo, 5));
  EXPECT_EQ(made().size(), 8U) << "after a failure too";
}

TEST_F(GivingTest, MintedWithTheRightsAlone) {
  EXPECT_TRUE(client.mint(rt::Slot{80}, bell, vmo).has_value());
  EXPECT_EQ(made(), (Made{"mint 80 from 30 rights 1", "mint 81 from 31 rights 24", "call 80 81",
                          "delete 80", "delete 81"}));
}

TEST_F(GivingTest, AnAbsentOneIsNotMinted) {
  EXPECT_TRUE(client.mint(rt::Slot{80}, bell, {}).has_value());
  EXPECT_EQ(made(), (Made{"mint 80 from 30 rights 1", "call 80 0", "delete 80"}));
}

TEST_F(GivingTest, MovedWhenTheCallHasSucceeded) {
  EXPECT_TRUE(client.move(bell).has_value());
  EXPECT_EQ(made(), (Made{"call 30 0", "delete 30"}));
  impl.fails = true;
  EXPECT_FALSE(client.move(bell).has_value());
  EXPECT_EQ(made(), (Made{"call 30 0", "delete 30", "call 30 0"}));
}

// --- Inheritance ---

struct MoreImpl : OptionsImpl {
  rt::Result<std::uint64_t> twice(const rt::Caller&, std::uint64_t a) { return 2 * a; }
};

TEST(InheritanceTest, AServiceAnswersTheMessagesOfTheOneThatItExtends) {
  Loopback kernel;
  MoreImpl impl;
  kernel.server = [&impl](const rt::Registers& message) {
    return bounding::MoreServer<MoreImpl>::dispatch(impl, rt::Slot{6}, message);
  };
  const bounding::MoreClient more{rt::Slot{20}};
  const bounding::OptionsClient& less = more;
  EXPECT_EQ(more.twice(21), 42U);
  EXPECT_EQ(kernel.calls().at(0).a6, 0x7fed0001U);
  EXPECT_EQ(kernel.calls().at(0).t0, 20U);
  EXPECT_EQ(less.quick(21), 21U);
  EXPECT_EQ(kernel.calls().at(2).a6, 0x7fee0001U) << "by the number of the one that has it";
  EXPECT_EQ(kernel.calls().at(2).t0, 20U);
  // Each interface's own answers.
  EXPECT_EQ(kernel.deliver(kernel.message(bounding::Options::kToldTag, {1}, true))->status,
            kMalformed);
  EXPECT_EQ(kernel.deliver(kernel.message(0x7fed0901, {1}, true))->status, abi::word(abi::kEinval));
  EXPECT_EQ(kernel.deliver(kernel.message(0x7fee0901, {1}, true))->status, kMalformed);
  EXPECT_EQ(kernel.deliver(kernel.message(bounding::Options::kQuickTag + 1, {}, true))->status,
            kMalformed);
}

}  // namespace
}  // namespace tessera::gen
