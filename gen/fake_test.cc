// The stand-in that kidl writes for a service, behind the loopback, as a client sees it.
#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#include "gen/loopback.h"
#include "idl/abi.h"
#include "idl/service/timed.h"
#include "idl/service/timed_client.h"
#include "idl/service/timed_fake.h"
#include "idl/service/timed_server.h"
#include "servers/runtime/ipc.h"

namespace tessera::gen {
namespace {

using service::Timed;
using service::TimedStatus;

class FakeTest : public ::testing::Test {
 protected:
  FakeTest() { kernel.server = std::ref(fake); }

  Loopback kernel;
  service::FakeTimed fake;
  const service::TimedClient client{rt::Slot{20}};
};

TEST_F(FakeTest, WhatIsNotSetAnswersWithZeros) {
  const auto answer = client.statistics();
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->registrations, 0U);
  EXPECT_EQ(fake.executed, 1);
}

TEST_F(FakeTest, WhatIsSetIsAskedAndAnswers) {
  fake.on.statistics = [](const rt::Caller& caller) {
    return Timed::StatisticsResult{.registrations = caller.identity, .wake_ups = 2, .fired = 3};
  };
  const auto answer = client.statistics();
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->registrations, kernel.identity);
  EXPECT_EQ(answer->fired, 3U);
}

TEST_F(FakeTest, ARefusalIsAValue) {
  std::uint64_t asked = 0;
  fake.on.cancel = [&asked](const rt::Caller&, std::uint64_t id) -> rt::Result<void> {
    asked = id;
    return rt::failure(TimedStatus::kNotFound);
  };
  const auto answer = client.cancel(77);
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error(), TimedStatus::kNotFound);
  EXPECT_EQ(asked, 77U);
}

TEST_F(FakeTest, ADeferredAnswerComesWhenTheTestGivesIt) {
  std::optional<Timed::SleepUntilCompleter> sleeper;
  fake.reply = rt::Slot{51};
  fake.on.sleep_until = [&](const rt::Caller&, Timed::SleepUntilCompleter completer, std::uint64_t,
                            service::TimerClass) { sleeper.emplace(std::move(completer)); };
  EXPECT_FALSE(client.sleep_until(5, service::TimerClass::kSender).has_value()) << "not yet";
  ASSERT_TRUE(sleeper.has_value());
  EXPECT_TRUE(kernel.kept_answers().empty());
  ASSERT_TRUE(sleeper->complete(9).has_value());
  EXPECT_EQ(kernel.kept_answers().at(51).words[0], 9U);
}

TEST_F(FakeTest, ADeferredOneThatIsNotSetAnswersEpipe) {
  EXPECT_FALSE(client.sleep_until(5, service::TimerClass::kSender).has_value());
  EXPECT_EQ(kernel.kept_answers().at(50).status, abi::word(abi::kEpipe));
}

}  // namespace
}  // namespace tessera::gen
