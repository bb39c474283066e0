// SELFTEST's phase policy against policyd itself, by one manifest or another: it passes the stock
// one's, and names each leave that should not be there.
#include "servers/selftest/policy_phase.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "bootimage/manifest.h"
#include "gen/loopback.h"
#include "idl/abi.h"
#include "idl/service/policyd_server.h"
#include "idl/service/routes_fake.h"
#include "idl/system_call.h"
#include "servers/policyd/rules.h"
#include "servers/policyd/server.h"
#include "servers/runtime/ipc.h"
#include "servers/runtime/slots.h"
#include "servers/selftest/layout.h"

namespace tessera::selftest {
namespace {

using abi::QosClass;
using abi::SystemCall;
using manifest::Grant;
using manifest::Image;

struct NoLog {
  template <class... Args>
  void write(const Args&...) {}
};
using Policyd = policyd::BasicServer<NoLog>;

constexpr std::string_view kMoreUses[] = {"console", "timed", "partner", "policyd", "auditd"};
constexpr Grant kSpeaks[] = {Grant::kMemory, Grant::kSpeaksFor};

class PolicyPhaseTest : public ::testing::Test {
 protected:
  PolicyPhaseTest() {
    images.assign(manifest::kStock.images.begin(), manifest::kStock.images.end());
    for (Image& each : images) {
      if (each.name == "SELFTEST") self = &each;
    }
    kernel.identity = self->identity;
    kernel.held[rt::window_slot(0).index] = {abi::ObjectType::kTask, 4};
    kernel.server_at[rt::start::peer(1).index] = [this](const rt::Registers& message) {
      if (silent) return rt::Registers{};
      return service::PolicydServer<Policyd>::dispatch(*policyd, rt::start::service(), message);
    };
    kernel.intercept = [this](rt::Registers& r) { return on_call(r); };
  }

  bool on_call(rt::Registers& r) {
    switch (static_cast<SystemCall>(r.a7)) {
      case SystemCall::kEndpointCallWith:
        sent = static_cast<std::uint32_t>(r.t2);
        return false;
      case SystemCall::kTaskInfo:
        r = {};
        r.t0 = sent == kQosSlots.index || any_task ? self->identity : 0x21;
        return true;
      case SystemCall::kQosControlSet:
        if (!stays) own = static_cast<QosClass>(r.a1);
        r = {};
        return true;
      case SystemCall::kSelfQos:
        r = {};
        r.a0 = abi::word(own);
        return true;
      default:
        return false;
    }
  }

  static void expect_failed(const Result<void>& result, std::string_view why) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().text, why);
  }

  // init, as far as it goes here: it lets policyd be silent, and asks it.
  void route() {
    kernel.server_at[rt::start::slot(abi::StartSlot::kRoutes).index] = std::ref(routes);
    routes.on.stop = [this](const rt::Caller&, std::string_view) {
      silent = stops;
      return rt::Result<void>{};
    };
    routes.on.resume = [this](const rt::Caller&, std::string_view) {
      silent = stays_silent;
      return rt::Result<void>{};
    };
    routes.on.find = [this](const rt::Caller&, std::string_view) -> rt::Result<kernel::Endpoint> {
      if (silent && !trusts) return rt::failure(service::RouteStatus::kDenied);
      kernel.held[rt::window_slot(0).index] = {abi::ObjectType::kEndpoint, 1};
      return kernel::Endpoint(rt::Slot{30});
    };
  }

  service::FakeRoutes routes;
  bool silent = false;
  bool stops = true;
  bool stays_silent = false;
  bool trusts = false;
  std::vector<Image> images;
  manifest::Manifest manifest;
  Image* self = nullptr;
  std::unique_ptr<Policyd> policyd;
  gen::Loopback kernel;
  std::uint32_t sent = 0;  // the capability that went with the last call
  QosClass own = QosClass::kNormal;
  bool any_task = false;
  bool stays = false;

  // policyd begins with the images as they are now.
  void begin() {
    manifest.images = images;
    policyd = std::make_unique<Policyd>(policyd::Rules(manifest, manifest::kInitIdentity),
                                        rt::start::qos_control());
  }
};

TEST_F(PolicyPhaseTest, TheStockManifestPasses) {
  begin();
  EXPECT_TRUE(policy_allow());
  EXPECT_TRUE(policy_deny());
  EXPECT_TRUE(mmio_policy_deny());
  EXPECT_TRUE(policy_spoof_denied());
  EXPECT_TRUE(policy_malformed());
  EXPECT_EQ(own, QosClass::kNormal) << "what comes after it runs at its own class";
}

TEST_F(PolicyPhaseTest, WhatIsNotAllowedAndShouldBeIsFound) {
  self->uses = {};
  begin();
  expect_failed(policy_allow(), "reach what it uses");
  self->uses = kMoreUses;
  self->highest = QosClass::kNormal;
  begin();
  expect_failed(policy_allow(), "have a class");
  self->highest = QosClass::kInteractive;
  stays = true;
  begin();
  expect_failed(policy_allow(), "it was not raised");
}

TEST_F(PolicyPhaseTest, WhatIsAllowedAndShouldNotBeIsFound) {
  self->uses = kMoreUses;
  begin();
  expect_failed(policy_deny(), "it may reach what it does not use");
  self->uses = {};
  self->highest = QosClass::kPerfBurst;
  begin();
  expect_failed(policy_deny(), "it may have perfBurst");
  self->highest = QosClass::kInteractive;
  any_task = true;
  begin();
  expect_failed(policy_deny(), "it set another's class");
  self->grants = {};
  begin();
  expect_failed(mmio_policy_deny(), "map its own window");
}

TEST_F(PolicyPhaseTest, WhoSpeaksForOthersIsFound) {
  self->grants = kSpeaks;
  begin();
  expect_failed(policy_spoof_denied(), "it asked in console's name for a window");
}

TEST_F(PolicyPhaseTest, APolicydThatIsSilentAllowsNothing) {
  begin();
  kernel.server_at[rt::start::peer(1).index] = [](const rt::Registers&) { return rt::Registers{}; };
  EXPECT_FALSE(policy_allow());
  EXPECT_FALSE(policy_deny()) << "and a denial is not its silence";
  EXPECT_FALSE(policy_malformed());
}

TEST_F(PolicyPhaseTest, ItsSilenceIsADenialForAll) {
  begin();
  route();
  EXPECT_TRUE(policy_silent_denied());
  stops = false;
  expect_failed(policy_silent_denied(), "a policyd that is silent has answered");
  stops = true;
  trusts = true;
  expect_failed(policy_silent_denied(), "init told a way without policyd's word");
  trusts = false;
  stays_silent = true;
  expect_failed(policy_silent_denied(), "be allowed again");
}

}  // namespace
}  // namespace tessera::selftest
