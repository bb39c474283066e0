// What was decided about classes, as whoever may reads it: BootInfo.audit.
#include "kernel/object/audit.h"

#include <gtest/gtest.h>

#include "idl/kernel_rights.h"
#include "kernel/object/state.h"
#include "kernel/testing/ipc_fixture.h"

namespace tessera::testing {
namespace {

using abi::Detail;
using abi::QosClass;
using abi::QosOp;
using abi::QosReason;
using kernel::Self;

constexpr std::uint32_t kKept = AuditRing::kRecords;

class AuditTest : public ::testing::Test {
 protected:
  AuditTest() {
    world.slot(300).fill(state.root, abi::ObjectType::kBootInfo, 0, abi::kAllBootInfoRights);
    world.main().task()->identity = 0x17;
  }
  void refuse() { EXPECT_FALSE(Self::qos(QosOp::kSet, 0, QosClass::kPerfBurst)); }
  std::uint32_t sequence() {
    const auto record = info.audit(0);
    EXPECT_TRUE(record);
    return record ? record->sequence : 0;
  }

  World world;
  kernel::BootInfo info{rt::Slot{300}};
};

TEST_F(AuditTest, ARecordHasItAll) {
  ASSERT_TRUE(Self::qos(QosOp::kSet, 0, QosClass::kIdle));
  refuse();
  const auto first = info.audit(0);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->sequence, 1u);
  EXPECT_EQ(first->reason, QosReason::kApplied);
  EXPECT_EQ(first->caller_sid, 0x17u);
  EXPECT_EQ(first->caller_task, world.main().task()->id);
  EXPECT_EQ(first->target_task, world.main().task()->id);
  EXPECT_EQ(first->from, std::to_underlying(QosClass::kNormal));
  EXPECT_EQ(first->to, std::to_underlying(QosClass::kIdle));
  EXPECT_EQ(first->lost, 0u);
  const auto second = info.audit(0);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->sequence, 2u);
  EXPECT_EQ(second->reason, QosReason::kUnauthorizedEscalation);
  EXPECT_EQ(second->to, std::to_underlying(QosClass::kPerfBurst));
  EXPECT_EQ(sequence(), 0u);
}

TEST_F(AuditTest, AFullRingCountsWhatItLost) {
  for (std::uint32_t round = 0; round < 3; ++round) {
    const std::uint32_t before = round * (kKept + 5);
    for (std::uint32_t i = 0; i < kKept + 5; ++i) refuse();
    for (std::uint32_t i = 1; i <= kKept; ++i) EXPECT_EQ(sequence(), before + i);
    const auto nothing = info.audit(0);
    ASSERT_TRUE(nothing);
    EXPECT_EQ(nothing->sequence, 0u);
    EXPECT_EQ(nothing->lost, 5 * (round + 1));
  }
  refuse();
  EXPECT_EQ(sequence(), 3 * (kKept + 5) + 1) << "those in between were lost";
}

TEST_F(AuditTest, EachHartHasItsOwn) {
  refuse();
  for (std::uint32_t hart = 1; hart < kMaxHarts; ++hart) {
    const auto record = info.audit(hart);
    ASSERT_TRUE(record);
    EXPECT_EQ(record->sequence, 0u);
  }
  EXPECT_EQ(sequence(), 1u);
}

TEST_F(AuditTest, ItIsRefusedWithoutTheRight) {
  const kernel::CNode own(World::kNode);
  const std::uint32_t weak = world.fresh_slot();
  constexpr auto kAudit = static_cast<std::uint8_t>(abi::BootInfoRight::kAudit);
  ASSERT_TRUE(own.mint(weak, own, 300, abi::kAllBootInfoRights & ~kAudit, 0));
  expect_refused(
      world, [&] { return kernel::BootInfo(rt::Slot{weak}).audit(0); }, abi::kEperm,
      Detail::kBadRights, 0);
  for (std::uint32_t hart : {kMaxHarts, kMaxHarts + 1, ~0u}) {
    expect_refused(world, [&] { return info.audit(hart); }, abi::kEinval, Detail::kBadRange, 1);
  }
}

class AuditToTest : public AuditTest {
 protected:
  static constexpr std::uint8_t kSignal = abi::kAllNotificationRights;

  AuditToTest()
      : bell(world.make<kernel::Notification>()), first(minted(bell, 4)), second(minted(bell, 8)) {}

