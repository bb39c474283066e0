// What timed does with owners that end, floods, times that are none, and many at once.
#include "servers/timed/testing/server_fixture.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace tessera::timed {
namespace {

// --- Who has ended

TEST_F(TimedServerTest, AnOwnerThatHasEndedIsForgotten) {
  constexpr std::uint64_t kChild = (std::uint64_t{5} << 32) | 0x40;
  for (int i = 0; i < 30; ++i) ASSERT_TRUE(register_timer(kChild, 1000, i));
  for (int i = 0; i < 34; ++i) ASSERT_FALSE(sleep(kChild, 1000));
  register_timer(kOther, 2000, 99);
  const std::size_t kept = objects_.slots.size();
  const auto ended = client(kExecd).forget(kChild);
  ASSERT_TRUE(ended);
  EXPECT_EQ(*ended, 64U);
  EXPECT_EQ(table_->live(), 1U) << "the others' stand";
  EXPECT_EQ(objects_.slots.size(), kept - 30) << "its notifications are dropped";
  EXPECT_EQ(kernel_.waiting(), 0U);
  for (const auto& [slot, answer] : kernel_.kept_answers()) {
    EXPECT_EQ(answer.status, abi::word(abi::kEpipe));
  }
  EXPECT_EQ(objects_.alarm, 2000U) << "nobody wakes for it";
  EXPECT_EQ(client(kInit).forget(kChild), 0U) << "it has none";
  for (std::uint64_t i = 0; i < service::kMaxTimersPerOwner; ++i) {
    ASSERT_TRUE(register_timer(kChild, 3000, 1)) << "it has all its room again";
  }
}

TEST_F(TimedServerTest, OnlyWhoReapsTellsThatAnOwnerHasEnded) {
  register_timer(kOwner, 1000, 1);
  for (const std::uint64_t caller :
       {kOwner, kOther, std::uint64_t{0}, (std::uint64_t{1} << 32) | kInit}) {
    EXPECT_EQ(client(caller).forget(kOwner).error(), Status::kDenied) << caller;
    EXPECT_EQ(client(caller).forget_spawned(UINT64_MAX).error(), Status::kDenied) << caller;
  }
  EXPECT_EQ(table_->live(), 1U);
  EXPECT_TRUE(client((std::uint64_t{1} << 32) | kExecd).forget(kOwner))
      << "its image has the grant";
  EXPECT_EQ(table_->live(), 0U);
}

// A spawner has ended, and all that it had made with it: nobody else knew who these were.
TEST_F(TimedServerTest, WhatASpawnerMadeIsForgottenTogether) {
  const auto child = [](std::uint64_t number) { return number << 32 | 0x40; };
  for (std::uint64_t number = 1; number <= 15; ++number) {
    for (int i = 0; i < 32; ++i) ASSERT_TRUE(register_timer(child(number), 1000, i));
    for (int i = 0; i < 32; ++i) ASSERT_FALSE(sleep(child(number), 1000));
  }
  ASSERT_TRUE(register_timer(kOwner, 2000, 99));
  EXPECT_EQ(client(kExecd).forget_spawned(10), 9 * 64U) << "the tenth may live";
  EXPECT_EQ(table_->live_of(child(10)), 64U);
  EXPECT_EQ(client(kInit).forget_spawned(UINT64_MAX), 6 * 64U);
  EXPECT_EQ(table_->live(), 1U) << "those that init started are none of its";
  EXPECT_EQ(kernel_.waiting(), 0U);
  EXPECT_EQ(objects_.alarm, 2000U);
  EXPECT_EQ(client(kInit).forget_spawned(UINT64_MAX), 0U);
}

// Tasks that nobody has identified would share timers.
TEST_F(TimedServerTest, WhoIsNobodyOwnsNothing) {
  EXPECT_EQ(register_timer(0, 1000, 1).error(), Status::kInvalidArgs);
  const auto answer = sleep(0, 1000);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->error(), Status::kInvalidArgs);
  EXPECT_EQ(client(0).cancel(0).error(), Status::kNotFound);
  EXPECT_EQ(table_->live(), 0U);
}

// --- What is written

TEST_F(TimedServerTest, EachRequestToRegisterIsAudited) {
  ASSERT_TRUE(register_timer(kOwner, 1000, 1));
  ASSERT_FALSE(sleep(kOther, 1000));
  EXPECT_FALSE(register_timer(kOwner, abi::kNoDeadline, 1));
  EXPECT_FALSE(client(kOwner).sleep_until(1000, static_cast<TimerClass>(5)));
  kernel_.deliver(kernel_.message(service::Timed::kSleepUntilTag + 1, {}, true));
  EXPECT_EQ(lines_,
            (std::vector<std::string>{
                "audit register decision=allow reason=applied owner=0x0000000000000020 seq=1",
                "audit register decision=allow reason=applied owner=0x0000000000000021 seq=2",
                "audit register decision=deny reason=invalid_args owner=0x0000000000000020 seq=3",
                "audit register decision=deny reason=invalid_args owner=0x0000000000000020 seq=4",
                "audit register decision=deny reason=malformed owner=0x0000000000000020 seq=5"}));
  client(kOwner).statistics();
  client(kOwner).cancel(1);
  EXPECT_EQ(lines_.size(), 5U) << "these register nothing";
}

// Lines do not tell one task of another's deadlines.
TEST_F(TimedServerTest, LinesHaveNoDeadlines) {
  ASSERT_TRUE(register_timer(kOwner, 987'654'321, 1));
  for (const std::string& line : lines_) EXPECT_EQ(line.find("987"), std::string::npos) << line;
}

