#include "kernel/arch/riscv64/clock.h"

#include <random>

#include "gtest/gtest.h"

namespace tessera::arch::riscv64 {
namespace {

using Wide = unsigned __int128;

constexpr std::uint64_t kFrequencies[] = {
    1,          3,           32'768,        1'000'000,     3'579'545,      10'000'000,
    24'000'000, 999'999'937, 1'000'000'000, 2'999'999'999, 10'000'000'000, Clock::kMostFrequency};
constexpr std::uint64_t kYears500 = std::uint64_t{500} * 366 * 24 * 3600;

TEST(Clock, OfQemuCountsInHundreds) {
  constexpr Clock clock(10'000'000);
  static_assert(clock.to_time(12'345).value == 1'234'500);
  static_assert(clock.to_ticks({1'234'500}) == 12'345);
  static_assert(clock.to_ticks({1'234'501}) == 12'346);
  static_assert(clock.to_ticks({1'234'599}) == 12'346);
}

TEST(Clock, IsExactForFiveHundredYears) {
  std::mt19937_64 random(1);
  for (const std::uint64_t frequency : kFrequencies) {
    const Clock clock(frequency);
    for (int i = 0; i < 10'000; ++i) {
      const Wide most = Wide{kYears500} * frequency;
      const auto ticks = static_cast<std::uint64_t>(
          most < Wide{~std::uint64_t{0}} ? random() % static_cast<std::uint64_t>(most) : random());
      const Wide exact = Wide{ticks} * Clock::kSecond / frequency;
      if (exact > Wide{~std::uint64_t{0}}) continue;
      EXPECT_EQ(clock.to_time(ticks).value, static_cast<std::uint64_t>(exact));
    }
  }
}

TEST(Clock, TicksAreTheFirstThatAreNotEarly) {
  std::mt19937_64 random(2);
  for (const std::uint64_t frequency : kFrequencies) {
    const Clock clock(frequency);
    for (int i = 0; i < 10'000; ++i) {
      const Nanoseconds time{random() >> (random() % 64)};
      const Wide exact = (Wide{time.value} * frequency + Clock::kSecond - 1) / Clock::kSecond;
      const std::uint64_t ticks = clock.to_ticks(time);
      if (time == kNever || exact > Wide{~std::uint64_t{0}}) {
        EXPECT_EQ(ticks, ~std::uint64_t{0});
        continue;
      }
      EXPECT_EQ(ticks, static_cast<std::uint64_t>(exact));
      EXPECT_GE(clock.to_time(ticks), time);
      if (ticks > 0) {
        EXPECT_LT(clock.to_time(ticks - 1), time);
      }
    }
  }
}

TEST(Clock, NeverIsTheLastTick) {
  for (const std::uint64_t frequency : kFrequencies) {
    EXPECT_EQ(Clock(frequency).to_ticks(kNever), ~std::uint64_t{0});
    EXPECT_EQ(Clock(frequency).to_ticks({0}), 0u);
    EXPECT_EQ(Clock(frequency).to_time(0).value, 0u);
  }
}

}  // namespace
}  // namespace tessera::arch::riscv64
