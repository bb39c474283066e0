// The explorer on programs whose interleavings can be counted by hand.
#include "kernel/explore/explorer.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace tessera::explore {
namespace {

// Two harts that each do `code`, and a check of what came of it.
class Pair : public Scenario {
 public:
  using Code = void (Pair::*)(unsigned hart);
  Pair(Code code, std::function<std::string(Pair&)> check)
      : code_(code), check_(std::move(check)) {}
  unsigned harts() const override { return 2; }
  void run(unsigned hart) override { (this->*code_)(hart); }
  std::string check() override { return check_(*this); }

  // Reads, and writes one more.
  void count_in_two_steps(unsigned) {
    point();
    const int read = sum;
    point();
    sum = read + 1;
  }
  void count_under_a_lock(unsigned) {
    lock_it(lock);
    const int read = sum;
    point();
    sum = read + 1;
    unlock_it(lock);
  }
  void take_both_locks(unsigned hart) {
    lock_it(hart == 0 ? lock : other);
    lock_it(hart == 0 ? other : lock);
    unlock_it(lock);
    unlock_it(other);
  }
  void never_end(unsigned) {
    for (;;) point();
  }
  void wait_for_the_other(unsigned hart) {
    if (hart == 0) {
      wait_until([this] { return sum != 0; });
      sum = 2;
    } else {
      point();
      sum = 1;
    }
  }

  int sum = 0;
  bool lock = false, other = false;

