// The table against the simplest thing that could be right: a list of all timers.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <random>
#include <set>
#include <vector>

#include "servers/timed/timer_table.h"

namespace tessera::timed {
namespace {

using abi::QosClass;
using service::TimerClass;

struct Timer {
  std::uint64_t owner;
  std::uint64_t deadline;
  std::uint64_t id;
  std::uint32_t index;
};

class Model {
 public:
  // Few owners reach their own limit, many the one of all together.
  explicit Model(std::uint32_t seed) : random_(seed), owners_(seed % 2 == 0 ? 6 : 40) {}

  void step() {
    const std::uint32_t choice = pick(1000);
    if (choice < 800) {
      register_one();
    } else if (choice < 850) {
      cancel_one();
    } else if (choice < 998) {
      now_ += pick(90);
      fire();
    } else if (choice < 999) {
      drop_owner(any_owner());
    } else {
      drop_spawned(pick(owners_ + 2));
    }
    check_counts();
    if (pick(16) == 0) check_all();
  }

  std::uint64_t over_owners_limit() const { return over_owners_limit_; }
  std::uint64_t over_limit() const { return over_limit_; }
  std::uint64_t ended_spawned() const { return ended_spawned_; }

 private:
  std::uint32_t pick(std::uint32_t below) { return random_() % below; }

  // Two of three were made by a spawner.
  std::uint64_t any_owner() {
    const std::uint64_t n = 1 + pick(owners_);
    return n % 3 == 0 ? n : n << 32 | 7;
  }

  void register_one() {
    const std::uint64_t owner = any_owner();
    const std::uint64_t deadline = now_ + pick(50'000);
    const auto admission =
        table_->admit(owner, QosClass::kPerfBurst, TimerClass::kSender, deadline);
    const bool room_of_owner = count(owner) < service::kMaxTimersPerOwner;
    const bool room = timers_.size() < service::kMaxTimers;
    ASSERT_EQ(admission.has_value(), room_of_owner && room);
    if (!room_of_owner) ++over_owners_limit_;
    if (!room) ++over_limit_;
    if (!admission) return;
    const std::uint64_t id = table_->add(*admission);
    timers_.push_back({.owner = owner, .deadline = deadline, .id = id, .index = admission->index});
  }
  void cancel_one() {
    if (timers_.empty()) return;
    const std::size_t at = pick(static_cast<std::uint32_t>(timers_.size()));
    const Timer timer = timers_[at];
    ASSERT_FALSE(table_->cancel(timer.owner + 1, timer.id));
    ASSERT_EQ(table_->cancel(timer.owner, timer.id), timer.index);
    timers_.erase(timers_.begin() + static_cast<std::ptrdiff_t>(at));
  }
  void fire() {
    std::vector<Timer> due;
    std::ranges::copy_if(timers_, std::back_inserter(due),
                         [&](const Timer& each) { return each.deadline <= now_; });
    // Ids grow with each registration up to the index; compare registrations.
    std::ranges::sort(due, {}, [](const Timer& each) {
      return std::pair(each.deadline, each.id / service::kMaxTimers);
    });
    std::vector<std::uint32_t> expected;
    for (const Timer& each : due) expected.push_back(each.index);
    std::vector<std::uint32_t> fired;
    table_->fire(now_, [&](std::uint32_t index) { fired.push_back(index); });
    ASSERT_EQ(fired, expected);
    std::erase_if(timers_, [&](const Timer& each) { return each.deadline <= now_; });
  }
  void drop_owner(std::uint64_t owner) {
    std::set<std::uint32_t> dropped;
    table_->drop_owner(owner, [&](std::uint32_t index) { dropped.insert(index); });
    ASSERT_EQ(dropped.size(), count(owner));
    std::erase_if(timers_, [&](const Timer& each) { return each.owner == owner; });
  }
  void drop_spawned(std::uint64_t before) {
    const auto ends = [&](const Timer& each) {
      const std::uint64_t number = each.owner >> 32;
      return number != 0 && number < before;
    };
    std::set<std::uint32_t> expected;
    for (const Timer& each : timers_) {
      if (ends(each)) expected.insert(each.index);
    }
    std::set<std::uint32_t> dropped;
    table_->drop_spawned(before, [&](std::uint32_t index) { dropped.insert(index); });
    ASSERT_EQ(dropped, expected);
    std::erase_if(timers_, ends);
    ended_spawned_ += expected.size();
  }
  std::size_t count(std::uint64_t owner) const {
    return static_cast<std::size_t>(
        std::ranges::count(timers_, owner, [](const Timer& each) { return each.owner; }));
  }
  void check_counts() {
    ASSERT_EQ(table_->live(), timers_.size());
    const std::uint64_t owner = any_owner();
    ASSERT_EQ(table_->live_of(owner), count(owner));
  }
  void check_all() {
    std::uint64_t next = abi::kNoDeadline;
    std::set<std::uint32_t> indices;
    for (const Timer& each : timers_) {
      next = std::min(next, each.deadline);
      ASSERT_TRUE(indices.insert(each.index).second);
    }
    ASSERT_EQ(table_->next_deadline(), next);
  }

  std::mt19937 random_;
  std::uint32_t owners_;
  std::unique_ptr<TimerTable> table_ = std::make_unique<TimerTable>();
  std::vector<Timer> timers_;
  std::uint64_t now_ = 0;
  std::uint64_t over_owners_limit_ = 0;
  std::uint64_t over_limit_ = 0;
  std::uint64_t ended_spawned_ = 0;
};

TEST(TimerTableModel, AgreesWithAListOfAllTimers) {
  std::uint64_t over_owners_limit = 0;
  std::uint64_t over_limit = 0;
  std::uint64_t ended_spawned = 0;
  for (std::uint32_t seed = 1; seed <= 6; ++seed) {
    SCOPED_TRACE(seed);
    Model model(seed);
    for (int step = 0; step < 8000; ++step) {
      model.step();
      if (testing::Test::HasFatalFailure()) return;
    }
    over_owners_limit += model.over_owners_limit();
    over_limit += model.over_limit();
    ended_spawned += model.ended_spawned();
  }
  EXPECT_GT(over_owners_limit, 0U) << "the owner's limit was never reached";
  EXPECT_GT(over_limit, 0U) << "the limit of all was never reached";
  EXPECT_GT(ended_spawned, 0U) << "no spawner ended while its tasks had timers";
}

}  // namespace
}  // namespace tessera::timed
