// A client whose service was restarted: what it sees of it, and of an init that does not help.
#include "servers/runtime/reach.h"

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>

#include "gen/loopback.h"
#include "idl/abi.h"
#include "idl/service/echo_client.h"
#include "idl/service/routes_fake.h"
#include "idl/system_call.h"
#include "servers/runtime/ipc.h"
#include "servers/runtime/slots.h"

namespace tessera::rt {
namespace {

constexpr Slot kEcho{30};
constexpr Error kNoCapability{abi::kEbadf, abi::detail(abi::Detail::kBadCap, 0)};

class ReachTest : public ::testing::Test {
 protected:
  ReachTest() {
    kernel.server_at[start::slot(abi::StartSlot::kRoutes).index] = std::ref(routes);
    kernel.held[window_slot(0).index] = {abi::ObjectType::kEndpoint, 1};
    kernel.intercept = [this](Registers& r) { return on_call(r); };
    routes.on.find = [this](const Caller&, std::string_view service) -> Result<kernel::Endpoint> {
      asked += std::string(service) + ";";
      if (refusal) return failure(*refusal);
      return kernel::Endpoint(Slot{99});
    };
  }
  // The service is gone for `gone` calls; each move to its slot is written down.
  bool on_call(Registers& r) {
    switch (static_cast<abi::SystemCall>(r.a7)) {
      case abi::SystemCall::kCNodeMove:
        moved_to = r.a0;
        return false;
      case abi::SystemCall::kEndpointCall:
        if (r.t0 != kEcho.index) return false;
        ++calls;
        if (calls > gone) return finish(r, {});
        return finish(r, why);
      default:
        return false;
    }
  }
  static bool finish(Registers& r, const Error& error) {
    r.a6 = abi::word(error.status);
    r.a7 = error.detail;
    r.a0 = 0;
    r.t0 = 0;
    return true;
  }
  Result<void> call() {
    return reaching(kEcho, "echo", [] { return service::EchoClient(kEcho).nothing(); });
  }

  gen::Loopback kernel;
  service::FakeRoutes routes;
  std::optional<service::RouteStatus> refusal;
  std::string asked;
  std::uint64_t moved_to = 0;
  int calls = 0;
  int gone = 0;
  Error why = kNoCapability;
};

TEST_F(ReachTest, WhoAnswersIsNotLookedFor) {
  EXPECT_TRUE(call());
  EXPECT_EQ(asked, "");
}

TEST_F(ReachTest, WhoIsGoneIsFoundAgain) {
  for (const Error& each : {kNoCapability, gen::kPeerDied}) {
    calls = 0;
    gone = 1;
    asked.clear();
    why = each;
    EXPECT_TRUE(call());
    EXPECT_EQ(asked, "echo;");
    EXPECT_EQ(moved_to, kEcho.index);
    EXPECT_EQ(calls, 2);
  }
}

TEST_F(ReachTest, OnceAndNotForEver) {
  gone = 100;
  EXPECT_EQ(call().error(), kNoCapability);
  EXPECT_EQ(calls, 2);
}

TEST_F(ReachTest, AnotherFailureIsTheCallers) {
  gone = 1;
  // A capability that went along with the call was missing, not the service.
  why = {abi::kEbadf, abi::detail(abi::Detail::kBadCap, 1)};
  EXPECT_EQ(call().error(), why);
  gone = 2;
  why = gen::kTimedOut;
  EXPECT_EQ(call().error(), why);
  EXPECT_EQ(asked, "");
}

TEST_F(ReachTest, WhomInitDoesNotFindStaysGone) {
  gone = 1;
  refusal = service::RouteStatus::kDown;
  EXPECT_EQ(call().error(), kNoCapability);
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(moved_to, 0U);
}

}  // namespace
}  // namespace tessera::rt
