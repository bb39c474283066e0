// Classes: what a thread may do to its own, and what comes of it.
#include <gtest/gtest.h>

#include <string>

#include "idl/system_call.h"
#include "kernel/object/audit.h"
#include "kernel/object/donation.h"
#include "kernel/object/state.h"
#include "kernel/sched/scheduler.h"
#include "kernel/testing/call_fixture.h"
#include "kernel/testing/ipc_fixture.h"

namespace tessera::testing {
namespace {

using abi::Detail;
using abi::QosClass;
using abi::QosOp;
using abi::QosReason;
using kernel::Self;

constexpr QosClass kClasses[] = {QosClass::kIdle, QosClass::kNormal, QosClass::kInteractive,
                                 QosClass::kPerfBurst};

constexpr std::uint8_t kUnknown = abi::kUnknownQosClass;

// The hart's ring has one record more, and nothing else.
class Audited {
 public:
  void expect(QosReason reason, const Thread& caller, const Task* target, std::uint8_t from,
              std::uint8_t to) {
    const AuditRecord record = audit_of(Hart::here()).take();
    EXPECT_EQ(record.sequence, ++sequence_);
    EXPECT_EQ(record.reason, reason);
    EXPECT_EQ(record.caller_sid, caller.task()->identity);
    EXPECT_EQ(record.caller_task, caller.task()->id);
    EXPECT_EQ(record.target_task, target == nullptr ? 0 : target->id);
    EXPECT_EQ(record.from, from);
    EXPECT_EQ(record.to, to);
    expect_nothing();
  }
  void expect(QosReason reason, const Thread& caller, const Task& target, QosClass from,
              QosClass to) {
    expect(reason, caller, &target, std::to_underlying(from), std::to_underlying(to));
  }
  static void expect_nothing() { EXPECT_EQ(audit_of(Hart::here()).take().sequence, 0u); }

 private:
  std::uint32_t sequence_ = 0;
};

class QosTest : public IpcTest {
 protected:
  QosTest() {
    client.task->identity = kClientIdentity;
    server.task->identity = kIdentity;
  }
  // Of players.
  static constexpr std::uint32_t kOther = 10;
  static constexpr std::uint32_t kOwn = 11;
  static constexpr std::uint32_t kControl = 12;
  static constexpr std::uint64_t kIdentity = 0x5e55'0000'0000'0014;
  static constexpr std::uint64_t kClientIdentity = 0x5e55'0000'0000'0020;

  Audited audited;

  void begin_at(Thread& thread, QosClass c) {
    set_class(thread, c);
    world.act_as(thread);
  }
};

TEST_F(QosTest, ANewThreadIsNormal) {
  as(client);
  EXPECT_EQ(Self::qos(QosOp::kGet, 0, QosClass::kIdle), QosClass::kNormal);
  audited.expect_nothing();
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
      EXPECT_EQ(client.thread->own_class.peek(), c);
      EXPECT_EQ(client.thread->effective_class.peek(), c);
      audited.expect(QosReason::kApplied, *client.thread, *client.task, own, c);
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
      audited.expect(QosReason::kUnauthorizedEscalation, *client.thread, *client.task, own, c);
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
      audited.expect(QosReason::kUnauthorizedOtherTask, *client.thread,
                     *(target == kOwn ? client : server).task, QosClass::kNormal, c);
    }
  }
}

// A control that was minted for another identity, whoever gave it; and the one that is minted of.
TEST_F(QosTest, test_reject_qos_stolen_control_cap) {
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
        audited.expect(QosReason::kUnauthorizedIdentity, *client.thread, *server.task,
                       QosClass::kNormal, c);
      }
    }
  }
  // It is the identity that is in the way, nothing else.
  client.task->identity = kIdentity;
  EXPECT_TRUE(control.set(kernel::Task(rt::Slot{kOther}), QosClass::kInteractive));
  EXPECT_EQ(server.thread->own_class.peek(), QosClass::kInteractive);
  audited.expect(QosReason::kApplied, *client.thread, *server.task, QosClass::kNormal,
                 QosClass::kInteractive);
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
  audited.expect(QosReason::kUnauthorizedOtherTask, *client.thread, server.task,
                 std::to_underlying(QosClass::kPerfBurst), kUnknown);
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
    EXPECT_EQ(made.own_class.peek(), std::min(own, QosClass::kNormal)) << "the task is normal";
    EXPECT_EQ(made.effective_class.peek(), made.own_class.peek());
  }
}

