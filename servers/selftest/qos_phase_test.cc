// SELFTEST's phase qos against a stand-in of the kernel and of its partner: it passes those that do
// what their contracts say, and names what others do.
#include "servers/selftest/qos_phase.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <string_view>

#include "gen/loopback.h"
#include "idl/abi.h"
#include "idl/service/partner_fake.h"
#include "idl/system_call.h"
#include "servers/runtime/ipc.h"
#include "servers/runtime/slots.h"

namespace tessera::selftest {
namespace {

using abi::ObjectType;
using abi::QosClass;
using abi::QosOp;
using abi::SystemCall;
using service::Partner;

class QosPhaseTest : public ::testing::Test {
 protected:
  QosPhaseTest() {
    kernel.server_at[rt::start::peer(0).index] = std::ref(partner);
    kernel.intercept = [this](rt::Registers& r) { return on_call(r); };
    partner.on.who = [this](const rt::Caller& caller) {
      return Partner::WhoResult{caller.badge, caller.identity, own};
    };
    partner.on.authority = [this](const rt::Caller&) {
      kernel.held[rt::window_slot(0).index] = {ObjectType::kQosControl, 1};
      kernel.held[rt::window_slot(1).index] = {ObjectType::kTask, 4};
      return Partner::AuthorityResult{};
    };
    partner.on.classify = [this](const rt::Caller&, rt::Received<kernel::Task>, QosClass c) {
      if (partner_sets) own = c;
      return rt::Result<void>{};
    };
  }

  bool on_call(rt::Registers& r) {
    switch (static_cast<SystemCall>(r.a7)) {
      case SystemCall::kCNodeMove:  // what partner let go is kept; a task comes to partner next
        kernel.held[rt::window_slot(0).index] = {ObjectType::kTask, 4};
        return false;
      case SystemCall::kQosControlSet:
        return answer(r, control_works, own);
      case SystemCall::kSelfQos:
        return on_qos(r);
      default:
        return false;
    }
  }
  bool on_qos(rt::Registers& r) {
    const auto c = static_cast<QosClass>(r.a2);
    const bool sets = static_cast<QosOp>(r.a0) == QosOp::kSet;
    if (r.a1 != 0) return answer(r, !sets || others_can_be_set, partners);
    const bool allowed = !sets || c <= own || raises;
    if (sets && allowed && !stays) own = c;
    return answer(r, allowed, own);
  }
  static bool answer(rt::Registers& r, bool allowed, QosClass c) {
    r.a6 = allowed ? 0 : abi::word(abi::kEperm);
    r.a7 = 0;
    r.a0 = abi::word(c);
    return true;
  }
  static void expect_failed(std::string_view why) {
    const Result<void> result = qos();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().text, why);
  }

  gen::Loopback kernel;
  service::FakePartner partner;
  QosClass own = QosClass::kNormal;
  QosClass partners = QosClass::kInteractive;
  bool raises = false;
  bool stays = false;
  bool others_can_be_set = false;
  bool control_works = false;
  bool partner_sets = true;
};

TEST_F(QosPhaseTest, AKernelThatKeepsItsContractPasses) {
  EXPECT_TRUE(qos());
  EXPECT_EQ(own, QosClass::kNormal) << "the phases after it run at its own class";
}

TEST_F(QosPhaseTest, AnotherClassThanTheManifestsIsFound) {
  own = QosClass::kIdle;
  expect_failed("it has another class than in the manifest");
  own = QosClass::kNormal;
  partners = QosClass::kNormal;
  expect_failed("partner has another class than in the manifest");
}

TEST_F(QosPhaseTest, WhatMustBeRefusedAndIsNotIsFound) {
  raises = true;
  expect_failed("it raised itself");
  raises = false;
  own = QosClass::kNormal;
  others_can_be_set = true;
  expect_failed("it set another task's class");
  others_can_be_set = false;
  control_works = true;
  expect_failed("a stolen QosControl raised it");
}

TEST_F(QosPhaseTest, WhatMustHappenAndDoesNotIsFound) {
  stays = true;
  expect_failed("it did not become lower");
  stays = false;
  partner_sets = false;
  expect_failed("partner did not set its class");
}

}  // namespace
}  // namespace tessera::selftest
