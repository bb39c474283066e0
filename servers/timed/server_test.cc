// The server under its generated loop, with a kernel that is a few maps: what timed asks the kernel
// to do, in which order, and what its callers are told.
#include "servers/timed/server.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

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

struct Answer {
  std::int32_t status = 0;
  std::vector<std::uint64_t> words;
};

struct Capability {
  ObjectType type;
  std::uint8_t rights;
  int object;  // which one, for signals
};

// What the system calls of timed do, and a record of it.
struct FakeKernel {
  std::map<std::uint64_t, Capability> slots;
  std::map<std::uint64_t, bool> kept;            // by the Reply object's slot: a caller in it
  std::map<std::uint64_t, Answer> late_answers;  // the same, answered since
  std::optional<Answer> answer;                  // to the message that is dispatched
  std::vector<int> signalled;
  std::uint64_t now = 0;
  std::uint64_t alarm = abi::kNoDeadline;
  std::uint32_t replies_left = service::kMaxTimers;
  bool caller_waits = false;

  static std::vector<std::uint64_t> words_of(const rt::Registers& r) {
    const std::uint64_t all[] = {r.a0, r.a1, r.a2, r.a3, r.a4, r.a5};
    return {all, all + (r.t1 & 63)};
  }
  static void refuse(rt::Registers& r, std::int32_t status) { r.a6 = abi::word(status); }

  void on_cnode(rt::Registers& r, SystemCall call) {
    const auto held = slots.find(r.a0);
    switch (call) {
      case SystemCall::kCNodeQuery:
        r.a0 = held == slots.end() ? 0 : abi::word(held->second.type);
        r.a1 = held == slots.end() ? 0 : held->second.rights;
        return;
      case SystemCall::kCNodeDelete:
        slots.erase(r.a0);
        return;
      default:  // move, to an empty slot
        if (held != slots.end()) return refuse(r, abi::kEexist);
        slots[r.a0] = slots.at(r.a2);
        slots.erase(r.a2);
    }
  }
  void on_reply(rt::Registers& r, SystemCall call) {
    if (call == SystemCall::kReplyKeep) {
      ASSERT_TRUE(caller_waits);
      ASSERT_FALSE(kept[r.t0]);
      caller_waits = false;
      kept[r.t0] = true;
      return;
    }
    ASSERT_TRUE(kept[r.t0]);
    kept[r.t0] = false;
    late_answers[r.t0] = {.status = abi::value<std::int32_t>(r.a6), .words = words_of(r)};
    r.a6 = 0;
  }
  void on_retype(rt::Registers& r) {
    if (replies_left == 0) return refuse(r, abi::kEnomem);
    --replies_left;
    slots[r.a3] = {.type = abi::value<ObjectType>(r.a0), .rights = 1, .object = 0};
  }
  void on_call(rt::Registers& r) {
    const auto call = static_cast<SystemCall>(r.a7);
    const std::int32_t status = abi::value<std::int32_t>(r.a6);
    r.a6 = 0;
    switch (call) {
      case SystemCall::kCNodeQuery:
      case SystemCall::kCNodeDelete:
      case SystemCall::kCNodeMove:
        return on_cnode(r, call);
      case SystemCall::kReplyKeep:
      case SystemCall::kReplySend:
        r.a6 = abi::word(status);
        if (call == SystemCall::kReplyKeep) r.a6 = 0;
        return on_reply(r, call);
      case SystemCall::kUntypedRetype:
        return on_retype(r);
      case SystemCall::kNotificationSignal:
        signalled.push_back(slots.at(r.t0).object);
        return;
      case SystemCall::kAlarmSet:
        alarm = r.a0;
        return;
      case SystemCall::kAlarmClear:
        alarm = abi::kNoDeadline;
        return;
      case SystemCall::kSelfNow:
        r.a0 = now;
        return;
      case SystemCall::kEndpointReplyReceive:
        answer = Answer{.status = status, .words = words_of(r)};
        caller_waits = false;
        r.t2 = 0;
        return;
      case SystemCall::kEndpointReceive:
        r.t2 = 0;
        return;
      default:
        FAIL() << "system call " << r.a7;
    }
  }
};

FakeKernel* fake = nullptr;

class TimedServerTest : public testing::Test {
 protected:
  void SetUp() override {
    fake = &kernel_;
    rt::host::syscall = [](rt::Registers& r) { fake->on_call(r); };
  }
  void TearDown() override { fake = nullptr; }

