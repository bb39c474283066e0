// What bench-echo answers is what it was asked: the benchmarks count a call, not what it does.
#include "servers/bench/echo.h"

#include <gtest/gtest.h>

#include <cstdint>

#include "gen/loopback.h"
#include "idl/service/echo_client.h"
#include "idl/service/echo_server.h"
#include "servers/runtime/ipc.h"
#include "servers/runtime/slots.h"

namespace tessera::bench {
namespace {

class EchoTest : public ::testing::Test {
 protected:
  EchoTest() {
    kernel.server = [this](const rt::Registers& message) {
      return service::EchoServer<Echo>::dispatch(server, rt::start::service(), message);
    };
  }

  gen::Loopback kernel;
  Echo server;
  const service::EchoClient client{rt::start::peer(0)};
};

TEST_F(EchoTest, GivesBackWhatItIsGiven) {
  EXPECT_TRUE(client.nothing());
  const auto four = client.four(1, 2, 3, ~std::uint64_t{0});
  ASSERT_TRUE(four);
  EXPECT_EQ(four->w0, 1U);
  EXPECT_EQ(four->w1, 2U);
  EXPECT_EQ(four->w2, 3U);
  EXPECT_EQ(four->w3, ~std::uint64_t{0});
  const auto six = client.six(1, 2, 3, 4, 5, 6);
  ASSERT_TRUE(six);
  EXPECT_EQ(six->w0, 1U);
  EXPECT_EQ(six->w1, 2U);
  EXPECT_EQ(six->w2, 3U);
  EXPECT_EQ(six->w3, 4U);
  EXPECT_EQ(six->w4, 5U);
  EXPECT_EQ(six->w5, 6U);
}

// A benchmark that counted calls which fail would count too little: the client tells them.
TEST_F(EchoTest, AServerThatIsGoneIsAValue) {
  kernel.failure = gen::kPeerDied;
  EXPECT_EQ(client.nothing().error(), gen::kPeerDied);
  EXPECT_EQ(client.six(1, 2, 3, 4, 5, 6).error(), gen::kPeerDied);
}

}  // namespace
}  // namespace tessera::bench
