// Classes: what a thread may do to its own, and what comes of it.
#include <gtest/gtest.h>

#include <string>

#include "idl/system_call.h"
#include "kernel/object/donation.h"
#include "kernel/sched/scheduler.h"
#include "kernel/testing/call_fixture.h"
#include "kernel/testing/ipc_fixture.h"

namespace tessera::testing {
namespace {

using abi::Detail;
using abi::QosClass;
using abi::QosOp;
using kernel::Self;

constexpr QosClass kClasses[] = {QosClass::kIdle, QosClass::kNormal, QosClass::kInteractive,
                                 QosClass::kPerfBurst};

class QosTest : public IpcTest {
 protected:
  // Of players.
  static constexpr std::uint32_t kOther = 10;
  static constexpr std::uint32_t kOwn = 11;
  static constexpr std::uint32_t kControl = 12;
  static constexpr std::uint64_t kIdentity = 0x5e55'0000'0000'0014;

  void begin_at(Thread& thread, QosClass c) {
    set_class(thread, c);
    world.act_as(thread);
  }
};

TEST_F(QosTest, ANewThreadIsNormal) {
  as(client);
  EXPECT_EQ(Self::qos(QosOp::kGet, 0, QosClass::kIdle), QosClass::kNormal);
}

TEST_F(QosTest, GetTakesNoNoticeOfTheClass) {
  for (QosClass own : kClasses) {
    begin_at(*client.thread, own);
    for (QosClass c : kClasses) EXPECT_EQ(Self::qos(QosOp::kGet, 0, c), own);
  }
}

TEST_F(QosTest, TheSameOrALowerClassIsAllowed) {
  for (QosClass own : kClasses) {
    for (QosClass c : kClasses) {
      if (c > own) continue;
      begin_at(*client.thread, own);
      EXPECT_EQ(Self::qos(QosOp::kSet, 0, c), c);
      EXPECT_EQ(client.thread->own_class, c);
      EXPECT_EQ(client.thread->effective_class, c);
    }
  }
}

TEST_F(QosTest, test_reject_qos_set_unauthorized_self_escalation) {
  for (QosClass own : kClasses) {
    for (QosClass c : kClasses) {
      if (c <= own) continue;
      begin_at(*client.thread, own);
      Snapshot before(world);
      EXPECT_TRUE(refused(Self::qos(QosOp::kSet, 0, c), abi::kEperm, Detail::kNoAuthority, 3));
      EXPECT_EQ(before.changed(), "");
    }
  }
}

// With all rights to the other task, and to its own.
TEST_F(QosTest, test_reject_qos_set_unauthorized_other_task) {
  world.give(client, kOther, rt::Slot{server.task_slot});
  world.give(client, kOwn, rt::Slot{client.task_slot});
  as(client);
  for (QosClass c : kClasses) {
    for (std::uint32_t target : {kOther, kOwn}) {
      Snapshot before(world);
      EXPECT_TRUE(refused(Self::qos(QosOp::kSet, target, c), abi::kEperm, Detail::kNoAuthority, 2));
      EXPECT_EQ(before.changed(), "");
    }
  }
}

// A control that was minted for another identity, whoever gave it; and the one that is minted of.
TEST_F(QosTest, test_reject_qos_stolen_control_cap) {
  server.task->identity = kIdentity;
  const kernel::QosControl control(rt::Slot{kControl});
  for (const Player* player : {&client, &server}) {
    world.give(*player, kOther, rt::Slot{player == &client ? server.task_slot : client.task_slot});
    world.give(*player, kControl, World::kQos, abi::kAllQosControlRights, kIdentity);
    world.give(*player, kControl + 1, World::kQos);
  }
  as(client);
  for (std::uint64_t identity : {std::uint64_t{0}, kIdentity + 1, ~kIdentity}) {
    client.task->identity = identity;
    for (std::uint32_t held : {kControl, kControl + 1}) {
      for (QosClass c : kClasses) {
        Snapshot before(world);
        EXPECT_TRUE(
            refused(kernel::QosControl(rt::Slot{held}).set(kernel::Task(rt::Slot{kOther}), c),
                    abi::kEperm, Detail::kNoAuthority, 0));
        EXPECT_EQ(before.changed(), "");
      }
    }
  }
  // It is the identity that is in the way, nothing else.
  client.task->identity = kIdentity;
  EXPECT_TRUE(control.set(kernel::Task(rt::Slot{kOther}), QosClass::kInteractive));
  EXPECT_EQ(server.thread->own_class, QosClass::kInteractive);
}

TEST_F(QosTest, GetTellsTheClassOfATask) {
  constexpr auto kInspect = static_cast<std::uint8_t>(abi::TaskRight::kInspect);
  world.give(client, kOther, rt::Slot{server.task_slot}, kInspect, 0);
  world.give(client, kOwn, rt::Slot{server.task_slot},
             static_cast<std::uint8_t>(abi::kAllTaskRights & ~kInspect), 0);
  as(client);
  EXPECT_EQ(Self::qos(QosOp::kGet, kOther, QosClass::kIdle), QosClass::kNormal);
  {
    const WithTree tree;
    set_task_class(*server.task, QosClass::kPerfBurst);
    EXPECT_TRUE(settle_class(*server.task));
  }
  EXPECT_EQ(Self::qos(QosOp::kGet, kOther, QosClass::kIdle), QosClass::kPerfBurst);
  as(client);
  expect_refused(
      world, [&] { return Self::qos(QosOp::kGet, kOwn, QosClass::kIdle); }, abi::kEperm,
      Detail::kBadRights, 2);
}

TEST_F(QosTest, WhoHasLoweredItselfDoesNotComeBack) {
  as(client);
  EXPECT_TRUE(Self::qos(QosOp::kSet, 0, QosClass::kIdle));
  EXPECT_TRUE(
      refused(Self::qos(QosOp::kSet, 0, QosClass::kNormal), abi::kEperm, Detail::kNoAuthority, 3));
}

// Nor by a thread that it makes.
TEST_F(QosTest, ANewThreadIsNotAboveItsMaker) {
  for (QosClass own : kClasses) {
    begin_at(world.main(), own);
    auto thread = world.make<kernel::Thread>();
    EXPECT_TRUE(thread.configure(kernel::Task(World::kTask)));
    const auto& made = *reinterpret_cast<Thread*>(world.slot(thread.slot().index).object());
    EXPECT_EQ(made.own_class, std::min(own, QosClass::kNormal)) << "the task is normal";
    EXPECT_EQ(made.effective_class, made.own_class);
  }
}

// A server that lowers itself while it works for somebody is lower when it has answered.
TEST_F(QosTest, ADonatedClassStaysUntilTheAnswer) {
  set_class(*client.thread, QosClass::kInteractive);
  start_receive(server);
  start_call(client);
  as(server);
  EXPECT_TRUE(Self::qos(QosOp::kSet, 0, QosClass::kIdle));
  EXPECT_EQ(server.thread->effective_class, QosClass::kInteractive);
  // What it runs at is not its own: it cannot keep it.
  EXPECT_TRUE(refused(Self::qos(QosOp::kSet, 0, QosClass::kInteractive), abi::kEperm,
                      Detail::kNoAuthority, 3));
  reply_and_wait(server, kWords, 0, 0);
  EXPECT_EQ(server.thread->effective_class, QosClass::kIdle);
}

// Whoever is more important and ready runs at once.
TEST_F(QosTest, WhoLowersItselfGivesWay) {
  as(client);
  EXPECT_TRUE(Self::now());
  ASSERT_EQ(world.hart.current, client.thread);
  ASSERT_EQ(sched::run_state(*server.thread), sched::RunState::kReady);
  EXPECT_TRUE(Self::qos(QosOp::kSet, 0, QosClass::kIdle));
  EXPECT_NE(world.hart.current, client.thread);
  EXPECT_EQ(sched::run_state(*client.thread), sched::RunState::kReady);
}

class QosRegisterTest : public CallTest {
 protected:
  // No word but the enumerants, or 0, is one: neither cut nor clamped, whatever the other bits say.
  void only_accepts(unsigned reg, std::uint64_t greatest, unsigned argument, Detail detail) {
    const calls::Call& call = call_of(abi::SystemCall::kSelfQos);
    expect_rejected(call, reg, greatest + 1, abi::kEinval, detail, argument);
    expect_rejected(call, reg, ~std::uint64_t{0}, abi::kEinval, detail, argument);
    for (unsigned bit = 0; bit < 64; ++bit) {
      const std::uint64_t word = std::uint64_t{1} << bit;
      if (word > greatest) expect_rejected(call, reg, word, abi::kEinval, detail, argument);
    }
  }
};

TEST_F(QosRegisterTest, test_reject_invalid_qos_op) { only_accepts(kA0, 1, 1, Detail::kBadEnum); }
// A bit beyond the 32 of an address is not cut off; what remains must be a task's.
TEST_F(QosRegisterTest, test_reject_qos_target_overflow) {
  const calls::Call& call = call_of(abi::SystemCall::kSelfQos);
  for (unsigned bit = 32; bit < 64; ++bit) {
    for (const std::uint64_t low : {std::uint64_t{0}, std::uint64_t{World::kTask.index}}) {
      const std::uint64_t word = std::uint64_t{1} << bit | low;
      expect_rejected(call, kA1, word, abi::kEinval, Detail::kBadRange, 2);
    }
  }
  expect_rejected(call, kA1, ~std::uint64_t{0}, abi::kEinval, Detail::kBadCap, 2);
  for (unsigned bit = 9; bit < 32; ++bit) {
    const std::uint64_t beyond = abi::word(std::uint32_t{1} << bit);
    expect_rejected(call, kA1, beyond, abi::kEinval, Detail::kBadCap, 2);
  }
  expect_rejected(call, kA1, kEmpty, abi::kEinval, Detail::kBadCap, 2);
  expect_rejected(call, kA1, World::kNode.index, abi::kEinval, Detail::kBadType, 2);
}
TEST_F(QosRegisterTest, test_reject_invalid_qos_class) {
  expect_rejected(call_of(abi::SystemCall::kSelfQos), kA2, 4, abi::kEinval, Detail::kBadEnum, 3);
}
TEST_F(QosRegisterTest, test_reject_qos_class_wire_overflow) {
  only_accepts(kA2, 3, 3, Detail::kBadEnum);
}

}  // namespace
}  // namespace tessera::testing
