#include "servers/timed/window.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>

namespace tessera::timed {
namespace {

using abi::QosClass;
using service::TimerClass;

constexpr QosClass kClasses[] = {QosClass::kIdle, QosClass::kNormal, QosClass::kInteractive,
                                 QosClass::kPerfBurst};
constexpr TimerClass kWanted[] = {TimerClass::kIdle, TimerClass::kNormal, TimerClass::kInteractive,
                                  TimerClass::kPerfBurst, TimerClass::kSender};

TEST(Window, IsThePublishedOne) {
  EXPECT_EQ(window_of(QosClass::kIdle), 8'000'000U);
  EXPECT_EQ(window_of(QosClass::kNormal), 4'000'000U);
  EXPECT_EQ(window_of(QosClass::kInteractive), 1'000'000U);
  EXPECT_EQ(window_of(QosClass::kPerfBurst), 0U);
}

TEST(Window, RoundsUpToTheNextMultiple) {
  EXPECT_EQ(coalesce(10'000'001, window_of(QosClass::kNormal)), 12'000'000U);
  EXPECT_EQ(coalesce(10'000'001, window_of(QosClass::kIdle)), 16'000'000U);
  EXPECT_EQ(coalesce(10'000'001, window_of(QosClass::kInteractive)), 11'000'000U);
  EXPECT_EQ(coalesce(10'000'001, window_of(QosClass::kPerfBurst)), 10'000'001U);
  EXPECT_EQ(coalesce(1, window_of(QosClass::kNormal)), 4'000'000U);
}

TEST(Window, AMultipleStays) {
  EXPECT_EQ(coalesce(0, window_of(QosClass::kNormal)), 0U);
  EXPECT_EQ(coalesce(12'000'000, window_of(QosClass::kNormal)), 12'000'000U);
}

TEST(Window, AnOverflowIsNoDeadline) {
  for (const QosClass qos : kClasses) {
    const std::uint64_t window = window_of(qos);
    EXPECT_EQ(coalesce(abi::kNoDeadline, window), std::nullopt);
    if (window == 0) continue;
    const std::uint64_t last = abi::kNoDeadline / window * window;
    EXPECT_EQ(coalesce(last, window), last);
    EXPECT_EQ(coalesce(last + 1, window), std::nullopt);
    EXPECT_EQ(coalesce(last - window + 1, window), last);
  }
  EXPECT_EQ(coalesce(abi::kNoDeadline - 1, 0), abi::kNoDeadline - 1);
}

// Every pair of classes: coarser is granted, finer is not.
TEST(Window, AClassMayBeCoarserNeverFiner) {
  for (const QosClass sender : kClasses) {
    for (const TimerClass wanted : kWanted) {
      const auto effective = effective_class(sender, wanted);
      ASSERT_TRUE(effective);
      const bool granted =
          wanted != TimerClass::kSender && static_cast<int>(wanted) <= static_cast<int>(sender);
      EXPECT_EQ(static_cast<int>(*effective),
                granted ? static_cast<int>(wanted) : static_cast<int>(sender));
    }
  }
}

TEST(Window, WhatIsNoClassIsRefused) {
  for (int value = 5; value < 256; ++value) {
    EXPECT_EQ(effective_class(QosClass::kNormal, static_cast<TimerClass>(value)), std::nullopt);
  }
}

}  // namespace
}  // namespace tessera::timed