// A server that lowers itself while it works for somebody is lower when it has answered.
TEST_F(QosTest, ADonatedClassStaysUntilTheAnswer) {
  set_class(*client.thread, QosClass::kInteractive);
  start_receive(server);
  start_call(client);
  as(server);
  EXPECT_TRUE(Self::qos(QosOp::kSet, 0, QosClass::kIdle));
  EXPECT_EQ(server.thread->effective_class.peek(), QosClass::kInteractive);
  // What it runs at is not its own: it cannot keep it.
  EXPECT_TRUE(refused(Self::qos(QosOp::kSet, 0, QosClass::kInteractive), abi::kEperm,
                      Detail::kNoAuthority, 3));
  reply_and_wait(server, kWords, 0, 0);
  EXPECT_EQ(server.thread->effective_class.peek(), QosClass::kIdle);
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

// Of a call with all in order but for one register. All have one with target and class normal, and
// Self.qos as get.
class QosRegisterTest : public CallTest {
 protected:
  // The refusal, that nothing changed, and the record.
  void rejects(abi::SystemCall number, unsigned reg, std::uint64_t word, Error error,
               QosReason reason, bool target_known = true) {
    expect_rejected(call_of(number), reg, word, error.status, error.detail, error.argument);
    const auto now = std::to_underlying(QosClass::kNormal);
    const bool control = number == abi::SystemCall::kQosControlSet;
    const bool to_known = control && reason != QosReason::kInvalidQosClass;
    const Task& own = *world.main().task();
    const Task& named = *reinterpret_cast<Task*>(
        world.slot(kArgument + std::to_underlying(abi::ObjectType::kTask)).object());
    const Task* target = !target_known ? nullptr : control ? &named : &own;
    audited.expect(reason, world.main(), target, target_known ? now : kUnknown,
                   to_known ? std::to_underlying(QosClass::kIdle) : kUnknown);
  }
  // No word but the enumerants is one: neither cut nor clamped, whatever the other bits say.
  void only_accepts(abi::SystemCall number, unsigned reg, std::uint64_t greatest,
                    std::uint8_t argument, QosReason reason) {
    const Error error{abi::kEinval, Detail::kBadEnum, argument};
    rejects(number, reg, greatest + 1, error, reason);
    rejects(number, reg, ~std::uint64_t{0}, error, reason);
    for (unsigned bit = 0; bit < 64; ++bit) {
      const std::uint64_t word = std::uint64_t{1} << bit;
      if (word > greatest) rejects(number, reg, word, error, reason);
    }
  }

  Audited audited;
};
constexpr auto kSelfQos = abi::SystemCall::kSelfQos;
constexpr auto kControlSet = abi::SystemCall::kQosControlSet;

TEST_F(QosRegisterTest, test_reject_invalid_qos_op) {
  only_accepts(kSelfQos, kA0, 1, 1, QosReason::kInvalidOp);
}
TEST_F(QosRegisterTest, test_reject_invalid_qos_class) {
  const QosReason reason = QosReason::kInvalidQosClass;
  rejects(kSelfQos, kA2, 4, {abi::kEinval, Detail::kBadEnum, 3}, reason);
  rejects(kControlSet, kA1, 4, {abi::kEinval, Detail::kBadEnum, 2}, reason);
}
TEST_F(QosRegisterTest, test_reject_qos_class_wire_overflow) {
  only_accepts(kSelfQos, kA2, 3, 3, QosReason::kInvalidQosClass);
  only_accepts(kControlSet, kA1, 3, 2, QosReason::kInvalidQosClass);
}

// A bit beyond the 32 of an address is not cut off; what remains must be a task's.
TEST_F(QosRegisterTest, test_reject_qos_target_overflow) {
  const QosReason reason = QosReason::kInvalidTarget;
  for (unsigned bit = 32; bit < 64; ++bit) {
    for (const std::uint64_t low : {std::uint64_t{0}, std::uint64_t{World::kTask.index}}) {
      const std::uint64_t word = std::uint64_t{1} << bit | low;
      rejects(kSelfQos, kA1, word, {abi::kEinval, Detail::kBadRange, 2}, reason, false);
      rejects(kControlSet, kA0, word, {abi::kEbadf, Detail::kBadCap, 1}, reason, false);
    }
  }
  for (unsigned bit = 9; bit < 32; ++bit) {
    const std::uint64_t beyond = abi::word(std::uint32_t{1} << bit);
    rejects(kSelfQos, kA1, beyond, {abi::kEinval, Detail::kBadCap, 2}, reason, false);
  }
  const Error none{abi::kEinval, Detail::kBadCap, 2};
  rejects(kSelfQos, kA1, ~std::uint64_t{0}, none, reason, false);
  rejects(kSelfQos, kA1, kEmpty, none, reason, false);
  const Error other{abi::kEinval, Detail::kBadType, 2};
  rejects(kSelfQos, kA1, World::kNode.index, other, reason, false);
}

// Whoever has no QosControl has no say over another task.
TEST_F(QosRegisterTest, WithoutAQosControl) {
  const QosReason reason = QosReason::kUnauthorizedOtherTask;
  rejects(kControlSet, kT0, kEmpty, {abi::kEbadf, Detail::kBadCap, 0}, reason);
  rejects(kControlSet, kT0, World::kTask.index, {abi::kEbadf, Detail::kBadType, 0}, reason);
}

}  // namespace
}  // namespace tessera::testing
