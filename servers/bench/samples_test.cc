#include "servers/bench/samples.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

namespace tessera::bench {
namespace {

TEST(Samples, One) {
  Samples<4> samples;
  samples.add(7);
  EXPECT_EQ(samples.min(), 7U);
  EXPECT_EQ(samples.median(), 7U);
  EXPECT_EQ(samples.max(), 7U);
  EXPECT_EQ(samples.count(), 1U);
}

TEST(Samples, AgreesWithSorting) {
  std::mt19937 random(1);
  Samples<200> samples;
  std::vector<std::uint64_t> all;
  for (int i = 0; i < 200; ++i) {
    all.push_back(random() % 50);
    samples.add(all.back());
  }
  std::ranges::sort(all);
  EXPECT_EQ(samples.min(), all.front());
  EXPECT_EQ(samples.median(), all[100]);
  EXPECT_EQ(samples.max(), all.back());
}

}  // namespace
}  // namespace tessera::bench