  kernel::Notification minted(kernel::Notification from, std::uint64_t badge,
                              std::uint8_t rights = kSignal) {
    const std::uint32_t to = world.fresh_slot();
    EXPECT_TRUE(own.mint(to, own, from.slot().index, rights, badge));
    return kernel::Notification(rt::Slot{to});
  }
  // What has been signalled since it was last asked; 0: nothing.
  std::uint64_t rung() { return bell.poll().value_or(0); }

  const kernel::CNode own{World::kNode};
  const kernel::Notification bell;
  const kernel::Notification first;
  const kernel::Notification second;
};

TEST_F(AuditToTest, EachDecisionSignals) {
  refuse();
  ASSERT_TRUE(info.audit_to(first));
  EXPECT_EQ(rung(), 0u) << "those before are not told";
  refuse();
  EXPECT_EQ(rung(), 4u);
  ASSERT_TRUE(Self::qos(QosOp::kSet, 0, QosClass::kIdle));
  EXPECT_EQ(rung(), 4u);
  EXPECT_TRUE(Self::qos(QosOp::kGet, 0, QosClass::kIdle));
  EXPECT_EQ(rung(), 0u) << "who asks has decided nothing";
  for (std::uint32_t i = 0; i < 2 * kKept; ++i) refuse();
  EXPECT_EQ(rung(), 4u);
  refuse();
  EXPECT_EQ(rung(), 4u) << "what is lost is told, too";
}

TEST_F(AuditToTest, TheNextTakesThePlaceOfTheOneBefore) {
  const std::uint64_t before = capability_count;
  ASSERT_TRUE(info.audit_to(first));
  ASSERT_TRUE(info.audit_to(second));
  EXPECT_EQ(capability_count, before + 1);
  refuse();
  EXPECT_EQ(rung(), 8u);
}

TEST_F(AuditToTest, ItGoesWithItsNotification) {
  ASSERT_TRUE(info.audit_to(first));
  ASSERT_TRUE(own.revoke(bell.slot().index));
  EXPECT_TRUE(state.audit_to.empty());
  refuse();
  EXPECT_EQ(rung(), 0u);
  ASSERT_TRUE(info.audit_to(bell));
  ASSERT_TRUE(own.revoke(bell.slot().index));
  ASSERT_TRUE(own.delete_(bell.slot().index));
  EXPECT_TRUE(state.audit_to.empty());
  refuse();
}

TEST_F(AuditToTest, ItIsForWhoMayAuditAndSignal) {
  const std::uint32_t weak = world.fresh_slot();
  constexpr auto kAudit = static_cast<std::uint8_t>(abi::BootInfoRight::kAudit);
  ASSERT_TRUE(own.mint(weak, own, 300, abi::kAllBootInfoRights & ~kAudit, 0));
  expect_refused(
      world, [&] { return kernel::BootInfo(rt::Slot{weak}).audit_to(first); }, abi::kEperm,
      Detail::kBadRights, 0);
  const auto mute = minted(bell, 1, static_cast<std::uint8_t>(abi::NotificationRight::kWait));
  expect_refused(world, [&] { return info.audit_to(mute); }, abi::kEperm, Detail::kBadRights, 1);
  refuse();
  EXPECT_EQ(rung(), 0u);
}

// A set that is preempted is one decision, and so is each that is made again.
TEST_F(AuditTest, APreemptedSetIsOneRecord) {
  const Player player = world.make_task();
  for (int i = 0; i < 5; ++i) (void)world.make_thread(player);
  const kernel::CNode own(World::kNode);
  const kernel::QosControl control(rt::Slot{world.fresh_slot()});
  ASSERT_TRUE(own.mint(control.slot().index, own, World::kQos.index, abi::kAllQosControlRights,
                       world.main().task()->identity));
  world.act_as(world.main());
  for (std::uint32_t i = 1; i <= 2; ++i) {
    world.preemptions = 0;
    world.interrupt_always(true);
    EXPECT_TRUE(control.set(kernel::Task(rt::Slot{player.task_slot}), QosClass::kInteractive));
    world.interrupt_always(false);
    EXPECT_GT(world.preemptions, 4);
    const auto record = info.audit(0);
    ASSERT_TRUE(record);
    EXPECT_EQ(record->sequence, i);
    EXPECT_EQ(record->target_task, player.task->id);
    EXPECT_EQ(record->from,
              std::to_underlying(i == 1 ? QosClass::kNormal : QosClass::kInteractive));
    EXPECT_EQ(sequence(), 0u);
  }
}

}  // namespace
}  // namespace tessera::testing
