// SELFTEST's phase ipc against a stand-in of its partner: it passes a partner that does what its
// contract says, and names what another one does.
#include "servers/selftest/ipc_phase.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

#include "bootimage/manifest.h"
#include "gen/loopback.h"
#include "idl/abi.h"
#include "idl/service/partner_fake.h"
#include "idl/system_call.h"
#include "servers/manifest/check.h"
#include "servers/runtime/ipc.h"
#include "servers/runtime/slots.h"

namespace tessera::selftest {
namespace {

using abi::SystemCall;
using service::Partner;

class IpcPhaseTest : public ::testing::Test {
 protected:
  IpcPhaseTest() {
    kernel.server_at[rt::start::peer(0).index] = std::ref(partner);
    kernel.intercept = [this](rt::Registers& r) { return on_call(r); };
    kernel.identity =
        manifest::kStock.images[*manifest::find(manifest::kStock, "SELFTEST")].identity;
    kernel.qos = abi::QosClass::kNormal;
    partner.on.invert = [](const rt::Caller&, std::uint64_t w0, std::uint64_t w1, std::uint64_t w2,
                           std::uint64_t w3, std::uint64_t w4, std::uint64_t w5) {
      return Partner::InvertResult{~w0, ~w1, ~w2, ~w3, ~w4, ~w5};
    };
    partner.on.reverse = [](const rt::Caller&, std::string_view text) {
      abi::Text<400> turned;
      for (std::size_t left = text.size(); left > 0; --left) turned.push(text[left - 1]);
      return turned;
    };
    partner.on.never = [](const rt::Caller&, Partner::NeverCompleter completer) {
      (void)completer.release();
    };
    partner.on.who = [](const rt::Caller& caller) {
      return Partner::WhoResult{caller.badge, caller.identity, caller.qos};
    };
  }

  // Time passes with each look at it.
  bool on_call(rt::Registers& r) {
    if (static_cast<SystemCall>(r.a7) != SystemCall::kSelfNow) return false;
    r.a6 = 0;
    r.a0 = time;
    time += tick;
    return true;
  }
  static void expect_failed(const Result<void>& result, std::string_view why,
                            const rt::Error& error = {}) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().text, why);
    EXPECT_EQ(result.error().error, error);
  }

  gen::Loopback kernel;
  service::FakePartner partner;
  std::uint64_t time = 1;
  std::uint64_t tick = 10'000'000;
};

TEST_F(IpcPhaseTest, APartnerThatKeepsItsContractPasses) {
  EXPECT_TRUE(ipc_payload_roundtrip());
  EXPECT_TRUE(ipc_deadline_timeout());
  EXPECT_TRUE(ipc_sender_identity());
}

TEST_F(IpcPhaseTest, AWordOrAByteThatChangedIsFound) {
  auto& reverse = partner.on.reverse;
  const auto good = std::exchange(
      reverse, [](const rt::Caller&, std::string_view text) { return *abi::Text<400>::of(text); });
  expect_failed(ipc_payload_roundtrip(), "a byte came back changed");
  reverse = [](const rt::Caller&, std::string_view) { return abi::Text<400>("x"); };
  expect_failed(ipc_payload_roundtrip(), "a text came back longer or shorter");
  reverse = good;
  partner.on.invert = nullptr;
  expect_failed(ipc_payload_roundtrip(), "a word came back changed");
}

TEST_F(IpcPhaseTest, ADeadPartnerIsToldWithTheStep) {
  kernel.failure = gen::kPeerDied;
  expect_failed(ipc_payload_roundtrip(), "send six words", gen::kPeerDied);
  expect_failed(ipc_sender_identity(), "ask who this is", gen::kPeerDied);
  expect_failed(ipc_deadline_timeout(), "a call went on past its deadline");
}

TEST_F(IpcPhaseTest, APartnerThatAnswersWhatItMustNotIsFound) {
  partner.on.never = [](const rt::Caller&, Partner::NeverCompleter completer) {
    EXPECT_TRUE(completer.complete());
  };
  expect_failed(ipc_deadline_timeout(), "a call went on past its deadline");
  partner.on.never = nullptr;  // dropped: epipe, no timeout
  expect_failed(ipc_deadline_timeout(), "a call went on past its deadline");
}

TEST_F(IpcPhaseTest, ADeadlineThatCameTooEarlyIsFound) {
  tick = 0;
  expect_failed(ipc_deadline_timeout(), "a deadline came too early");
}

TEST_F(IpcPhaseTest, AnotherSenderThanItselfIsFound) {
  kernel.identity += 1;
  expect_failed(ipc_sender_identity(), "partner was told another identity");
}

}  // namespace
}  // namespace tessera::selftest
