// Notifications, and the Alarms that signal them.
#include "kernel/object/notification.h"

#include <utility>

#include "idl/kernel_rights.h"
#include "kernel/testing/calls.h"
#include "kernel/testing/outcome.h"
#include "kernel/testing/world.h"

namespace tessera::testing {
namespace {

using abi::Detail;

class NotificationTest : public ::testing::Test {
 protected:
  static constexpr std::uint8_t kSignal = std::to_underlying(abi::NotificationRight::kSignal);
  static constexpr std::uint8_t kWaitRight = std::to_underlying(abi::NotificationRight::kWait);
  NotificationTest() {
    world.give(waiter, 2, notification.slot());
    world.give(second, 2, notification.slot());
  }
  // A capability of the first task's that signals these bits.
  kernel::Notification badged(std::uint64_t bits) {
    std::uint32_t slot = world.fresh_slot();
    EXPECT_TRUE(own.mint(slot, own, notification.slot().index, kSignal, bits));
    return kernel::Notification(rt::Slot{slot});
  }
  void as_main() { world.act_as(world.main()); }
  void start_wait(const Player& player, std::uint64_t deadline = kForever) {
    world.act_as(*player.thread);
    EXPECT_TRUE(world.waits([&] { (void)theirs.wait(deadline); }));
    as_main();
  }

