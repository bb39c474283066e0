// The lower classes' share, to the nanosecond: on Runnables without threads around them, and on a
// machine whose time passes when the test says so.
#include "kernel/sched/share.h"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <vector>

#include "kernel/arch/host/machine.h"
#include "kernel/sched/scheduler.h"

namespace tessera {
namespace {

using abi::QosClass;

constexpr std::uint64_t kTurn = kShortTurn.value;
constexpr std::uint64_t kWithin = kShareWithin.value;
constexpr std::uint64_t kPauses = 100'000;  // what a higher class sleeps

class ShareTest : public ::testing::Test {
 protected:
  static constexpr unsigned kThreads = 12;
  static constexpr long kNobody = -1;

  ShareTest() {
    machine.run_as(hart);
    for (Runnable& one : r) one.set_home(hart);
  }
  void start(unsigned i, QosClass c) {
    r[i].own_class.set(c);
    r[i].effective_class.set(c);
    sched::make_ready(r[i]);
    wakes[i] = now();
  }
  std::uint64_t now() { return machine.time().value; }
  std::uint64_t timer() { return machine.hart(hart.id).timer.value; }
  long choose() {
    if (timer() <= now()) hart.programmed = kRang;  // it interrupts
    const Runnable* next = sched::choose(hart);
    return next == nullptr ? kNobody : next - r.data();
  }
  // Who runs, and until the time: the timer interrupts, as it would.
  void run_until(std::uint64_t end) {
    for (;;) {
      const long runs = choose();
      ASSERT_GT(timer(), now()) << "an interrupt without end";
      const std::uint64_t until = std::min(end, timer());
      if (turns.empty() || turns.back().who != runs) turns.push_back({runs, now(), 0});
      turns.back().length += until - now();
      machine.advance(until - now());
      if (until == end) return;
    }
  }
  std::uint64_t run_time(long who) const {
    std::uint64_t sum = 0;
    for (const Turn& turn : turns) sum += turn.who == who ? turn.length : 0;
    return sum;
  }