  // One message through the generated loop. The answer, if it is given at once.
  std::optional<Answer> send(std::uint64_t identity, std::uint32_t tag, std::uint64_t w0 = 0,
                             std::uint64_t w1 = 0, abi::QosClass qos = abi::QosClass::kPerfBurst) {
    rt::Registers message{};
    message.a0 = w0;
    message.a1 = w1;
    message.t1 = identity;
    message.t2 = tag;
    message.t3 = abi::kInfoAnswerDue | abi::word(qos);
    kernel_.caller_waits = true;
    kernel_.answer.reset();
    service::TimedServer<Server>::dispatch(*server_, rt::start::service(), message);
    return kernel_.answer;
  }
  // Registers a timer with the Notification `object`.
  Answer register_timer(std::uint64_t identity, std::uint64_t deadline, int object,
                        Capability with = {ObjectType::kNotification, kSignal, 0}) {
    with.object = object;
    kernel_.slots[rt::window_slot(0).index] = with;
    const auto answer =
        send(identity, service::Timed::kRegisterTag, deadline, abi::word(TimerClass::kSender));
    kernel_.slots.erase(rt::window_slot(0).index);  // as the kernel does when the loop receives
    return answer.value_or(Answer{.status = -1, .words = {}});
  }
  std::optional<Answer> sleep(std::uint64_t identity, std::uint64_t deadline) {
    return send(identity, service::Timed::kSleepUntilTag, deadline, abi::word(TimerClass::kSender));
  }
  // The Alarm rings, if it is due.
  void advance(std::uint64_t now) {
    kernel_.now = now;
    if (kernel_.alarm <= now) ring();
  }
  void ring() {
    kernel_.alarm = abi::kNoDeadline;
    rt::Registers signal{};
    signal.a0 = 1;
    service::TimedServer<Server>::dispatch(*server_, rt::start::service(), signal);
  }
  std::size_t sleeping() const {
    std::size_t count = 0;
    for (const auto& [slot, full] : kernel_.kept) count += full;
    return count;
  }

  FakeKernel kernel_;
  std::unique_ptr<TimerTable> table_ = std::make_unique<TimerTable>();
  std::unique_ptr<Server> server_ = std::make_unique<Server>(
      *table_, rt::start::alarm(), rt::start::cnode(), rt::start::memory());
};

constexpr std::int32_t status(Status which) { return static_cast<std::int32_t>(which); }

TEST_F(TimedServerTest, ATimerSignalsItsNotificationOnce) {
  const Answer answer = register_timer(kOwner, 1000, 7);
  EXPECT_EQ(answer.status, 0);
  ASSERT_EQ(answer.words.size(), 2U);
  EXPECT_EQ(answer.words[1], 1000U);
  EXPECT_EQ(kernel_.alarm, 1000U);
  EXPECT_EQ(kernel_.slots.size(), 1U) << "the notification is kept";
  advance(999);
  EXPECT_TRUE(kernel_.signalled.empty());
  advance(1000);
  EXPECT_EQ(kernel_.signalled, std::vector<int>{7});
  EXPECT_TRUE(kernel_.slots.empty()) << "and dropped when it has fired";
  EXPECT_EQ(kernel_.alarm, abi::kNoDeadline);
}

TEST_F(TimedServerTest, OneAlarmForAllThatAreDue) {
  register_timer(kOwner, 2000, 2);
  register_timer(kOther, 1000, 1);
  EXPECT_EQ(kernel_.alarm, 1000U);
  register_timer(kOther, 3000, 3);
  advance(2500);
  EXPECT_EQ(kernel_.signalled, (std::vector<int>{1, 2}));
  EXPECT_EQ(kernel_.alarm, 3000U);
  const auto statistics = send(kOwner, service::Timed::kStatisticsTag);
  ASSERT_TRUE(statistics);
  EXPECT_EQ(statistics->words, (std::vector<std::uint64_t>{3, 1, 2}));
}

TEST_F(TimedServerTest, AnAlarmThatRangForNothingIsSetAgain) {
  register_timer(kOwner, 1000, 1);
  ring();
  EXPECT_TRUE(kernel_.signalled.empty());
  EXPECT_EQ(kernel_.alarm, 1000U);
}

TEST_F(TimedServerTest, TheAlarmFollowsACancel) {
  const Answer first = register_timer(kOwner, 1000, 1);
  register_timer(kOwner, 2000, 2);
  EXPECT_EQ(send(kOther, service::Timed::kCancelTag, first.words[0])->status,
            status(Status::kNotFound));
  EXPECT_EQ(kernel_.alarm, 1000U);
  EXPECT_EQ(send(kOwner, service::Timed::kCancelTag, first.words[0])->status, 0);
  EXPECT_EQ(kernel_.alarm, 2000U);
  EXPECT_EQ(kernel_.slots.size(), 1U);
  advance(2000);
  EXPECT_EQ(kernel_.signalled, std::vector<int>{2});
}

