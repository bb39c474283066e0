// Who runs: on Runnables without threads around them.
#include "kernel/sched/scheduler.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "kernel/arch/host/machine.h"

namespace tessera {
namespace {

using abi::QosClass;

class SchedulerTest : public ::testing::Test {
 protected:
  SchedulerTest() {
    machine.run_as(hart);
    for (Runnable& one : r) one.set_home(hart);
  }
  void start(unsigned i, QosClass c = QosClass::kNormal) {
    r[i].own_class.set(c);
    r[i].effective_class.set(c);
    sched::make_ready(r[i]);
  }
  // The number of who runs next; -1: nobody.
  long choose() {
    if (timer() <= machine.time().value) hart.programmed = kRang;  // it interrupts
    Runnable* next = sched::choose(hart);
    if (next == nullptr) return -1;
    EXPECT_EQ(hart.current, next);
    EXPECT_EQ(sched::run_state(*next), sched::RunState::kRunning);
    return next - r.data();
  }
  void pass(std::uint64_t nanoseconds) { machine.advance(nanoseconds); }
  std::uint64_t timer() { return machine.hart(hart.id).timer.value; }

  arch::host::Machine machine;
  Hart hart;
  std::array<Runnable, 8> r;
};

TEST_F(SchedulerTest, HighestClassFirstThenInOrder) {
  start(0, QosClass::kIdle);
  start(1, QosClass::kNormal);
  start(2, QosClass::kPerfBurst);
  start(3, QosClass::kNormal);
  start(4, QosClass::kInteractive);
  start(5, QosClass::kPerfBurst);
  for (long expected : {2, 5, 4, 1, 3, 0, -1}) {
    EXPECT_EQ(choose(), expected);
    if (hart.current != nullptr) sched::make_wait(*hart.current);
  }
}

TEST_F(SchedulerTest, TheOneThatRunsGoesOn) {
  start(0);
  EXPECT_EQ(choose(), 0);
  start(1);
  EXPECT_EQ(choose(), 0);
  pass(kSlice.value - 1);
  EXPECT_EQ(choose(), 0);
}

TEST_F(SchedulerTest, ASliceEnds) {
  for (unsigned i = 0; i < 3; ++i) start(i);
  std::vector<long> order;
  for (int turn = 0; turn < 6; ++turn) {
    order.push_back(choose());
    EXPECT_EQ(timer(), machine.time().value + kSlice.value) << "one-shot, at the slice's end";
    pass(kSlice.value);
  }
  EXPECT_EQ(order, (std::vector<long>{0, 1, 2, 0, 1, 2}));
}

// No periodic tick: nobody else of the class is ready, so there is nothing to interrupt for.
TEST_F(SchedulerTest, AloneThereIsNoTimer) {
  start(0);
  EXPECT_EQ(choose(), 0);
  EXPECT_EQ(timer(), kNever.value);
  pass(100 * kSlice.value);
  EXPECT_EQ(choose(), 0);
  EXPECT_EQ(timer(), kNever.value);
  start(2);
  EXPECT_EQ(choose(), 0) << "its slice begins when somebody waits for it";
  EXPECT_EQ(timer(), machine.time().value + kSlice.value);
}

TEST_F(SchedulerTest, YieldLetsTheOthersOfTheClassGoFirst) {
  start(0);
  start(1);
  start(2, QosClass::kIdle);
  EXPECT_EQ(choose(), 0);
  sched::yield(hart);
  EXPECT_EQ(choose(), 1);
  sched::yield(hart);
  EXPECT_EQ(choose(), 0);
  sched::make_wait(r[1]);
  sched::yield(hart);
  EXPECT_EQ(choose(), 0) << "or goes on: a lower class is none of them";
}

// A higher class interrupts at once; who was interrupted goes on, with what is left of its slice.
TEST_F(SchedulerTest, APreemptedOneKeepsItsTurn) {
  start(0);
  start(1);
  EXPECT_EQ(choose(), 0);
  pass(kSlice.value / 2);
  start(2, QosClass::kInteractive);
  EXPECT_EQ(choose(), 2);
  sched::make_wait(r[2]);
  EXPECT_EQ(choose(), 0);
  pass(kSlice.value / 2);
  EXPECT_EQ(choose(), 1) << "not a whole slice again";
}

// However often a higher class interrupts, the others of the interrupted class have their turns.
TEST_F(SchedulerTest, InterruptionsDoNotKeepAClassmateWaiting) {
  start(0);
  start(1);
  EXPECT_EQ(choose(), 0);
  bool ran = false;
  for (int i = 0; i < 20 && !ran; ++i) {
    pass(kSlice.value / 4);
    start(2, QosClass::kInteractive);
    EXPECT_EQ(choose(), 2);
    sched::make_wait(r[2]);
    ran = choose() == 1 || (timer() <= machine.time().value && choose() == 1);
  }
  EXPECT_TRUE(ran);
}

TEST_F(SchedulerTest, AHandOverRunsBeforeTheOthers) {
  for (unsigned i = 0; i < 3; ++i) start(i);
  EXPECT_EQ(choose(), 0);
  sched::make_wait(*hart.current);
  r[5].own_class.set(QosClass::kNormal);
  r[5].effective_class.set(QosClass::kNormal);
  sched::make_ready_first(r[5]);
  EXPECT_EQ(choose(), 5);
}

// Two that call each other for ever share one turn: the third is not kept waiting.
TEST_F(SchedulerTest, HandOversShareOneSlice) {
  start(0);
  start(2);
  EXPECT_EQ(choose(), 0);
  bool ran = false;
  for (int i = 0; i < 40 && !ran; ++i) {
    Runnable& other = hart.current == &r[0] ? r[1] : r[0];
    if (sched::run_state(other) != sched::RunState::kWaiting) break;
    sched::make_wait(*hart.current);
    sched::make_ready_first(other);
    (void)choose();
    pass(kSlice.value / 8);
    ran = choose() == 2;
    EXPECT_LE(machine.time().value, kSlice.value + kSlice.value / 8);
  }
  EXPECT_TRUE(ran);
}

TEST_F(SchedulerTest, AChangeOfClassCountsWhereverItIs) {
  start(0);
  start(1);
  start(2);
  EXPECT_EQ(choose(), 0);
  sched::set_effective_class(r[2], QosClass::kPerfBurst);  // ready
  EXPECT_EQ(choose(), 2);
  sched::set_effective_class(r[2], QosClass::kIdle);  // running
  EXPECT_EQ(choose(), 0);
  sched::set_effective_class(r[4], QosClass::kInteractive);  // waiting
  sched::make_ready(r[4]);
  EXPECT_EQ(choose(), 4);
}

TEST_F(SchedulerTest, WaitingTakesItOutOfEverything) {
  start(0);
  start(1);
  EXPECT_EQ(choose(), 0);
  sched::make_wait(r[1]);
  EXPECT_EQ(sched::run_state(r[1]), sched::RunState::kWaiting);
  EXPECT_FALSE(r[1].linked());
  sched::make_wait(r[0]);
  EXPECT_EQ(choose(), -1);
  EXPECT_TRUE(hart.ready.empty());
}

TEST_F(SchedulerTest, TheTimerIsTheEarlierOfSliceAndDeadline) {
  Timer deadline(Timer::Owner::kThread);
  start(0);
  start(1);
  hart.timers.arm(deadline, {100});
  EXPECT_EQ(choose(), 0);
  EXPECT_EQ(timer(), 100u);
  hart.timers.disarm(deadline);
  EXPECT_EQ(choose(), 0);
  EXPECT_EQ(timer(), 100u) << "one that rings too early stays until then";
  pass(100);
  EXPECT_EQ(choose(), 0);
  EXPECT_EQ(timer(), kSlice.value);
}

}  // namespace
}  // namespace tessera
