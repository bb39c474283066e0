// Classes: what a thread may do to its own, and who may do more. A behaviour's task has no
// identity; what it has of the suite's authority (runner.cc) is for a task that is given the
// suite's.
#include <cstdint>

#include "idl/kernel/boot_info.h"
#include "idl/kernel/qos_control.h"
#include "servers/contract/authority.h"
#include "servers/contract/behaviour.h"
#include "servers/contract/harts.h"
#include "servers/contract/report.h"
#include "servers/contract/world.h"

namespace tessera::contract {
namespace {

using abi::QosClass;
using abi::QosOp;
using abi::QosReason;
using kernel::Notification;
using kernel::QosControl;
using kernel::Self;
using kernel::Task;
using Record = kernel::BootInfo::AuditResult;

constexpr std::uint32_t kHarts = 8;
constexpr QosClass kClasses[] = {QosClass::kIdle, QosClass::kNormal, QosClass::kInteractive,
                                 QosClass::kPerfBurst};
constexpr rt::Error kNotForOneself = refusal(abi::kEperm, abi::Detail::kNoAuthority, 3);
constexpr rt::Error kNotForATask = refusal(abi::kEperm, abi::Detail::kNoAuthority, 2);
constexpr rt::Error kNotForThisOne = refusal(abi::kEperm, abi::Detail::kNoAuthority, 0);

QosClass class_of(std::uint32_t target) {
  return OK(Self::qos(QosOp::kGet, target, QosClass::kIdle));
}
std::uint32_t own_task() { return rt::start::task().slot().index; }

void a_task_begins_normal() {
  EXPECT(class_of(0) == QosClass::kNormal);
  EXPECT(class_of(own_task()) == QosClass::kNormal);
  EXPECT(class_of(make<Task>().slot().index) == QosClass::kNormal);
}

void a_thread_lowers_itself_and_does_not_come_back() {
  REFUSED(Self::qos(QosOp::kSet, 0, QosClass::kInteractive), kNotForOneself);
  EXPECT(class_of(0) == QosClass::kNormal);
  EXPECT(OK(Self::qos(QosOp::kSet, 0, QosClass::kIdle)) == QosClass::kIdle);
  REFUSED(Self::qos(QosOp::kSet, 0, QosClass::kNormal), kNotForOneself);
  EXPECT(class_of(0) == QosClass::kIdle);
  EXPECT(class_of(own_task()) == QosClass::kNormal);  // the task's is another matter
}

void a_target_is_a_task_of_ones_own_cspace() {
  const auto wrong = [](std::uint32_t target, rt::Error error) {
    for (const QosOp op : {QosOp::kGet, QosOp::kSet}) {
      REFUSED(Self::qos(op, target, QosClass::kIdle), error);
    }
  };
  wrong(take_slot().index, refusal(abi::kEinval, abi::Detail::kBadCap, 2));
  wrong(kSlots, refusal(abi::kEinval, abi::Detail::kBadCap, 2));
  wrong(~0u, refusal(abi::kEinval, abi::Detail::kBadCap, 2));
  wrong(make<Notification>().slot().index, refusal(abi::kEinval, abi::Detail::kBadType, 2));
  wrong(without(make<Task>(), Task::Right::kInspect).slot().index, lacks_right(2));
  EXPECT(class_of(0) == QosClass::kNormal);
}

void a_task_is_set_by_nobody_without_a_control() {
  const auto other = make<Task>();
  for (const QosClass c : kClasses) {
    REFUSED(Self::qos(QosOp::kSet, other.slot().index, c), kNotForATask);
    REFUSED(Self::qos(QosOp::kSet, own_task(), c), kNotForATask);
    REFUSED(QosControl(take_slot()).set(other, c), no_capability(0));
    REFUSED(QosControl(other.slot()).set(other, c), another_type(0));
  }
  EXPECT(class_of(other.slot().index) == QosClass::kNormal);
  EXPECT(class_of(own_task()) == QosClass::kNormal);
}

void a_stolen_control_sets_nothing() {
  const auto other = make<Task>();
  const QosControl control = rt::start::qos_control();
  for (const QosClass c : kClasses) {
    for (const Task task : {other, rt::start::task()})
      REFUSED(control.set(task, c), kNotForThisOne);
  }
  REFUSED(without(control, QosControl::Right::kUse).set(other, QosClass::kIdle), lacks_right(0));
  EXPECT(class_of(other.slot().index) == QosClass::kNormal);
  EXPECT(class_of(0) == QosClass::kNormal);
  // It is badged already, and for that identity.
  REFUSED(own().mint(take_slot().index, own(), control.slot().index, 1, 0x77),
          refusal(abi::kEinval, abi::Detail::kOccupied, 5));
}

void a_control_raises_and_lowers() {
  for (const QosClass c : {QosClass::kPerfBurst, QosClass::kIdle, QosClass::kNormal}) {
    OK(Self::qos(QosOp::kSet, 0, QosClass::kIdle));
    set_by_authority(rt::start::task().slot(), c);
    EXPECT(class_of(0) == c);
    EXPECT(class_of(own_task()) == c);
  }
}

void a_fresh_task_is_set_and_its_threads_begin_so() {
  const Space space = prepare_space([](std::uint64_t) { EXPECT(class_of(0) == QosClass::kIdle); });
  set_by_authority(space.task().slot(), QosClass::kIdle);
  run_to_its_end(space);
}

// --- On another hart, where there is one

// A thread that is ready, and has no turn since a higher one never ends its own, is raised above
// it: it could not have looked by itself. That is before it has its share.
void a_set_reaches_who_does_not_run() {
  const auto came = make<Notification>();
  const auto is_low = mint(came, rt::rights(Notification::Right::kSignal), 1);
  const auto is_raised = mint(came, rt::rights(Notification::Right::kSignal), 2);
  const Space low = prepare_space([](std::uint64_t) {
    go_elsewhere();
    OK(Self::qos(QosOp::kSet, 0, QosClass::kIdle));
    OK(Notification(gift(0)).signal());
    while (class_of(0) != QosClass::kInteractive) {
    }
    OK(Notification(gift(1)).signal());
  });
  low.give(0, is_low.slot(), rt::rights(Notification::Right::kSignal));
  low.give(1, is_raised.slot(), rt::rights(Notification::Right::kSignal));
  low.start();
  EXPECT(OK(came.wait(in_milliseconds(5000))) == 1);
  const std::uint64_t share = now() + kShortOfAShare;
  if (!is_alone()) {  // else this thread itself keeps it from running
    spawn([](std::uint64_t) {
      go_elsewhere();
      for (;;) turns = turns + 1;
    });
    until_it_turns();
  }
  set_by_authority(low.task().slot(), QosClass::kInteractive);
  const auto raised = came.wait(share);
  in_time(share);
  EXPECT(OK(raised) == 2);
  low.join();
}

// --- What is audited

std::uint64_t own_id() { return OK(rt::start::task().info()).id; }

// The next record of this task's; sequence 0: there is none. Others' are dropped.
Record next_record() {
  for (std::uint32_t hart = 0; hart < kHarts; ++hart) {
    for (;;) {
      const Record record = OK(rt::start::boot_info().audit(hart));
      if (record.sequence == 0) break;
      if (record.caller_task == own_id()) return record;
    }
  }
  return {};
}
void drop_records() {
  while (next_record().sequence != 0) {
  }
}

void expect_record(QosReason reason, std::uint64_t target, std::uint8_t from, std::uint8_t to) {
  const Record record = next_record();
  EXPECT(record.sequence != 0);
  EXPECT(record.reason == reason);
  EXPECT(record.caller_sid == 0);
  EXPECT(record.target_task == target);
  EXPECT(record.from == from);
  EXPECT(record.to == to);
}

void each_decision_is_audited() {
  constexpr std::uint8_t kNormal = 1;
  constexpr std::uint8_t kBurst = 3;
  const auto other = make<Task>();
  const std::uint64_t others_id = OK(other.info()).id;
  drop_records();
  OK(Self::qos(QosOp::kSet, 0, QosClass::kNormal));
  expect_record(QosReason::kApplied, own_id(), kNormal, kNormal);
  REFUSED(Self::qos(QosOp::kSet, 0, QosClass::kPerfBurst), kNotForOneself);
  expect_record(QosReason::kUnauthorizedEscalation, own_id(), kNormal, kBurst);
  REFUSED(Self::qos(QosOp::kSet, other.slot().index, QosClass::kPerfBurst), kNotForATask);
  expect_record(QosReason::kUnauthorizedOtherTask, others_id, kNormal, kBurst);
  REFUSED(rt::start::qos_control().set(other, QosClass::kPerfBurst), kNotForThisOne);
  expect_record(QosReason::kUnauthorizedIdentity, others_id, kNormal, kBurst);
  REFUSED(Self::qos(QosOp::kSet, 0, static_cast<QosClass>(4)),
          refusal(abi::kEinval, abi::Detail::kBadEnum, 3));
  expect_record(QosReason::kInvalidQosClass, own_id(), kNormal, abi::kUnknownQosClass);
  REFUSED(Self::qos(static_cast<QosOp>(2), 0, QosClass::kNormal),
          refusal(abi::kEinval, abi::Detail::kBadEnum, 1));
  expect_record(QosReason::kInvalidOp, own_id(), kNormal, abi::kUnknownQosClass);
  REFUSED(Self::qos(QosOp::kGet, ~0u, QosClass::kNormal),
          refusal(abi::kEinval, abi::Detail::kBadCap, 2));
  expect_record(QosReason::kInvalidTarget, 0, abi::kUnknownQosClass, abi::kUnknownQosClass);
  class_of(0);
  EXPECT(next_record().sequence == 0);  // who asks and is told has decided nothing
}

// This task stays on hart 0.
void a_full_ring_counts_what_it_lost() {
  constexpr std::uint32_t kMany = 100;
  drop_records();
  const std::uint32_t lost = OK(rt::start::boot_info().audit(0)).lost;
  for (std::uint32_t i = 0; i < kMany; ++i) {
    REFUSED(Self::qos(QosOp::kSet, 0, QosClass::kPerfBurst), kNotForOneself);
  }
  std::uint32_t taken = 0;
  std::uint32_t last = 0;
  for (Record record = next_record(); record.sequence != 0; record = next_record()) {
    EXPECT(last == 0 || record.sequence == last + 1);
    last = record.sequence;
    ++taken;
  }
  EXPECT(taken > 0 && taken < kMany);
  EXPECT(OK(rt::start::boot_info().audit(0)).lost - lost == kMany - taken);
  REFUSED(Self::qos(QosOp::kSet, 0, QosClass::kPerfBurst), kNotForOneself);
  EXPECT(next_record().sequence == last + kMany - taken + 1);
}

// This task's; where the machine lets others decide meanwhile, these signal, too.
void a_decision_wakes_who_audits() {
  constexpr std::uint8_t kSignal = rt::rights(Notification::Right::kSignal);
  const auto bell = make<Notification>();
  const auto refuse = [] {
    REFUSED(Self::qos(QosOp::kSet, 0, QosClass::kPerfBurst), kNotForOneself);
  };
  OK(rt::start::boot_info().audit_to(mint(bell, kSignal, 4)));
  REFUSED(bell.poll(), kNothingToTake);
  refuse();
  EXPECT(OK(bell.poll()) == 4);
  report().set_note(0);
  const Worker waiter = spawn(
      [](std::uint64_t slot) {
        const Notification to_wait_for(rt::Slot{static_cast<std::uint32_t>(slot)});
        report().set_note(OK(to_wait_for.wait(in_milliseconds(2000))));
      },
      bell.slot().index);
  settle();
  refuse();
  waiter.join();
  EXPECT(report().note() == 4);
  OK(rt::start::boot_info().audit_to(mint(bell, kSignal, 8)));
  refuse();
  EXPECT(OK(bell.poll()) == 8);
  revoke(bell.slot());
  refuse();
  REFUSED(bell.poll(), kNothingToTake);
}

void the_audit_is_for_whom_it_was_given() {
  const kernel::BootInfo info = rt::start::boot_info();
  REFUSED(without(info, kernel::BootInfo::Right::kAudit).audit(0), lacks_right(0));
  REFUSED(info.audit(kHarts), out_of_range(1));
  REFUSED(info.audit(~0u), out_of_range(1));
  const auto bell = make<Notification>();
  REFUSED(without(info, kernel::BootInfo::Right::kAudit).audit_to(bell), lacks_right(0));
  REFUSED(info.audit_to(without(bell, Notification::Right::kSignal)), lacks_right(1));
}

}  // namespace

std::span<const Behaviour> qos_behaviours() {
  static constexpr Behaviour kAll[] = {
      {"qos.a_task_begins_normal", a_task_begins_normal},
      {"qos.a_thread_lowers_itself_and_does_not_come_back",
       a_thread_lowers_itself_and_does_not_come_back},
      {"qos.a_target_is_a_task_of_ones_own_cspace", a_target_is_a_task_of_ones_own_cspace},
      {"qos.a_task_is_set_by_nobody_without_a_control", a_task_is_set_by_nobody_without_a_control},
      {"qos.a_stolen_control_sets_nothing", a_stolen_control_sets_nothing},
      {"qos.a_control_raises_and_lowers", a_control_raises_and_lowers},
      {"qos.a_fresh_task_is_set_and_its_threads_begin_so",
       a_fresh_task_is_set_and_its_threads_begin_so},
      {"qos.a_set_reaches_who_does_not_run", a_set_reaches_who_does_not_run},
      {"qos.each_decision_is_audited", each_decision_is_audited},
      {"qos.a_full_ring_counts_what_it_lost", a_full_ring_counts_what_it_lost},
      {"qos.a_decision_wakes_who_audits", a_decision_wakes_who_audits},
      {"qos.the_audit_is_for_whom_it_was_given", the_audit_is_for_whom_it_was_given},
  };
  return kAll;
}

}  // namespace tessera::contract
