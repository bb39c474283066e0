// What timed does for its callers.
#include "servers/timed/testing/server_fixture.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace tessera::timed {
namespace {

TEST_F(TimedServerTest, ATimerSignalsItsNotificationOnce) {
  const auto answer = register_timer(kOwner, 1000, 7);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->coalesced_deadline, 1000U);
  EXPECT_EQ(objects_.alarm, 1000U);
  EXPECT_EQ(objects_.slots.size(), 1U) << "the notification is kept";
  advance(999);
  EXPECT_TRUE(objects_.signalled.empty());
  advance(1000);
  EXPECT_EQ(objects_.signalled, std::vector<int>{7});
  EXPECT_TRUE(objects_.slots.empty()) << "and dropped when it has fired";
  EXPECT_EQ(objects_.alarm, abi::kNoDeadline);
}

TEST_F(TimedServerTest, OneAlarmForAllThatAreDue) {
  register_timer(kOwner, 2000, 2);
  register_timer(kOther, 1000, 1);
  EXPECT_EQ(objects_.alarm, 1000U);
  register_timer(kOther, 3000, 3);
  advance(2500);
  EXPECT_EQ(objects_.signalled, (std::vector<int>{1, 2}));
  EXPECT_EQ(objects_.alarm, 3000U);
  const auto statistics = client(kOwner).statistics();
  ASSERT_TRUE(statistics);
  EXPECT_EQ(statistics->registrations, 3U);
  EXPECT_EQ(statistics->wake_ups, 1U);
  EXPECT_EQ(statistics->fired, 2U);
}

TEST_F(TimedServerTest, AnAlarmThatRangForNothingIsSetAgain) {
  register_timer(kOwner, 1000, 1);
  ring();
  EXPECT_TRUE(objects_.signalled.empty());
  EXPECT_EQ(objects_.alarm, 1000U);
}

TEST_F(TimedServerTest, TheAlarmFollowsACancel) {
  const auto first = register_timer(kOwner, 1000, 1);
  ASSERT_TRUE(first);
  register_timer(kOwner, 2000, 2);
  EXPECT_EQ(client(kOther).cancel(first->id).error(), Status::kNotFound);
  EXPECT_EQ(objects_.alarm, 1000U);
  EXPECT_TRUE(client(kOwner).cancel(first->id));
  EXPECT_EQ(objects_.alarm, 2000U);
  EXPECT_EQ(objects_.slots.size(), 1U);
  advance(2000);
  EXPECT_EQ(objects_.signalled, std::vector<int>{2});
}

TEST_F(TimedServerTest, OnlyASignalIsTaken) {
  const Capability wrong[] = {{ObjectType::kEndpoint, 0xff, 0},
                              {ObjectType::kNotification, 0, 0},
                              {ObjectType::kNull, 0, 0}};
  for (const Capability& each : wrong) {
    EXPECT_EQ(register_timer(kOwner, 1000, 1, each).error(), Status::kMalformed);
  }
  EXPECT_EQ(table_->live(), 0U);
  EXPECT_EQ(objects_.alarm, abi::kNoDeadline);
}

TEST_F(TimedServerTest, WhatCannotBeKeptIsNotRegistered) {
  objects_.slots[kFirstNotification.index] = {ObjectType::kEndpoint, 0, 0};
  EXPECT_EQ(register_timer(kOwner, 1000, 1).error(), Status::kInternal);
  EXPECT_EQ(table_->live(), 0U);
  EXPECT_EQ(table_->statistics().registrations, 0U);
}

TEST_F(TimedServerTest, SleepersAreAnsweredLater) {
  for (std::uint64_t i = 0; i < 64; ++i) EXPECT_FALSE(sleep(kOwner, 1000 + i)) << i;
  EXPECT_EQ(kernel_.waiting(), 64U);
  EXPECT_TRUE(client(kOther).statistics()) << "others are answered meanwhile";
  EXPECT_TRUE(kernel_.kept_answers().empty());
  advance(1031);
  EXPECT_EQ(kernel_.kept_answers().size(), 32U);
  for (const auto& [slot, answer] : kernel_.kept_answers()) {
    EXPECT_EQ(answer.status, 0U);
    EXPECT_EQ(answer.words[0], 1031U);
  }
  advance(2000);
  EXPECT_EQ(kernel_.waiting(), 0U);
}

TEST_F(TimedServerTest, ReplyObjectsAreUsedAgain) {
  for (std::uint64_t round = 0; round < 5000; ++round) {
    ASSERT_FALSE(sleep(kOwner, round + 1));
    advance(round + 1);
  }
  EXPECT_EQ(kernel_.waiting(), 0U);
  EXPECT_EQ(objects_.replies_left, service::kMaxTimers - 1) << "one was enough";
}

TEST_F(TimedServerTest, ARefusedSleeperIsToldAtOnce) {
  for (std::uint64_t i = 0; i < service::kMaxTimersPerOwner; ++i) register_timer(kOwner, 1000, 1);
  const auto answer = sleep(kOwner, 1000);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->error(), Status::kOverLimit);
  EXPECT_EQ(kernel_.waiting(), 0U);
  EXPECT_FALSE(sleep(kOther, 1000));
  EXPECT_EQ(kernel_.waiting(), 1U);
  EXPECT_EQ(objects_.replies_left, service::kMaxTimers - 1) << "its Reply object is free again";
}

TEST_F(TimedServerTest, WithoutMemorySleepersAreRefused) {
  objects_.replies_left = 1;
  EXPECT_FALSE(sleep(kOwner, 1000));
  const auto answer = sleep(kOther, 1000);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->error().status, abi::kEnomem);
  EXPECT_EQ(table_->live(), 1U);
  advance(1000);
  EXPECT_FALSE(sleep(kOther, 2000)) << "the one there is is free again";
}

TEST_F(TimedServerTest, EverySlotStaysItsOwn) {
  for (std::uint64_t i = 0; i < service::kMaxTimers; ++i) {
    const std::uint64_t owner = 100 + i / service::kMaxTimersPerOwner;
    if (i % 2 == 0) {
      ASSERT_TRUE(register_timer(owner, 1000, static_cast<int>(i)));
    } else {
      ASSERT_FALSE(sleep(owner, 1000));
    }
  }
  EXPECT_EQ(register_timer(kOwner, 1, 0).error(), Status::kOverLimit);
  EXPECT_EQ(kernel_.waiting(), service::kMaxTimers / 2) << "each in a Reply object of its own";
  for (const auto& [slot, held] : objects_.slots) EXPECT_LT(slot, kSlotsNeeded);
  advance(1000);
  EXPECT_EQ(objects_.signalled.size(), service::kMaxTimers / 2);
  EXPECT_EQ(kernel_.waiting(), 0U);
}

TEST_F(TimedServerTest, BadClassesAndMessagesAreNamed) {
  const auto bad_class = client(kOwner).sleep_until(1000, static_cast<TimerClass>(5));
  EXPECT_EQ(bad_class.error(), Status::kInvalidArgs);
  const auto unknown =
      kernel_.deliver(kernel_.message(service::Timed::kStatisticsTag + 0x100, {}, true));
  ASSERT_TRUE(unknown);
  EXPECT_EQ(unknown->status, abi::word(static_cast<std::int32_t>(Status::kMalformed)));
  EXPECT_EQ(table_->live(), 0U);
}

}  // namespace
}  // namespace tessera::timed
