// The server under its generated loop, called by its generated client, with a kernel that is a few
// maps: what timed asks the kernel to do, in which order, and what its callers are told.
#include "servers/timed/server.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "gen/loopback.h"
#include "idl/service/timed_client.h"
#include "idl/service/timed_server.h"
#include "idl/system_call.h"
#include "idl/wire.h"
#include "servers/runtime/slots.h"

namespace tessera::timed {
namespace {

using abi::ObjectType;
using abi::SystemCall;
using service::TimerClass;

constexpr std::uint64_t kOwner = 0x20;
constexpr std::uint64_t kOther = 0x21;
constexpr std::uint8_t kSignal = rt::rights(kernel::Notification::Right::kSignal);

struct Capability {
  ObjectType type;
  std::uint8_t rights;
  int object;  // which one, for signals
};

// What the kernel's objects do when timed calls them, and a record of it. Messages, answers and
// Reply objects are the loopback's.
struct Objects {
  std::map<std::uint64_t, Capability> slots;
  std::vector<int> signalled;
  std::uint64_t now = 0;
  std::uint64_t alarm = abi::kNoDeadline;
  std::uint32_t replies_left = service::kMaxTimers;

  static bool finish(rt::Registers& r, std::int32_t status = 0) {
    r = {};
    r.a6 = abi::word(status);
    return true;
  }
  bool on_query(rt::Registers& r, std::uint64_t slot) {
    finish(r);
    const auto held = slots.find(slot);
    if (held == slots.end()) return true;
    r.a0 = abi::word(held->second.type);
    r.a1 = held->second.rights;
    return true;
  }
  bool on_move(rt::Registers& r, std::uint64_t to, std::uint64_t from) {
    if (slots.contains(to)) return finish(r, abi::kEexist);
    slots[to] = slots.at(from);
    slots.erase(from);
    return finish(r);
  }
  bool on_retype(rt::Registers& r, ObjectType type, std::uint64_t to) {
    if (replies_left == 0) return finish(r, abi::kEnomem);
    --replies_left;
    slots[to] = {.type = type, .rights = 1, .object = 0};
    return finish(r);
  }
  bool on_call(rt::Registers& r) {
    switch (static_cast<SystemCall>(r.a7)) {
      case SystemCall::kCNodeQuery:
        return on_query(r, r.a0);
      case SystemCall::kCNodeDelete:
        slots.erase(r.a0);
        return finish(r);
      case SystemCall::kCNodeMove:
        return on_move(r, r.a0, r.a2);
      case SystemCall::kUntypedRetype:
        return on_retype(r, abi::value<ObjectType>(r.a0), r.a3);
      case SystemCall::kNotificationSignal:
        signalled.push_back(slots.at(r.t0).object);
        return finish(r);
      case SystemCall::kAlarmSet:
        alarm = r.a0;
        return finish(r);
      case SystemCall::kAlarmClear:
        alarm = abi::kNoDeadline;
        return finish(r);
      case SystemCall::kSelfNow:
        finish(r);
        r.a0 = now;
        return true;
      default:
        return false;
    }
  }
};

class TimedServerTest : public testing::Test {
 protected:
  TimedServerTest() {
    kernel_.qos = abi::QosClass::kPerfBurst;
    kernel_.intercept = [this](rt::Registers& r) { return objects_.on_call(r); };
    kernel_.server = [this](const rt::Registers& message) {
      return service::TimedServer<Server>::dispatch(*server_, rt::start::service(), message);
    };
  }

  // Calls in the name of the task `identity`.
  service::TimedClient client(std::uint64_t identity) {
    kernel_.identity = identity;
    return service::TimedClient(rt::Slot{20});
  }
  // Registers a timer with the Notification `object`.
  rt::Result<service::Timed::RegisterResult> register_timer(
      std::uint64_t identity, std::uint64_t deadline, int object,
      Capability with = {ObjectType::kNotification, kSignal, 0}) {
    with.object = object;
    objects_.slots[rt::window_slot(0).index] = with;
    const auto result = client(identity).register_(deadline, TimerClass::kSender,
                                                   kernel::Notification(rt::Slot{30}));
    objects_.slots.erase(rt::window_slot(0).index);  // as the kernel does when the loop receives
    return result;
  }
  // The answer, if it is given at once; nothing of one that sleeps.
  std::optional<rt::Result<std::uint64_t>> sleep(std::uint64_t identity, std::uint64_t deadline) {
    const std::size_t before = kernel_.waiting();
    auto result = client(identity).sleep_until(deadline, TimerClass::kSender);
    if (kernel_.waiting() > before) return std::nullopt;
    return result;
  }
  // The Alarm rings, if it is due.
  void advance(std::uint64_t now) {
    objects_.now = now;
    if (objects_.alarm <= now) ring();
  }
  void ring() {
    objects_.alarm = abi::kNoDeadline;
    kernel_.deliver(kernel_.message(0, {1}, false));  // a signal
  }

  gen::Loopback kernel_;
  Objects objects_;
  std::unique_ptr<TimerTable> table_ = std::make_unique<TimerTable>();
  std::unique_ptr<Server> server_ = std::make_unique<Server>(
      *table_, rt::start::alarm(), rt::start::cnode(), rt::start::memory());
};

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
