// The harts that may run a thread, as others set them.
#include <gtest/gtest.h>

#include "idl/kernel_rights.h"
#include "kernel/object/donation.h"
#include "kernel/object/mail.h"
#include "kernel/sched/scheduler.h"
#include "kernel/testing/ipc_fixture.h"

namespace tessera::testing {
namespace {

using abi::Detail;
using kernel::Self;

class AffinityTest : public IpcTest {
 protected:
  // A second hart is there from now on; nobody runs on it, and what it is sent stays in its mail.
  Hart& bring_up_another() {
    Hart& other = state.harts[1];
    other.id = {1};
    ipi::online.set_bits(other.bit);
    world.checks = false;  // of a thread on the way they know nothing
    return other;
  }
  kernel::Thread thread_of(const Player& player) {
    return kernel::Thread(rt::Slot{player.thread_slot});
  }
};

TEST_F(AffinityTest, ItIsToldAndChecked) {
  EXPECT_EQ(thread_of(client).affinity(0), 1u);
  EXPECT_EQ(thread_of(client).affinity(1), 1u);
  for (unsigned bit = 1; bit < 32; ++bit) {
    for (const std::uint32_t with : {0u, 1u}) {
      expect_refused(
          world, [&] { return thread_of(client).affinity(std::uint32_t{1} << bit | with); },
          abi::kEinval, Detail::kBadRange, 1);
    }
  }
  const kernel::CNode own(World::kNode);
  const std::uint32_t weak = world.fresh_slot();
  ASSERT_TRUE(own.mint(weak, own, client.thread_slot, 0, 0));
  expect_refused(
      world, [&] { return kernel::Thread(rt::Slot{weak}).affinity(1); }, abi::kEperm,
      Detail::kBadRights, 0);
}

TEST_F(AffinityTest, AReadyThreadLeavesAtOnce) {
  const Hart& other = bring_up_another();
  ASSERT_EQ(sched::run_state(*client.thread), sched::RunState::kReady);
  EXPECT_EQ(thread_of(client).affinity(3), 3u);
  EXPECT_TRUE(client.thread->is_at(world.hart)) << "it may stay";
  EXPECT_EQ(thread_of(client).affinity(2), 2u);
  EXPECT_TRUE(client.thread->is_at(other));
  EXPECT_EQ(client.thread->wait(), Wait::kComing);
  EXPECT_EQ(thread_of(client).affinity(0), 2u);
}

// One that waits at an endpoint lives where it may run from then on: nobody goes to it from here.
TEST_F(AffinityTest, AWaitingThreadMovesAtOnce) {
  start_receive(server);
  const Hart& other = bring_up_another();
  world.act_as(world.main());
  EXPECT_EQ(thread_of(server).affinity(2), 2u);
  EXPECT_EQ(server.thread->wait(), Wait::kReceiving);
  EXPECT_TRUE(server.thread->is_at(other));
  as(client);
  EXPECT_TRUE(send(tag(0)));
  EXPECT_EQ(server.thread->wait(), Wait::kComing);
}

// Whoever asks for one that is another hart's goes there itself.
TEST_F(AffinityTest, AThreadOfAnotherHartIsAskedForThere) {
  bring_up_another();
  EXPECT_EQ(thread_of(client).affinity(2), 2u);
  world.act_as(world.main());
  EXPECT_TRUE(world.waits([&] { (void)thread_of(client).affinity(1); }));
  EXPECT_EQ(world.main().wait(), Wait::kAsking);
  EXPECT_EQ(world.main().ask.of, client.thread);
  EXPECT_EQ(world.main().ask.harts, 1);
  EXPECT_EQ(client.thread->affinity.peek(), 2) << "only its home changes it";
}

// As by the short way of a signal: the server goes on, and the client is ready.
class PreemptionTest : public AffinityTest {
 protected:
  void preempt() {
    as(client);
    sched::make_wait(*server.thread);
    set_class(*client.thread, abi::QosClass::kInteractive);
    set_class(*server.thread, abi::QosClass::kPerfBurst);
    world.main().affinity.set(world.hart.bit);
    ASSERT_EQ(sched::choose(world.hart), client.thread);
    world.hart.surplus.store(false);  // the first task, which is ready, may not go
    ASSERT_TRUE(sched::preempt(world.hart, *server.thread));
    share_who_ran(world.hart, *client.thread);
  }
};

TEST_F(PreemptionTest, WhoRanGoesToAHartThatSleeps) {
  const Hart& other = bring_up_another();
  state.idle.set_bits(other.bit);
  preempt();
  EXPECT_TRUE(client.thread->is_at(other));
  EXPECT_EQ(client.thread->wait(), Wait::kComing);
  EXPECT_EQ(state.idle.peek(), 0u);
}

TEST_F(PreemptionTest, AHartThatWillSleepIsToldOfWhoRan) {
  bring_up_another();
  preempt();
  EXPECT_TRUE(client.thread->ready);
  EXPECT_TRUE(world.hart.surplus.peek());
}

TEST_F(PreemptionTest, WhoMayRunNowhereElseStays) {
  const Hart& other = bring_up_another();
  client.thread->affinity.set(world.hart.bit);
  state.idle.set_bits(other.bit);
  preempt();
  EXPECT_TRUE(client.thread->ready);
  EXPECT_FALSE(world.hart.surplus.peek());
}

}  // namespace
}  // namespace tessera::testing
