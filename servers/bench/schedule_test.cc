// The pairs of scaling agree on every time without a word between them.
#include "servers/bench/schedule.h"

#include <gtest/gtest.h>

#include <string_view>

namespace tessera::bench {
namespace {

TEST(Schedule, IsAHartAndPerhapsATime) {
  const auto plain = parse_schedule("1");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->hart, 1U);
  EXPECT_EQ(plain->window, Schedule().window);
  const auto timed = parse_schedule("0,1000");
  ASSERT_TRUE(timed);
  EXPECT_EQ(timed->hart, 0U);
  EXPECT_EQ(timed->window, 1000 * kMillisecond);
}

TEST(Schedule, RefusesAnythingElse) {
  for (const std::string_view text :
       {"", ",", "2", "-1", "0 ", "00000000000", "4294967296", "0,", "0,0", "0,1001", "0,5,5",
        "0,5ms", ",5", "a,5", "0,4294967297"}) {
    EXPECT_FALSE(parse_schedule(text)) << text;
  }
}

TEST(Schedule, EachPairWorksAloneAndBesideTheOther) {
  for (const std::uint32_t hart : {0U, 1U}) {
    const Schedule schedule{.hart = hart};
    std::size_t alone = 0;
    std::size_t both = 0;
    for (const Phase& phase : kPhases) {
      if (!schedule.takes_part(phase)) continue;
      (Schedule{.hart = 1 - hart}.takes_part(phase) ? both : alone) += 1;
    }
    EXPECT_EQ(alone, 2U);
    EXPECT_EQ(both, 2U);
    EXPECT_EQ(alone + both, kRates);
  }
}

TEST(Schedule, PhasesFollowEachOtherWithAPauseAndBothPairsHaveTheSame) {
  const Schedule first{.hart = 0, .window = 7 * kMillisecond};
  const Schedule second{.hart = 1, .window = 7 * kMillisecond};
  std::uint64_t due = Schedule::kFirst;
  for (std::size_t i = 0; i < kAlternations; ++i) {
    for (std::size_t p = 0; p < kPhases.size(); ++p) {
      EXPECT_EQ(first.begin(i, p), due);
      EXPECT_EQ(second.begin(i, p), due);
      due += first.window + Schedule::kPause;
    }
  }
  EXPECT_GE(second.report(), due);
  EXPECT_GT(first.report(), second.report());
}

}  // namespace
}  // namespace tessera::bench
