// SELFTEST's phase timed against a stand-in of timed: why it failed names the call and has timed's
// own status, or the transport's.
#include "servers/selftest/timed_phase.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>

#include "gen/loopback.h"
#include "idl/abi.h"
#include "idl/service/timed.h"
#include "idl/service/timed_fake.h"
#include "idl/system_call.h"
#include "servers/runtime/ipc.h"
#include "servers/runtime/slots.h"

namespace tessera::selftest {
namespace {

using service::Timed;
using service::TimedStatus;

class TimedPhaseTest : public ::testing::Test {
 protected:
  TimedPhaseTest() {
    kernel.server_at[rt::start::timed().index] = std::ref(timed);
    kernel.held[rt::window_slot(0).index] = {abi::ObjectType::kNotification, 1};
  }

  gen::Loopback kernel;
  service::FakeTimed timed;
};

TEST_F(TimedPhaseTest, ADeadTimedIsToldWithTheStep) {
  kernel.failure = gen::kPeerDied;
  const auto result = timed_coalesce();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().text, "register a timer");
  EXPECT_EQ(result.error().error, gen::kPeerDied);
}

TEST_F(TimedPhaseTest, ItsRefusalIsToldWithItsStatus) {
  timed.on.register_ = [](const rt::Caller&, std::uint64_t, service::TimerClass,
                          rt::Received<kernel::Notification>) -> rt::Result<Timed::RegisterResult> {
    return rt::failure(TimedStatus::kOverLimit);
  };
  const auto result = timed_coalesce();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().text, "register a timer");
  EXPECT_TRUE(result.error().error == TimedStatus::kOverLimit);
}

TEST_F(TimedPhaseTest, AWindowThatIsNotTheContractsIsFound) {
  timed.on.register_ = [](const rt::Caller&, std::uint64_t deadline, service::TimerClass,
                          rt::Received<kernel::Notification>) {
    return Timed::RegisterResult{.id = 1, .coalesced_deadline = deadline};
  };
  const auto result = timed_coalesce();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().text, "10000001 did not become 12000000");
  EXPECT_EQ(result.error().error.status, 0);
}

}  // namespace
}  // namespace tessera::selftest