  World world;
  Player waiter = world.make_task();
  Player second = world.make_task();
  kernel::CNode own{World::kNode};
  kernel::Notification notification = world.make<kernel::Notification>();
  kernel::Notification theirs{rt::Slot{2}};
};

TEST_F(NotificationTest, SignalsAreOredAndTakenAllAtOnce) {
  ASSERT_TRUE(badged(0x6).signal());
  ASSERT_TRUE(badged(0x18).signal());
  ASSERT_TRUE(badged(std::uint64_t{1} << 63).signal());
  EXPECT_EQ(*notification.poll(), 0x8000'0000'0000'001e);
  expect_refused(world, [&] { return notification.poll(); }, abi::kEagain, Detail::kNone);
}

TEST_F(NotificationTest, WithoutABadgeItIsBit0) {
  ASSERT_TRUE(notification.signal());
  ASSERT_TRUE(notification.signal());
  EXPECT_EQ(*notification.wait(kForever), 1u);
}

TEST_F(NotificationTest, AWaitEndsWithTheSignal) {
  for (unsigned i = 1; i < 32; ++i) waiter.thread->frame.x[i] = 0xdead'0000 + i;
  start_wait(waiter);
  EXPECT_FALSE(outcome(*waiter.thread).back);
  ASSERT_TRUE(badged(0x30).signal());
  Outcome woken = outcome(*waiter.thread);
  EXPECT_TRUE(woken.back);
  EXPECT_EQ(woken.status, 0);
  EXPECT_EQ(woken.words[0], 0x30u);
  EXPECT_FALSE(notification.poll());
  for (unsigned i : {1, 3, 5, 6, 7, 11, 15, 16, 17, 28, 31})
    EXPECT_EQ(waiter.thread->frame.x[i], 0u);
  for (unsigned i : {2, 4, 8, 9, 18, 27}) EXPECT_EQ(waiter.thread->frame.x[i], 0xdead'0000 + i);
}

TEST_F(NotificationTest, OneWaiterIsWokenInOrder) {
  start_wait(waiter);
  start_wait(second);
  ASSERT_TRUE(badged(2).signal());
  EXPECT_TRUE(outcome(*waiter.thread).back);
  EXPECT_FALSE(outcome(*second.thread).back);
  ASSERT_TRUE(badged(4).signal());
  EXPECT_EQ(outcome(*second.thread).words[0], 4u);
}

TEST_F(NotificationTest, AWaitTimesOutAndNeverEarly) {
  start_wait(waiter, 1000);
  world.advance(999);
  EXPECT_FALSE(outcome(*waiter.thread).back);
  world.advance(1);
  EXPECT_TRUE(refused(outcome(*waiter.thread), abi::kEtimedout, Detail::kTimedOut));
  start_wait(waiter, 2000);
  ASSERT_TRUE(notification.signal());
  world.advance(5000);
  EXPECT_EQ(outcome(*waiter.thread).status, 0) << "the signal took the deadline off";
  world.act_as(*waiter.thread);
  expect_refused(world, [&] { return theirs.wait(6000); }, abi::kEtimedout, Detail::kTimedOut);
  as_main();
  ASSERT_TRUE(notification.signal());
  world.act_as(*waiter.thread);
  EXPECT_EQ(*theirs.wait(0), 1u) << "what is there is taken, whatever the deadline";
}

TEST_F(NotificationTest, WaitersAreToldThatItDied) {
  start_wait(waiter);
  start_wait(second, 5000);
  ASSERT_TRUE(own.revoke(notification.slot().index));
  EXPECT_FALSE(outcome(*waiter.thread).back);
  ASSERT_TRUE(own.delete_(notification.slot().index));
  EXPECT_TRUE(refused(outcome(*waiter.thread), abi::kEpipe, Detail::kPeerDied));
  EXPECT_TRUE(refused(outcome(*second.thread), abi::kEpipe, Detail::kPeerDied));
}

TEST_F(NotificationTest, RightsAreChecked) {
  kernel::Notification signaller = badged(1);
  expect_refused(world, [&] { return signaller.poll(); }, abi::kEperm, Detail::kBadRights);
  expect_refused(world, [&] { return signaller.wait(kForever); }, abi::kEperm, Detail::kBadRights);
  ASSERT_TRUE(own.mint(200, own, notification.slot().index, kWaitRight, 0));
  expect_refused(
      world, [&] { return kernel::Notification(rt::Slot{200}).signal(); }, abi::kEperm,
      Detail::kBadRights);
}

class AlarmTest : public NotificationTest {
 protected:
  // What has come since the last look.
  std::uint64_t bits() {
    auto seen = notification.poll();
    return seen ? *seen : 0;
  }
  void bind(std::uint64_t badge = 0x40) { ASSERT_TRUE(alarm.bind(badged(badge))); }

  kernel::Alarm alarm = world.make<kernel::Alarm>();
};

TEST_F(AlarmTest, FiresOnceAndNeverEarly) {
  bind();
  ASSERT_TRUE(alarm.set(1000));
  world.advance(999);
  EXPECT_EQ(bits(), 0u);
  world.advance(1);
  EXPECT_EQ(bits(), 0x40u);
  world.advance(100'000);
  EXPECT_EQ(bits(), 0u) << "it is clear then";
}

TEST_F(AlarmTest, ADeadlineInThePastFiresAtOnce) {
  bind();
  world.advance(500);
  for (std::uint64_t past : {std::uint64_t{0}, std::uint64_t{499}, std::uint64_t{500}}) {
    ASSERT_TRUE(alarm.set(past));
    EXPECT_TRUE(world.machine.pending(world.hart.id)) << "the interrupt is there already";
    world.advance(0);
    EXPECT_EQ(bits(), 0x40u);
  }
}

TEST_F(AlarmTest, SetAgainInsteadOfTheEarlierOne) {
  bind();
  ASSERT_TRUE(alarm.set(1000));
  ASSERT_TRUE(alarm.set(3000));
  world.advance(2999);
  EXPECT_EQ(bits(), 0u);
  ASSERT_TRUE(alarm.set(5000));
  ASSERT_TRUE(alarm.set(4000));
  world.advance(1001);
  EXPECT_EQ(bits(), 0x40u);
  world.advance(5000);
  EXPECT_EQ(bits(), 0u);
}

TEST_F(AlarmTest, Clear) {
  EXPECT_TRUE(alarm.clear()) << "even when it was never bound";
  bind();
  EXPECT_TRUE(alarm.clear());
  ASSERT_TRUE(alarm.set(1000));
  ASSERT_TRUE(alarm.clear());
  world.advance(5000);
  EXPECT_EQ(bits(), 0u);
  ASSERT_TRUE(alarm.set(kForever));
  world.advance(5000);
  EXPECT_EQ(bits(), 0u);
}

TEST_F(AlarmTest, UnboundIsRefused) {
  expect_refused(world, [&] { return alarm.set(1000); }, abi::kEinval, Detail::kNotConfigured);
}

TEST_F(AlarmTest, RightsAreChecked) {
  kernel::Notification waits_only(rt::Slot{201});
  ASSERT_TRUE(own.mint(201, own, notification.slot().index, kWaitRight, 0));
  expect_refused(world, [&] { return alarm.bind(waits_only); }, abi::kEperm, Detail::kBadRights, 1);
  ASSERT_TRUE(own.mint(202, own, alarm.slot().index, 0, 0));
  kernel::Alarm weak(rt::Slot{202});
  expect_refused(world, [&] { return weak.set(1); }, abi::kEperm, Detail::kBadRights);
  expect_refused(world, [&] { return weak.clear(); }, abi::kEperm, Detail::kBadRights);
  expect_refused(world, [&] { return weak.bind(notification); }, abi::kEperm, Detail::kBadRights);
}

TEST_F(AlarmTest, BindAgainInsteadOfTheLast) {
  bind(0x40);
  bind(0x80);
  ASSERT_TRUE(alarm.set(1000));
  world.advance(1000);
  EXPECT_EQ(bits(), 0x80u);
}

// Binding anew can be what destroys the old Notification, with somebody who waits for it.
TEST_F(AlarmTest, BindingAgainDestroysTheLastTarget) {
  auto old = world.make<kernel::Notification>();
  ASSERT_TRUE(alarm.bind(old));
  world.give(waiter, 3, old.slot());
  world.act_as(*waiter.thread);
  EXPECT_TRUE(world.waits([] { (void)kernel::Notification(rt::Slot{3}).wait(kForever); }));
  as_main();
  ASSERT_TRUE(kernel::CNode(rt::Slot{waiter.node_slot}).delete_(3));
  // Deleting the first capability makes the alarm's a child of the Untyped; then it is the last.
  ASSERT_TRUE(own.delete_(old.slot().index));
  EXPECT_FALSE(outcome(*waiter.thread).back);
  bind();
  EXPECT_TRUE(refused(outcome(*waiter.thread), abi::kEpipe, Detail::kPeerDied));
  ASSERT_TRUE(alarm.set(100));
  world.advance(100);
  EXPECT_EQ(bits(), 0x40u);
}

TEST_F(AlarmTest, RevokingTheNotificationDisarms) {
  bind();
  ASSERT_TRUE(alarm.set(1000));
  ASSERT_TRUE(own.revoke(notification.slot().index));
  world.advance(5000);
  EXPECT_EQ(bits(), 0u);
  expect_refused(world, [&] { return alarm.set(9000); }, abi::kEinval, Detail::kNotConfigured);
}

TEST_F(AlarmTest, DestroyingTheAlarmDisarms) {
  bind();
  ASSERT_TRUE(alarm.set(1000));
  ASSERT_TRUE(own.delete_(alarm.slot().index));
  world.advance(5000);
  EXPECT_EQ(bits(), 0u);
}

// More are due at once than one look at the queue handles.
TEST_F(AlarmTest, ManyAtOnceAllFire) {
  constexpr unsigned kMany = 40;
  for (unsigned i = 0; i < kMany; ++i) {
    kernel::Alarm one = world.make<kernel::Alarm>();
    ASSERT_TRUE(one.bind(badged(std::uint64_t{1} << i)));
    ASSERT_TRUE(one.set(1000 + i % 3));
  }
  world.advance(2000);
  std::uint64_t all = bits();
  for (int step = 0; world.machine.pending(world.hart.id) && step < 10; ++step) {
    world.advance(0);
    all |= bits();
  }
  EXPECT_EQ(all, (std::uint64_t{1} << kMany) - 1);
}

TEST_F(AlarmTest, WakesAThreadThatWaits) {
  bind();
  start_wait(waiter);
  ASSERT_TRUE(alarm.set(700));
  world.advance(700);
  EXPECT_EQ(outcome(*waiter.thread).words[0], 0x40u);
}

// Deadlines of waits and of alarms share the timer: each comes at its time.
TEST_F(AlarmTest, TheTimerIsSetToTheNext) {
  bind();
  world.give(waiter, 3, world.make<kernel::Notification>().slot());
  world.act_as(*waiter.thread);
  EXPECT_TRUE(world.waits([] { (void)kernel::Notification(rt::Slot{3}).wait(2000); }));
  as_main();
  ASSERT_TRUE(alarm.set(3000));
  auto timer = [&] { return world.machine.hart(world.hart.id).timer.value; };
  EXPECT_LE(timer(), 2000u);
  ASSERT_TRUE(alarm.set(1000));
  EXPECT_LE(timer(), 1000u);
  world.advance(1000);
  EXPECT_GT(timer(), 1000u);
  EXPECT_LE(timer(), 2000u);
}

}  // namespace
}  // namespace tessera::testing
