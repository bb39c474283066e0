#include "servers/timed/timer_table.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <set>
#include <vector>

namespace tessera::timed {
namespace {

using abi::QosClass;
using service::TimerClass;

constexpr std::uint64_t kOwner = 0x20;
constexpr std::uint64_t kOther = 0x21;

class TimerTableTest : public testing::Test {
 protected:
  std::expected<std::uint64_t, Status> register_timer(std::uint64_t owner, std::uint64_t deadline,
                                                      TimerClass wanted = TimerClass::kSender) {
    const auto admission = table_->admit(owner, QosClass::kPerfBurst, wanted, deadline);
    if (!admission) return std::unexpected(admission.error());
    return table_->add(*admission);
  }
  std::vector<std::uint32_t> fire(std::uint64_t now) {
    std::vector<std::uint32_t> fired;
    table_->fire(now, [&](std::uint32_t index) { fired.push_back(index); });
    return fired;
  }
  // What a refused request must leave as it was.
  std::vector<std::uint64_t> state() const {
    return {table_->live(),
            table_->live_of(kOwner),
            table_->live_of(kOther),
            table_->next_deadline(),
            table_->statistics().registrations,
            table_->statistics().wake_ups,
            table_->statistics().fired};
  }

  // As in the server: zero bytes, not on the stack.
  std::unique_ptr<TimerTable> table_ = std::make_unique<TimerTable>();
};

TEST_F(TimerTableTest, StartsEmpty) {
  EXPECT_EQ(table_->live(), 0U);
  EXPECT_EQ(table_->next_deadline(), abi::kNoDeadline);
  EXPECT_TRUE(fire(abi::kNoDeadline).empty());
  EXPECT_EQ(table_->statistics().wake_ups, 0U);
}

TEST_F(TimerTableTest, AdmitChangesNothing) {
  const auto before = state();
  const auto admission = table_->admit(kOwner, QosClass::kNormal, TimerClass::kSender, 10'000'001);
  ASSERT_TRUE(admission);
  EXPECT_EQ(admission->deadline, 12'000'000U);
  EXPECT_EQ(state(), before);
}

TEST_F(TimerTableTest, FiresAtItsDeadlineAndNotBefore) {
  ASSERT_TRUE(register_timer(kOwner, 1000));
  EXPECT_TRUE(fire(999).empty());
  EXPECT_EQ(table_->statistics().wake_ups, 0U);
  EXPECT_EQ(fire(1000).size(), 1U);
  EXPECT_TRUE(fire(1000).empty());
  EXPECT_EQ(table_->live(), 0U);
  EXPECT_EQ(table_->live_of(kOwner), 0U);
}

TEST_F(TimerTableTest, AllThatAreDueShareAWakeUp) {
  for (const std::uint64_t deadline : {10'000'001, 11'000'000, 12'000'000, 12'000'001}) {
    ASSERT_TRUE(register_timer(kOwner, deadline, TimerClass::kNormal));
  }
  EXPECT_EQ(table_->next_deadline(), 12'000'000U);
  EXPECT_EQ(fire(12'000'000).size(), 3U);
  EXPECT_EQ(table_->statistics().registrations, 4U);
  EXPECT_EQ(table_->statistics().wake_ups, 1U);
  EXPECT_EQ(table_->statistics().fired, 3U);
  EXPECT_EQ(table_->next_deadline(), 16'000'000U);
}

TEST_F(TimerTableTest, EqualDeadlinesFireInOrderOfRegistration) {
  std::vector<std::uint32_t> indices;
  for (int i = 0; i < 64; ++i) {
    const auto admission = table_->admit(kOwner, QosClass::kPerfBurst, TimerClass::kSender, 500);
    ASSERT_TRUE(admission);
    indices.push_back(admission->index);
    table_->add(*admission);
  }
  EXPECT_EQ(fire(500), indices);
}

TEST_F(TimerTableTest, test_reject_timer_registration_over_limit) {
  std::vector<std::uint64_t> ids;
  for (std::uint64_t i = 0; i < service::kMaxTimersPerOwner; ++i) {
    const auto id = register_timer(kOwner, 1000 + i);
    ASSERT_TRUE(id);
    ids.push_back(*id);
  }
  const auto before = state();
  EXPECT_EQ(register_timer(kOwner, 1), std::unexpected(Status::kOverLimit));
  EXPECT_EQ(state(), before);  // the 64 stand
  EXPECT_TRUE(register_timer(kOther, 5000)) << "the limit is the owner's, not everybody's";
  // A place is free again when a timer was cancelled, or has fired.
  ASSERT_TRUE(table_->cancel(kOwner, ids.back()));
  EXPECT_TRUE(register_timer(kOwner, 2000));
  EXPECT_EQ(register_timer(kOwner, 2000), std::unexpected(Status::kOverLimit));
  EXPECT_EQ(fire(1000).size(), 1U);
  EXPECT_TRUE(register_timer(kOwner, 2000));
  EXPECT_EQ(table_->live_of(kOwner), service::kMaxTimersPerOwner);
}

TEST_F(TimerTableTest, test_reject_timer_registration_over_global_limit) {
  for (std::uint64_t i = 0; i < service::kMaxTimers; ++i) {
    ASSERT_TRUE(register_timer(100 + i / service::kMaxTimersPerOwner, 1000 + i));
  }
  const auto before = state();
  EXPECT_EQ(register_timer(kOwner, 1), std::unexpected(Status::kOverLimit));
  EXPECT_EQ(state(), before);
  EXPECT_EQ(table_->live(), service::kMaxTimers);
  EXPECT_EQ(fire(1000).size(), 1U);
  EXPECT_TRUE(register_timer(kOwner, 1));
  EXPECT_EQ(register_timer(kOwner, 1), std::unexpected(Status::kOverLimit));
}

TEST_F(TimerTableTest, test_reject_timer_invalid_qos) {
  const auto before = state();
  for (int value = 5; value < 256; ++value) {
    EXPECT_EQ(register_timer(kOwner, 1000, static_cast<TimerClass>(value)),
              std::unexpected(Status::kInvalidArgs));
  }
  EXPECT_EQ(state(), before);  // nothing allocated
}

TEST_F(TimerTableTest, NobodyIsNoOwner) {
  const auto before = state();
  EXPECT_EQ(register_timer(0, 1000).error(), Status::kInvalidArgs);
  EXPECT_EQ(state(), before);
}

TEST_F(TimerTableTest, RefusesADeadlineThatOverflows) {
  const auto before = state();
  EXPECT_EQ(register_timer(kOwner, abi::kNoDeadline - 1, TimerClass::kIdle),
            std::unexpected(Status::kInvalidArgs));
  EXPECT_EQ(register_timer(kOwner, abi::kNoDeadline), std::unexpected(Status::kInvalidArgs));
  EXPECT_EQ(state(), before);
}

TEST_F(TimerTableTest, test_reject_timer_cancel_foreign) {
  const auto id = register_timer(kOwner, 1000);
  ASSERT_TRUE(id);
  ASSERT_TRUE(register_timer(kOther, 1000));
  const auto before = state();
  EXPECT_EQ(table_->cancel(kOther, *id), std::unexpected(Status::kNotFound));
  EXPECT_EQ(table_->cancel(0, *id), std::unexpected(Status::kNotFound));
  EXPECT_EQ(state(), before);
  EXPECT_TRUE(table_->cancel(kOwner, *id));
}

TEST_F(TimerTableTest, CancelKnowsOnlyLiveTimers) {
  const auto id = register_timer(kOwner, 1000);
  ASSERT_TRUE(id);
  for (const std::uint64_t wrong :
       {std::uint64_t{0}, *id + 1, *id + 1024, *id - 1024, ~std::uint64_t{0}}) {
    EXPECT_EQ(table_->cancel(kOwner, wrong), std::unexpected(Status::kNotFound)) << wrong;
  }
  EXPECT_TRUE(table_->cancel(kOwner, *id));
  EXPECT_EQ(table_->cancel(kOwner, *id), std::unexpected(Status::kNotFound));
  EXPECT_TRUE(fire(2000).empty());
}

TEST_F(TimerTableTest, AnIdIsNeverGivenTwice) {
  std::set<std::uint64_t> ids;
  for (std::uint64_t round = 0; round < 5000; ++round) {
    const auto id = register_timer(kOwner, round);
    ASSERT_TRUE(id);
    ASSERT_TRUE(ids.insert(*id).second);
    if (round % 2 == 0) {
      ASSERT_TRUE(table_->cancel(kOwner, *id));
    } else {
      ASSERT_EQ(fire(round).size(), 1U);
    }
    // The index is in use again at once, but the old id names nobody.
    const auto next = register_timer(kOwner, round);
    ASSERT_TRUE(next);
    ASSERT_TRUE(ids.insert(*next).second);
    ASSERT_EQ(table_->cancel(kOwner, *id), std::unexpected(Status::kNotFound));
    ASSERT_TRUE(table_->cancel(kOwner, *next));
  }
}

TEST_F(TimerTableTest, ADeadOwnersTimersAreFreed) {
  for (std::uint64_t i = 0; i < service::kMaxTimersPerOwner; ++i) {
    ASSERT_TRUE(register_timer(kOwner, 1000 + i));
  }
  ASSERT_TRUE(register_timer(kOther, 500));
  std::set<std::uint32_t> dropped;
  table_->drop_owner(kOwner, [&](std::uint32_t index) { dropped.insert(index); });
  EXPECT_EQ(dropped.size(), service::kMaxTimersPerOwner);
  EXPECT_EQ(table_->live_of(kOwner), 0U);
  EXPECT_EQ(table_->live(), 1U);
  EXPECT_EQ(table_->statistics().fired, 0U);
  EXPECT_EQ(fire(2000).size(), 1U);
  table_->drop_owner(kOwner, [&](std::uint32_t) { FAIL(); });
}

}  // namespace
}  // namespace tessera::timed