 private:
  static void lock_it(bool& held) {
    point();
    while (held) relax();
    held = true;
  }
  static void unlock_it(bool& held) {
    point();
    held = false;
  }
  Code code_;
  std::function<std::string(Pair&)> check_;
};

Report explore_pair(
    Pair::Code code, unsigned preemptions,
    std::function<std::string(Pair&)> check = [](Pair&) { return ""; }) {
  return explore([&] { return std::make_unique<Pair>(code, check); },
                 {.preemptions = preemptions, .most_points = 1000});
}
std::string counts_two(Pair& pair) { return pair.sum == 2 ? "" : "an update is lost"; }

// Without preemption there are two orders: which hart begins.
TEST(Explorer, WithoutPreemptionHartsRunToTheirEnd) {
  const Report report = explore_pair(&Pair::count_in_two_steps, 0, counts_two);
  EXPECT_EQ(report.interleavings, 2u);
  EXPECT_EQ(report.longest, 4u);
  EXPECT_EQ(report.failure, "");
}

// One preemption: before one of the two points of whoever begins, the other runs to its end; or
// of the other, when the first has ended, there is nobody to go to.
TEST(Explorer, OnePreemptionHasThisManyInterleavings) {
  const Report report = explore_pair(&Pair::count_in_two_steps, 1);
  EXPECT_EQ(report.interleavings, 2u * (1 + 2));
}

// All interleavings of two steps each, but for which hart is said to begin before the first point.
TEST(Explorer, EnoughPreemptionsHaveAll) {
  const Report enough = explore_pair(&Pair::count_in_two_steps, 5);
  const Report more = explore_pair(&Pair::count_in_two_steps, 9);
  EXPECT_EQ(enough.interleavings, more.interleavings);
  EXPECT_GT(enough.interleavings, 6u);
}

TEST(Explorer, FindsALostUpdateAndSaysWhere) {
  const Report report = explore_pair(&Pair::count_in_two_steps, 1, counts_two);
  EXPECT_EQ(report.failure, "an update is lost");
  EXPECT_NE(report.trace, "");
  const Report again =
      explore([&] { return std::make_unique<Pair>(&Pair::count_in_two_steps, counts_two); },
              {.preemptions = 1, .only = report.interleavings});
  EXPECT_EQ(again.failure, report.failure);
  EXPECT_EQ(again.trace, report.trace);
}

TEST(Explorer, AnInterleavingThatIsNotThereIsAFailure) {
  const auto make = [] {
    return std::make_unique<Pair>(&Pair::count_in_two_steps, [](Pair&) { return ""; });
  };
  const std::uint64_t all = explore(make, {.preemptions = 1}).interleavings;
  EXPECT_EQ(explore(make, {.preemptions = 1, .only = all}).failure, "");
  const Report report = explore(make, {.preemptions = 1, .only = all + 1});
  EXPECT_EQ(report.failure, "there is no interleaving 7, of these 6");
}

class ExplorerEnvironment : public testing::Test {
 protected:
  ~ExplorerEnvironment() override {
    unsetenv("EXPLORE_PREEMPTIONS");
    unsetenv("EXPLORE_ONLY");
  }
};

TEST_F(ExplorerEnvironment, SaysWhatIsExplored) {
  unsetenv("EXPLORE_PREEMPTIONS");
  EXPECT_EQ(options_from_environment().preemptions, Options().preemptions);
  EXPECT_EQ(options_from_environment().only, 0u);
  setenv("EXPLORE_PREEMPTIONS", "0", 1);
  setenv("EXPLORE_ONLY", "18446744073709551615", 1);
  EXPECT_EQ(options_from_environment().preemptions, 0u);
  EXPECT_EQ(options_from_environment().only, ~std::uint64_t{0});
}

TEST_F(ExplorerEnvironment, WhatIsNoSuchNumberEndsTheProcess) {
  for (const char* text : {"", "x", "-1", "101", "2 more", "4294967298"}) {
    setenv("EXPLORE_PREEMPTIONS", text, 1);
    EXPECT_EXIT(options_from_environment(), testing::ExitedWithCode(kBadUsage),
                "EXPLORE_PREEMPTIONS is \"" + std::string(text) + "\": a number of 0 to 100");
  }
  unsetenv("EXPLORE_PREEMPTIONS");
  setenv("EXPLORE_ONLY", "0", 1);
  EXPECT_EXIT(options_from_environment(), testing::ExitedWithCode(kBadUsage),
              "EXPLORE_ONLY is \"0\": a number of 1 to 18446744073709551615");
}

TEST(Explorer, ALockKeepsTheUpdate) {
  const Report report = explore_pair(&Pair::count_under_a_lock, 4, counts_two);
  EXPECT_EQ(report.failure, "");
  EXPECT_GT(report.interleavings, 20u);
}

TEST(Explorer, FindsTwoThatWaitForEachOther) {
  const Report report = explore_pair(&Pair::take_both_locks, 1);
  EXPECT_NE(report.failure.find("none goes on before another has"), std::string::npos);
}

TEST(Explorer, FindsWhatDoesNotEnd) {
  const Report report = explore_pair(&Pair::never_end, 0);
  EXPECT_NE(report.failure.find("it does not end"), std::string::npos);
}

TEST(Explorer, WhoWaitsGoesOnWhenItIsTrue) {
  const Report report = explore_pair(&Pair::wait_for_the_other, 3, [](Pair& pair) {
    return pair.sum == 2 ? "" : "it has not waited";
  });
  EXPECT_EQ(report.failure, "");
}

// Nothing is wrong as long as nobody is preempted.
class NeedsOne : public Scenario {
 public:
  unsigned harts() const override { return 2; }
  void run(unsigned hart) override {
    if (hart == 1) {
      point();
      step_ = 1;
      point();
      if (step_ == 2) broken_ = true;
      return;
    }
    point();
    if (step_ == 1) step_ = 2;
  }
  std::string check() override { return broken_ ? "broken" : ""; }

 private:
  int step_ = 0;
  bool broken_ = false;
};

TEST(Explorer, TheBoundIsOfPreemptions) {
  const auto make = [] { return std::make_unique<NeedsOne>(); };
  EXPECT_EQ(explore(make, {.preemptions = 0}).failure, "");
  EXPECT_EQ(explore(make, {.preemptions = 1}).failure, "broken");
}

}  // namespace
}  // namespace tessera::explore
