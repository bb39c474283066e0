#include <thread>

#include "gtest/gtest.h"

namespace {

// The build is really instrumented: a race is seen and is fatal.
TEST(HostTsanSmokeDeathTest, ThreadSanitizerIsOn) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        int shared = 0;
        std::thread other([&] { shared = 1; });
        shared = 2;
        other.join();
      },
      "data race");
}

}  // namespace
