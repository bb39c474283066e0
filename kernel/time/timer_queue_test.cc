#include "kernel/time/timer_queue.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <map>
#include <random>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace tessera {

// Looks into a queue: the friend that both classes name.
class TimerQueueAudit {
 public:
  static int rank(const Timer& timer) { return timer.rank_.peek(); }
  static const Timer* parent(const Timer& timer) { return timer.parent_; }

  // Holds the whole heap against its invariants. How many timers are in it.
  static std::size_t check(const TimerQueue& queue) {
    if (queue.root_ == nullptr) return 0;
    EXPECT_EQ(queue.root_->parent_, nullptr);
    std::size_t count = 0;
    std::vector<const Timer*> open = {queue.root_};
    while (!open.empty()) {
      const Timer& timer = *open.back();
      open.pop_back();
      ++count;
      for (const Timer* child : {timer.left_, timer.right_}) {
        if (child == nullptr) continue;
        EXPECT_EQ(child->parent_, &timer);
        EXPECT_TRUE(TimerQueue::before(timer, *child));
        open.push_back(child);
      }
      EXPECT_GE(TimerQueue::rank(timer.left_), TimerQueue::rank(timer.right_));
      EXPECT_EQ(timer.rank_.peek(), TimerQueue::rank(timer.right_) + 1);
    }
    // All that an operation walks is as long as a rank, and no rank is greater than this.
    EXPECT_LE(rank(*queue.root_), std::bit_width(count));
    return count;
  }
  // The longest way down.
  static std::size_t depth(const TimerQueue& queue) {
    std::size_t deepest = 0;
    std::vector<std::pair<const Timer*, std::size_t>> open = {{queue.root_, 0}};
    while (!open.empty()) {
      const auto [timer, depth] = open.back();
      open.pop_back();
      deepest = std::max(deepest, depth);
      if (timer == nullptr) continue;
      open.push_back({timer->left_, depth + 1});
      open.push_back({timer->right_, depth + 1});
    }
    return deepest;
  }
};

namespace {

struct Alarm : Timer {
  Alarm() : Timer(Owner::kAlarm) {}
};

TEST(TimerQueue, Empty) {
  TimerQueue queue;
  Alarm alarm;
  EXPECT_EQ(queue.earliest(), nullptr);
  EXPECT_EQ(queue.next(), kNever);
  EXPECT_EQ(queue.pop_due({~std::uint64_t{0}}), nullptr);
  EXPECT_FALSE(alarm.armed());
  EXPECT_FALSE(queue.disarm(alarm));
}

TEST(TimerQueue, DueAtItsDeadlineNeverBefore) {
  TimerQueue queue;
  Alarm alarm;
  EXPECT_TRUE(queue.arm(alarm, {100}));
  EXPECT_TRUE(alarm.armed());
  EXPECT_EQ(alarm.deadline(), Nanoseconds{100});
  EXPECT_EQ(queue.pop_due({99}), nullptr);
  EXPECT_EQ(queue.pop_due({100}), &alarm);
  EXPECT_FALSE(alarm.armed());
  EXPECT_EQ(queue.pop_due({100}), nullptr);
}

TEST(TimerQueue, SaysWhenTheEarliestDeadlineChanges) {
  TimerQueue queue;
  Alarm a;
  Alarm b;
  Alarm c;
  EXPECT_TRUE(queue.arm(a, {50}));
  EXPECT_FALSE(queue.arm(b, {60}));
  EXPECT_FALSE(queue.arm(c, {50}));  // another one, but the hardware's timer stays
  EXPECT_FALSE(queue.disarm(a));
  EXPECT_FALSE(queue.arm(c, {50}));
  EXPECT_TRUE(queue.arm(c, {70}));
  EXPECT_EQ(queue.next(), Nanoseconds{60});
  EXPECT_FALSE(queue.disarm(c));
  EXPECT_TRUE(queue.disarm(b));
  EXPECT_EQ(queue.next(), kNever);
}

TEST(TimerQueue, NeverIsNotArmed) {
  TimerQueue queue;
  Alarm alarm;
  EXPECT_FALSE(queue.arm(alarm, kNever));
  EXPECT_FALSE(alarm.armed());
  EXPECT_TRUE(queue.arm(alarm, {5}));
  EXPECT_TRUE(queue.arm(alarm, kNever));
  EXPECT_FALSE(alarm.armed());
  EXPECT_EQ(queue.earliest(), nullptr);
}

TEST(TimerQueue, EqualDeadlinesInTheOrderOfArming) {
  TimerQueue queue;
  std::vector<Alarm> alarms(50);
  for (Alarm& alarm : alarms) queue.arm(alarm, {7});
  queue.arm(alarms[10], {7});  // armed again: now the last
  for (std::size_t i = 0; i < alarms.size(); ++i) {
    if (i != 10) {
      EXPECT_EQ(queue.pop_due({7}), &alarms[i]);
    }
  }
  EXPECT_EQ(queue.pop_due({7}), &alarms[10]);
}

TEST(TimerQueue, TheOwnerIsFoundByItsKind) {
  struct Waiter : Timer {
    Waiter() : Timer(Owner::kThread) {}
    int number = 3;
  };
  TimerQueue queue;
  Waiter waiter;
  queue.arm(waiter, {1});
  Timer* due = queue.pop_due({1});
  ASSERT_EQ(due->owner(), Timer::Owner::kThread);
  EXPECT_EQ(static_cast<Waiter*>(due)->number, 3);
}

class TimerQueueRandom : public testing::TestWithParam<std::uint32_t> {};

TEST_P(TimerQueueRandom, AgainstMultimap) {
  std::mt19937_64 random(GetParam());
  const std::uint64_t deadlines = GetParam() % 2 == 0 ? 16 : 1'000'000;  // many equal ones, few
  TimerQueue queue;
  std::vector<Alarm> alarms(200);
  std::multimap<std::uint64_t, Alarm*> model;
  std::map<Alarm*, std::multimap<std::uint64_t, Alarm*>::iterator> places;
  const auto forget = [&](Alarm* alarm) {
    const auto place = places.find(alarm);
    if (place == places.end()) return;
    model.erase(place->second);
    places.erase(place);
  };
  const auto next = [&] { return model.empty() ? kNever : Nanoseconds{model.begin()->first}; };
  for (int i = 0; i < 4000; ++i) {
    Alarm& alarm = alarms[random() % alarms.size()];
    const std::uint64_t deadline = random() % deadlines;
    const Nanoseconds before = next();
    switch (random() % 8) {
      case 0:
      case 1: {
        forget(&alarm);
        EXPECT_EQ(queue.disarm(alarm), next() != before);
        break;
      }
      case 2: {
        const bool due = !model.empty() && model.begin()->first <= deadline;
        Alarm* expected = due ? model.begin()->second : nullptr;
        if (due) forget(expected);
        EXPECT_EQ(queue.pop_due({deadline}), expected);
        break;
      }
      default: {
        forget(&alarm);
        places[&alarm] = model.emplace(deadline, &alarm);
        EXPECT_EQ(queue.arm(alarm, {deadline}), next() != before);
      }
    }
    EXPECT_EQ(queue.next(), next());
    EXPECT_EQ(queue.earliest(), model.empty() ? nullptr : model.begin()->second);
    ASSERT_EQ(TimerQueueAudit::check(queue), model.size());
    EXPECT_EQ(alarm.armed(), places.contains(&alarm));
    if (HasFailure()) return;
  }
  while (Timer* due = queue.pop_due({deadlines})) {
    EXPECT_EQ(due, model.begin()->second);
    forget(static_cast<Alarm*>(due));
  }
  EXPECT_TRUE(model.empty());
}

INSTANTIATE_TEST_SUITE_P(Seeds, TimerQueueRandom, testing::Range(0u, 12u));

// A heap as lopsided as it can be: each new timer is the earliest, and the rest hangs to its left.
struct Spine {
  static constexpr std::size_t kCount = 4096;