// A flood of one owner's: 10^4 requests with one time. The 64 stand, the others are refused, and
// what is written of them is bounded, counted, and said when the time has come, by the Alarm.
TEST_F(TimedServerTest, AFloodIsRefusedAndFolded) {
  constexpr std::uint64_t kMany = 10'000;
  constexpr std::uint64_t kFar = std::uint64_t{1} << 40;
  for (std::uint64_t i = 0; i < kMany; ++i) {
    const auto answer = register_timer(kOwner, kFar, 1);
    if (i < service::kMaxTimersPerOwner) {
      ASSERT_TRUE(answer);
    } else {
      ASSERT_EQ(answer.error(), Status::kOverLimit);
    }
  }
  EXPECT_EQ(table_->live(), service::kMaxTimersPerOwner);
  EXPECT_EQ(objects_.slots.size(), service::kMaxTimersPerOwner) << "what was refused is not kept";
  EXPECT_EQ(lines_.size(), kAuditLines);
  EXPECT_EQ(objects_.alarm, kAuditWindow);
  advance(kAuditWindow);
  EXPECT_EQ(lines_.back(), "audit folded allow=48 deny=9936");
  EXPECT_EQ(objects_.alarm, kFar);
  EXPECT_EQ(table_->statistics().wake_ups, 0U) << "that was no timer's";
}

// --- Bad times

TEST_F(TimedServerTest, TenThousandTimersInThePastFireAtOnce) {
  objects_.now = 1'000'000;
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    ASSERT_TRUE(register_timer(kOwner, i % 1000, 7)) << i;
    ASSERT_LE(objects_.alarm, objects_.now) << "the Alarm is due";
    advance(objects_.now);
  }
  EXPECT_EQ(objects_.signalled.size(), 10'000U);
  EXPECT_TRUE(objects_.slots.empty());
  EXPECT_EQ(table_->live(), 0U);
}

TEST_F(TimedServerTest, AtTheEndOfTimeNothingOverflows) {
  constexpr std::uint64_t kLast = abi::kNoDeadline - 1;
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    kernel_.qos = static_cast<abi::QosClass>(i % 3);  // those that are rounded up
    ASSERT_EQ(register_timer(kOwner, kLast - i, 1).error(), Status::kInvalidArgs) << i;
  }
  kernel_.qos = abi::QosClass::kPerfBurst;
  EXPECT_EQ(register_timer(kOwner, abi::kNoDeadline, 1).error(), Status::kInvalidArgs) << "never";
  EXPECT_EQ(table_->live(), 0U);
  EXPECT_TRUE(register_timer(kOwner, kLast, 1)) << "exact, it is a time";
  advance(kAuditWindow);
  EXPECT_TRUE(objects_.signalled.empty());
  EXPECT_EQ(objects_.alarm, kLast);
}

// A cancel that comes as its timer fires finds it or does not, and the slot is given on once.
TEST_F(TimedServerTest, CancelsRaceWithTheAlarm) {
  for (std::uint64_t round = 1; round <= 10'000; ++round) {
    const auto first = register_timer(kOwner, round * 10, 1);
    const auto second = register_timer(kOther, round * 10, 2);
    ASSERT_TRUE(first);
    ASSERT_TRUE(second);
    const bool fires_first = round % 2 == 0;
    if (fires_first) advance(round * 10);
    EXPECT_EQ(client(kOwner).cancel(first->id).has_value(), !fires_first);
    EXPECT_EQ(client(kOwner).cancel(first->id).error(), Status::kNotFound) << "never twice";
    EXPECT_EQ(client(kOwner).cancel(second->id).error(), Status::kNotFound) << "another's";
    if (!fires_first) advance(round * 10);
    ASSERT_TRUE(objects_.slots.empty());
  }
  EXPECT_EQ(table_->statistics().fired, 15'000U);
}

// --- Many at once

// 64 timers of class idle in one window: one wake-up, and none before its time.
TEST_F(TimedServerTest, IdleTimersOfAWindowShareAWakeUp) {
  kernel_.qos = abi::QosClass::kIdle;
  for (std::uint64_t i = 0; i < 64; ++i) {
    const auto answer = register_timer(kOwner, service::kWindowIdle + 1 + i * 100'000, 1);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->coalesced_deadline, 2 * service::kWindowIdle);
  }
  advance(2 * service::kWindowIdle - 1);
  EXPECT_TRUE(objects_.signalled.empty());
  advance(2 * service::kWindowIdle);
  EXPECT_EQ(objects_.signalled.size(), 64U);
  EXPECT_EQ(table_->statistics().wake_ups, 1U);
}

TEST_F(TimedServerTest, AThousandSleepAndOthersAreAnswered) {
  for (std::uint64_t i = 0; i < 1000; ++i) {
    ASSERT_FALSE(sleep(100 + i / service::kMaxTimersPerOwner, 1'000'000 + i));
    if (i % 100 == 0) EXPECT_TRUE(client(kOther).statistics());
  }
  EXPECT_EQ(kernel_.waiting(), 1000U);
  ASSERT_TRUE(register_timer(kOther, 500, 3));
  advance(500);
  EXPECT_EQ(objects_.signalled, std::vector<int>{3});
  EXPECT_TRUE(kernel_.kept_answers().empty()) << "none is woken early";
  advance(1'001'000);
  EXPECT_EQ(kernel_.waiting(), 0U);
  EXPECT_EQ(table_->statistics().wake_ups, 2U);
}

}  // namespace
}  // namespace tessera::timed
