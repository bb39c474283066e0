// widow, whose service dies owing it an answer, against a stand-in of it: it exits 0 when it is
// told so, and with another status otherwise.
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

using service::Partner;

class WidowTest : public ::testing::Test {
 protected:
  WidowTest() { kernel.server = std::ref(mortal); }

  static auto refuse(std::int32_t status) {
    return std::unexpected(rt::Error{.status = status, .detail = 0});
  }

  gen::Loopback kernel;
  service::FakePartner mortal;
};

TEST_F(WidowTest, IsToldThatItsAnswerWillNotCome) {
  // The stand-in's completer is dropped, as the kernel does with one whose holder dies.
  mortal.on.who = [](const rt::Caller&) -> rt::Result<Partner::WhoResult> {
    return refuse(abi::kEbadf);
  };
  EXPECT_EQ(act(), 0);
}

TEST_F(WidowTest, SaysSoWhenItIsToldSomethingElse) {
  EXPECT_EQ(act(), 2) << "the service is still there";
  mortal.on.never = [](const rt::Caller&, Partner::NeverCompleter completer) {
    rt::Result<void> answered = completer.complete();
    EXPECT_TRUE(answered);
  };
  EXPECT_EQ(act(), 1) << "it was answered";
}

}  // namespace
}  // namespace tessera::victims