  Spine() {
    for (std::size_t i = 0; i < kCount; ++i) queue.arm(alarms[i], {kCount - i});
  }
  TimerQueue queue;
  std::vector<Alarm> alarms = std::vector<Alarm>(kCount);
};

TEST(TimerQueueBound, MergesWalkRanksNotDepths) {
  Spine spine;
  EXPECT_EQ(TimerQueueAudit::depth(spine.queue), Spine::kCount);
  EXPECT_EQ(TimerQueueAudit::check(spine.queue), Spine::kCount);
}

// The way up after a removal: as many nodes change their rank as it has steps but one.
TEST(TimerQueueBound, RemovalsChangeFewRanks) {
  for (const bool lopsided : {true, false}) {
    Spine spine;
    std::mt19937_64 random(5);
    if (!lopsided) {
      for (Alarm& alarm : spine.alarms) spine.queue.arm(alarm, {random()});
    }
    std::vector<std::size_t> order(Spine::kCount);
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::shuffle(order.begin(), order.end(), random);
    std::size_t left = Spine::kCount;
    for (const std::size_t i : order) {
      std::vector<std::pair<const Timer*, int>> above;
      for (const Timer* t = &spine.alarms[i]; (t = TimerQueueAudit::parent(*t)) != nullptr;) {
        above.emplace_back(t, TimerQueueAudit::rank(*t));
      }
      spine.queue.disarm(spine.alarms[i]);
      const auto changed = std::count_if(above.begin(), above.end(), [](const auto& was) {
        return TimerQueueAudit::rank(*was.first) != was.second;
      });
      ASSERT_LE(changed, std::bit_width(left));
      if (--left % 256 == 0) {
        EXPECT_EQ(TimerQueueAudit::check(spine.queue), left);
      }
    }
  }
}

TEST(TimerQueueDeathTest, DisarmedInAnotherQueue) {
  TimerQueue queue;
  TimerQueue other;
  Alarm alarm;
  queue.arm(alarm, {1});
  EXPECT_DEATH(other.disarm(alarm), "root_ == &timer");
}

}  // namespace
}  // namespace tessera
