// The server under its generated loop, called by its generated client, with a kernel that is a few
// maps: what timed asks the kernel to do, in which order, and what its callers are told.
#include "servers/timed/server.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
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
constexpr std::uint64_t kExecd = 0x13;
constexpr std::uint64_t kInit = 1;
constexpr manifest::Grant kSpeaksFor[] = {manifest::Grant::kSpeaksFor};
constexpr manifest::Image kImages[] = {{.name = "execd", .identity = kExecd, .grants = kSpeaksFor},
                                       {.name = "owner", .identity = kOwner}};
constexpr manifest::Manifest kManifest{.images = kImages, .base = {}};
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
    lines_.clear();
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

  static bool write_line(std::string_view line) {
    lines_.emplace_back(line);
    return true;
  }

  static inline std::vector<std::string> lines_;
  gen::Loopback kernel_;
  Objects objects_;
  std::unique_ptr<TimerTable> table_ = std::make_unique<TimerTable>();
  std::unique_ptr<Server> server_ =
      std::make_unique<Server>(*table_, rt::start::alarm(), rt::start::cnode(), rt::start::memory(),
                               Server::Speakers{.manifest = kManifest, .init = kInit}, write_line);
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
  }
  EXPECT_EQ(table_->live(), 1U);
  EXPECT_TRUE(client((std::uint64_t{1} << 32) | kExecd).forget(kOwner))
      << "its image has the grant";
  EXPECT_EQ(table_->live(), 0U);
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
