// Builds that check hold every hart to the order of locks.
#include "kernel/sync/spinlock.h"

#include <gtest/gtest.h>

#include "kernel/arch/host/machine.h"

namespace tessera {
namespace {

class SpinLockTest : public testing::Test {
 protected:
  SpinLockTest() { machine.run_as(hart); }

  arch::host::Machine machine{4096};
  arch::HartLocal hart{.id = {0}};
  arch::HartLocal other{.id = {1}};
  SpinLock endpoint{LockRank::kEndpoint};
  SpinLock another{LockRank::kEndpoint};
  SpinLock reply{LockRank::kReply};
};

TEST_F(SpinLockTest, ALockIsTakenAfterThoseBeforeIt) {
  for (int i = 0; i < 2; ++i) {
    LockGuard first(endpoint);
    LockGuard second(reply);
    EXPECT_FALSE(endpoint.try_lock());
  }
  const bool is_free = endpoint.try_lock();
  if (is_free) endpoint.unlock();
  EXPECT_TRUE(is_free);
}

using SpinLockDeathTest = SpinLockTest;

void take(SpinLock& first, SpinLock& second) {
  LockGuard one(first);
  LockGuard two(second);
}
TEST_F(SpinLockDeathTest, NeverTheOtherWayRound) { EXPECT_DEATH(take(reply, endpoint), "PANIC"); }
TEST_F(SpinLockDeathTest, NorTwoOfARank) { EXPECT_DEATH(take(endpoint, another), "PANIC"); }

TEST_F(SpinLockTest, EachHartHasItsOwn) {
  LockGuard mine(reply);
  machine.run_as(other);
  endpoint.lock();
  endpoint.unlock();
  machine.run_as(hart);
}

}  // namespace
}  // namespace tessera