TEST_F(TimedServerTest, OnlyASignalIsTaken) {
  const Capability wrong[] = {{ObjectType::kEndpoint, 0xff, 0},
                              {ObjectType::kNotification, 0, 0},
                              {ObjectType::kNull, 0, 0}};
  for (const Capability& each : wrong) {
    EXPECT_EQ(register_timer(kOwner, 1000, 1, each).status, status(Status::kMalformed));
  }
  EXPECT_EQ(table_->live(), 0U);
  EXPECT_EQ(kernel_.alarm, abi::kNoDeadline);
}

TEST_F(TimedServerTest, WhatCannotBeKeptIsNotRegistered) {
  kernel_.slots[kFirstNotification.index] = {ObjectType::kEndpoint, 0, 0};
  EXPECT_EQ(register_timer(kOwner, 1000, 1).status, status(Status::kInternal));
  EXPECT_EQ(table_->live(), 0U);
  EXPECT_EQ(table_->statistics().registrations, 0U);
}

TEST_F(TimedServerTest, SleepersAreAnsweredLater) {
  for (std::uint64_t i = 0; i < 64; ++i) EXPECT_FALSE(sleep(kOwner, 1000 + i)) << i;
  EXPECT_EQ(sleeping(), 64U);
  EXPECT_TRUE(send(kOther, service::Timed::kStatisticsTag)) << "others are answered meanwhile";
  kernel_.late_answers.clear();
  advance(1031);
  EXPECT_EQ(kernel_.late_answers.size(), 32U);
  for (const auto& [slot, answer] : kernel_.late_answers) {
    EXPECT_EQ(answer.status, 0);
    EXPECT_EQ(answer.words, std::vector<std::uint64_t>{1031});
  }
  advance(2000);
  EXPECT_EQ(sleeping(), 0U);
}

TEST_F(TimedServerTest, ReplyObjectsAreUsedAgain) {
  for (std::uint64_t round = 0; round < 5000; ++round) {
    ASSERT_FALSE(sleep(kOwner, round + 1));
    advance(round + 1);
  }
  EXPECT_EQ(sleeping(), 0U);
  EXPECT_EQ(kernel_.replies_left, service::kMaxTimers - 1) << "one was enough";
}

TEST_F(TimedServerTest, ARefusedSleeperIsToldAtOnce) {
  for (std::uint64_t i = 0; i < service::kMaxTimersPerOwner; ++i) register_timer(kOwner, 1000, 1);
  EXPECT_FALSE(sleep(kOwner, 1000));
  ASSERT_EQ(kernel_.late_answers.size(), 1U);
  EXPECT_EQ(kernel_.late_answers.begin()->second.status, status(Status::kOverLimit));
  EXPECT_EQ(sleeping(), 0U);
  EXPECT_FALSE(sleep(kOther, 1000));
  EXPECT_EQ(sleeping(), 1U);
  EXPECT_EQ(kernel_.replies_left, service::kMaxTimers - 1) << "its Reply object is free again";
}

TEST_F(TimedServerTest, WithoutMemorySleepersAreRefused) {
  kernel_.replies_left = 1;
  EXPECT_FALSE(sleep(kOwner, 1000));
  const auto answer = sleep(kOther, 1000);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, abi::kEnomem);
  EXPECT_EQ(table_->live(), 1U);
  advance(1000);
  EXPECT_FALSE(sleep(kOther, 2000)) << "the one there is is free again";
}

TEST_F(TimedServerTest, EverySlotStaysItsOwn) {
  for (std::uint64_t i = 0; i < service::kMaxTimers; ++i) {
    const std::uint64_t owner = 100 + i / service::kMaxTimersPerOwner;
    if (i % 2 == 0) {
      ASSERT_EQ(register_timer(owner, 1000, static_cast<int>(i)).status, 0);
    } else {
      ASSERT_FALSE(sleep(owner, 1000));
    }
  }
  EXPECT_EQ(register_timer(kOwner, 1, 0).status, status(Status::kOverLimit));
  for (const auto& [slot, held] : kernel_.slots) EXPECT_LT(slot, kSlotsNeeded);
  advance(1000);
  EXPECT_EQ(kernel_.signalled.size(), service::kMaxTimers / 2);
  EXPECT_EQ(sleeping(), 0U);
}

TEST_F(TimedServerTest, BadClassesAndMessagesAreNamed) {
  const auto bad_class = send(kOwner, service::Timed::kSleepUntilTag, 1000, 5);
  ASSERT_TRUE(bad_class);
  EXPECT_EQ(bad_class->status, status(Status::kInvalidArgs));
  const auto unknown = send(kOwner, service::Timed::kStatisticsTag + 0x100);
  ASSERT_TRUE(unknown);
  EXPECT_EQ(unknown->status, status(Status::kMalformed));
  EXPECT_EQ(table_->live(), 0U);
}

}  // namespace
}  // namespace tessera::timed
