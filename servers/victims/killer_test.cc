// killer, whose service dies over its call, against a stand-in of it: it exits 0 when it is told
// so, and with another status otherwise.
#include <gtest/gtest.h>

#include <cstdint>
#include <expected>
#include <functional>

#include "gen/loopback.h"
#include "idl/abi.h"
#include "idl/service/partner_fake.h"
#include "servers/runtime/ipc.h"
#include "servers/victims/act.h"

namespace tessera::victims {
namespace {

class KillerTest : public ::testing::Test {
 protected:
  KillerTest() { kernel.server = std::ref(mortal); }

  static auto refuse(std::int32_t status) {
    return std::unexpected(rt::Error{.status = status, .detail = 0});
  }

  gen::Loopback kernel;
  service::FakePartner mortal;
};

TEST_F(KillerTest, AsksUntilSomebodyWaitsAndTheServiceDies) {
  mortal.on.die = [this](const rt::Caller&) -> rt::Result<void> {
    if (mortal.executed == 3) return refuse(abi::kEpipe);
    return refuse(abi::kEbusy);
  };
  EXPECT_EQ(act(), 0);
  EXPECT_EQ(mortal.executed, 3);
}

TEST_F(KillerTest, SaysSoWhenTheServiceLivesOn) {
  EXPECT_EQ(act(), kNotStopped) << "it answered";
  mortal.on.die = [](const rt::Caller&) -> rt::Result<void> { return refuse(abi::kEperm); };
  EXPECT_EQ(act(), 1) << "it refused";
}

}  // namespace
}  // namespace tessera::victims