  struct Turn {
    long who;
    std::uint64_t from, length;
  };
  arch::host::Machine machine;
  Hart hart;
  std::array<Runnable, kThreads> r;
  std::array<std::uint64_t, kThreads> wakes{};
  std::vector<Turn> turns;
};

TEST_F(ShareTest, ALowerClassHasATurnWhenItsPatienceIsOver) {
  start(0, QosClass::kPerfBurst);
  start(1, QosClass::kIdle);
  EXPECT_EQ(choose(), 0);
  EXPECT_EQ(timer(), kPatience.value);
  machine.advance(kPatience.value - 1);
  EXPECT_EQ(choose(), 0);
  machine.advance(1);
  EXPECT_EQ(choose(), 1);
  EXPECT_EQ(timer(), now() + kTurn);
  machine.advance(kTurn - 1);
  start(2, QosClass::kPerfBurst);
  EXPECT_EQ(choose(), 1) << "no higher class takes it away";
  machine.advance(1);
  EXPECT_EQ(choose(), 0) << "whoever was interrupted goes on";
  machine.advance(kSlice.value);
  EXPECT_EQ(choose(), 2);
}

TEST_F(ShareTest, TheTimerIsSetForItOnlyWhileALowerClassWaits) {
  start(0, QosClass::kPerfBurst);
  start(1, QosClass::kIdle);
  EXPECT_EQ(choose(), 0);
  EXPECT_EQ(timer(), kPatience.value);
  sched::make_wait(r[1]);
  EXPECT_EQ(choose(), 0);
  machine.advance(kPatience.value);
  EXPECT_EQ(choose(), 0);
  EXPECT_EQ(timer(), kNever.value) << "it rings once more than it need";
  sched::make_ready(r[1]);
  EXPECT_EQ(choose(), 0) << "its patience begins anew";
  EXPECT_EQ(timer(), now() + kPatience.value);
}

TEST_F(ShareTest, WhoIsPreemptedHasAClaim) {
  start(0, QosClass::kIdle);
  EXPECT_EQ(choose(), 0);
  machine.advance(100);
  r[1].own_class.set(QosClass::kPerfBurst);
  r[1].effective_class.set(QosClass::kPerfBurst);
  ASSERT_TRUE(sched::preempt(hart, r[1]));
  EXPECT_EQ(hart.current, &r[1]);
  EXPECT_EQ(timer(), now() + kPatience.value);
  machine.advance(kPatience.value - 1);
  EXPECT_EQ(choose(), 1);
  machine.advance(1);
  EXPECT_EQ(choose(), 0);
}

TEST_F(ShareTest, NobodyIsPreemptedByWhoIsNotMoreImportantOrWhileAnotherIsDue) {
  start(0, QosClass::kNormal);
  start(1, QosClass::kIdle);
  EXPECT_EQ(choose(), 0);
  for (const QosClass c : {QosClass::kIdle, QosClass::kNormal}) {
    r[2].effective_class.set(c);
    EXPECT_FALSE(sched::preempt(hart, r[2]));
  }
  r[2].effective_class.set(QosClass::kInteractive);
  machine.advance(kPatience.value);
  EXPECT_FALSE(sched::preempt(hart, r[2]));
  EXPECT_EQ(choose(), 1) << "it is due";
  EXPECT_FALSE(sched::preempt(hart, r[2])) << "it has its share";
}

// The k-th of a class within k times the promised time, each for a whole short turn.
TEST_F(ShareTest, EachOfAClassHasItsTurn) {
  start(0, QosClass::kPerfBurst);
  for (unsigned i = 1; i <= 5; ++i) start(i, QosClass::kIdle);
  run_until(10 * kWithin);
  std::array<unsigned, 6> had{};
  for (const Turn& turn : turns) {
    if (turn.who == 0) continue;
    const auto who = static_cast<unsigned>(turn.who);
    EXPECT_EQ(turn.length, kTurn);
    if (had[who]++ == 0) EXPECT_LE(turn.from + turn.length, who * kWithin) << who;
  }
  for (unsigned i = 1; i <= 5; ++i) EXPECT_EQ(had[i], 2u) << i;
}

TEST_F(ShareTest, EveryClassHasItsShareUnderOneThatIsAlwaysBusy) {
  for (unsigned c = 0; c < 4; ++c) start(c, static_cast<QosClass>(c));
  run_until(20 * kWithin);
  std::array<std::uint64_t, 4> last{};
  for (const Turn& turn : turns) {
    if (turn.who == 3) continue;
    EXPECT_EQ(turn.length, kTurn);
    const std::uint64_t waited = turn.from - last[static_cast<unsigned>(turn.who)];
    EXPECT_LE(waited, kWithin) << turn.who;
    last[static_cast<unsigned>(turn.who)] = turn.from + turn.length;
  }
  for (long c = 0; c < 3; ++c) EXPECT_GE(run_time(c), 19 * kTurn) << c;
  EXPECT_GE(run_time(3), 20 * kWithin - 3 * 22 * kTurn) << "and the highest has the rest";
}

// Two that call each other for ever by the short way do not go through choose(): the timer does.
TEST_F(ShareTest, HandOversBehindTheSchedulersBackDoNotKeepIt) {
  start(0, QosClass::kPerfBurst);
  start(2, QosClass::kIdle);
  EXPECT_EQ(choose(), 0);
  const std::uint64_t end = timer();
  EXPECT_EQ(end, kPatience.value);
  while (now() < end) {
    hart.current = hart.current == &r[0] ? &r[1] : &r[0];
    r[1].own_class.set(QosClass::kPerfBurst);
    r[1].effective_class.set(QosClass::kPerfBurst);
    machine.advance(1000);
  }
  EXPECT_EQ(choose(), 2);
}

// A class that runs by itself now and then is not given turns: nobody waits for it.
TEST_F(ShareTest, WhatRunsAnywayIsGivenNothing) {
  start(1, QosClass::kIdle);
  for (int i = 0; i < 100; ++i) {
    start(0, QosClass::kPerfBurst);
    const std::uint64_t from = now();
    EXPECT_EQ(choose(), 0);
    run_until(from + 8 * kTurn);
    ASSERT_EQ(hart.current, &r[0]) << "it was never interrupted";
    sched::make_wait(r[0]);
    run_until(from + 10 * kTurn);
  }
  for (const Turn& turn : turns) EXPECT_EQ(turn.length, turn.who == 0 ? 8 * kTurn : 2 * kTurn);
}

// One that sleeps now and then, each time for less than a turn, has not given the others theirs.
TEST_F(ShareTest, ShortPausesAreNoShare) {
  for (unsigned i = 1; i <= 3; ++i) start(i, QosClass::kIdle);
  std::array<std::uint64_t, 4> whole{};
  while (now() < 20 * kWithin) {
    start(0, QosClass::kPerfBurst);
    run_until(now() + 2 * kTurn);
    while (choose() != 0) run_until(timer());
    sched::make_wait(r[0]);
    run_until(now() + kPauses);
  }
  std::array<std::uint64_t, 4> last{};
  for (const Turn& turn : turns) {
    if (turn.who <= 0 || turn.length < kTurn) continue;
    const auto who = static_cast<unsigned>(turn.who);
    ++whole[who];
    EXPECT_LE(turn.from + turn.length - last[who], 3 * kWithin) << who;
    last[who] = turn.from + turn.length;
  }
  for (unsigned i = 1; i <= 3; ++i) EXPECT_GE(whole[i], 5u) << i;
}

// What is left of a short turn is for the next of the class, but there is an end to it.
TEST_F(ShareTest, AGivenTurnHasAnEndHoweverManyWait) {
  start(0, QosClass::kPerfBurst);
  for (unsigned i = 1; i <= 10; ++i) start(i, QosClass::kIdle);
  run_until(kPatience.value);
  unsigned ran = 0;
  while (choose() != 0) {
    ++ran;
    machine.advance(kTurn / 4);
    sched::make_wait(*hart.current);
  }
  EXPECT_EQ(now(), kPatience.value + kTurn);
  EXPECT_EQ(ran, 4u);
  EXPECT_EQ(timer(), now() + kPatience.value);
}

TEST_F(ShareTest, ATurnEndsWhenItsThreadIsRaised) {
  start(0, QosClass::kPerfBurst);
  start(1, QosClass::kIdle);
  run_until(kPatience.value);
  EXPECT_EQ(choose(), 1);
  sched::set_effective_class(r[1], QosClass::kNormal);
  EXPECT_EQ(choose(), 0) << "another class than the one that it was given to";
}

// One that works for a higher class now and then does not come back before the others of its own.
TEST_F(ShareTest, WhoIsLoweredIsTheLastOfItsClass) {
  start(0, QosClass::kPerfBurst);
  start(1, QosClass::kIdle);
  for (unsigned i = 2; i <= 3; ++i) {
    start(i, QosClass::kPerfBurst);
    sched::yield(hart);
    while (choose() != i) run_until(timer());
    sched::set_effective_class(r[i], QosClass::kIdle);
  }
  turns.clear();
  run_until(now() + 4 * kWithin);
  std::vector<long> order;
  for (const Turn& turn : turns) {
    if (turn.who != 0) order.push_back(turn.who);
  }
  order.resize(3);
  EXPECT_EQ(order, (std::vector<long>{1, 2, 3}));
}

// Those whom a higher class answers again and again do not keep the third of their class.
TEST_F(ShareTest, AnswersOfAHigherClassJumpNoQueue) {
  start(0, QosClass::kPerfBurst);
  for (unsigned i = 1; i <= 3; ++i) start(i, QosClass::kIdle);
  bool ran = false;
  for (int i = 0; i < 6 && !ran; ++i) {
    run_until(now() + kWithin);
    run_until(timer());
    for (unsigned answered = 1; answered <= 2; ++answered) {
      sched::make_wait(r[answered]);
      sched::make_ready_first(r[answered]);
    }
    ran = run_time(3) >= kTurn;
  }
  EXPECT_TRUE(ran);
}

// Whoever works for a thread at a higher class does it in that one's turn, also while nobody of its
// own class waits: the thread's classmates have theirs.
TEST_F(ShareTest, ATurnIsNotForgottenAboveItsClass) {
  start(0, QosClass::kNormal);
  start(2, QosClass::kNormal);
  EXPECT_EQ(choose(), 0);
  r[1].own_class.set(QosClass::kInteractive);
  r[1].effective_class.set(QosClass::kInteractive);
  for (int i = 0; i < 10 && hart.current != &r[2]; ++i) {
    sched::make_wait(r[0]);
    sched::make_ready_first(r[1]);
    EXPECT_EQ(choose(), 1);
    machine.advance(kTurn / 2);
    EXPECT_EQ(choose(), 1) << "a system call of the server's";
    sched::make_wait(r[1]);
    sched::make_ready_first(r[0]);
    (void)choose();
    machine.advance(kTurn / 2);
    (void)choose();
  }
  EXPECT_EQ(hart.current, &r[2]);
  EXPECT_EQ(now(), kSlice.value);
}

// Whatever they do: of three of a class, one that is ready waits for two, and for one that goes
// before it since it is called or answered.
TEST_F(ShareTest, NobodyWaitsForEver) {
  std::mt19937 random(20);
  const auto below = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
  for (unsigned i = 0; i < kThreads; ++i) start(i, static_cast<QosClass>(i / 3));
  std::array<std::uint64_t, kThreads> longest{};
  for (int step = 0; step < 1'000'000; ++step) {
    const long runs = choose();
    if (runs >= 0) wakes[static_cast<unsigned>(runs)] = now();
    const std::uint64_t burst = below(4) == 0 ? below(6'000'000) : below(300'000);
    machine.advance(std::min<std::uint64_t>(burst, timer() - std::min(timer(), now())));
    for (unsigned i = 0; i < kThreads; ++i) {
      if (&r[i] == hart.current) wakes[i] = now();
      if (r[i].ready) longest[i] = std::max(longest[i], now() - wakes[i]);
    }
    const unsigned other = below(kThreads);
    const bool sleeps = sched::run_state(r[other]) == sched::RunState::kWaiting;
    switch (below(8)) {
      case 0:  // a call: whoever answers runs at the caller's class at least
        if (!sleeps || hart.current == nullptr) break;
        if (r[other].effective_class.peek() < hart.current->effective_class.peek()) break;
        sched::make_wait(*hart.current);
        sched::make_ready_first(r[other]);
        wakes[other] = now();
        break;
      case 1:  // an answer, and it goes on, or waits
        if (!sleeps || hart.current == nullptr) break;
        sched::make_ready_first(r[other]);
        if (below(2) == 0) sched::make_wait(*hart.current);
        wakes[other] = now();
        break;
      case 2:
        if (!sleeps) break;
        sched::make_ready(r[other]);
        wakes[other] = now();
        break;
      case 3:
        if (hart.current != nullptr && below(4) == 0) sched::make_wait(*hart.current);
        break;
      case 4:
        if (below(8) == 0) sched::yield(hart);
        break;
      default:
        break;
    }
  }
  for (unsigned i = 0; i < kThreads; ++i) EXPECT_LE(longest[i], 4 * kWithin) << i;
  EXPECT_GT(longest[0], kPatience.value) << "the higher ones were never busy";
}

}  // namespace
}  // namespace tessera
