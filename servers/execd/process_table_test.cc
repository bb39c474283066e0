#include "servers/execd/process_table.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "servers/execd/choice.h"

namespace tessera::execd {
namespace {

constexpr std::uint32_t kPlaces = ProcessTable::kPlaces;
constexpr std::uint32_t kRecords = ProcessTable::kRecords;

class ProcessTableTest : public testing::Test {
 protected:
  // Starts one; its badge.
  std::uint64_t start() {
    const auto place = table->free_place();
    EXPECT_TRUE(place);
    return table->add(*place, ++task, 7).badge;
  }
  void end(std::uint64_t badge, std::int32_t status = 0) {
    Process* process = table->find(badge);
    ASSERT_NE(process, nullptr);
    table->end(*process, {.state = abi::TaskState::kExited, .status = status, .registers = {}});
  }
  // Waits, as the server has it; whether it was let.
  bool wait(std::uint64_t badge, std::uint64_t caller) {
    given_up.reset();
    return table->wait(table->free_waiter(), badge, caller, given_up);
  }

  std::unique_ptr<ProcessTable> table = std::make_unique<ProcessTable>();
  std::uint64_t task = 0;
  std::optional<std::uint32_t> given_up;
};

TEST_F(ProcessTableTest, APlaceIsOneProcesss) {
  std::set<std::uint32_t> places;
  std::vector<std::uint64_t> badges;
  for (std::uint32_t i = 0; i < kPlaces; ++i) {
    badges.push_back(start());
    places.insert(table->find(badges.back())->place);
    EXPECT_EQ(table->in_place(table->find(badges.back())->place), table->find(badges.back()));
  }
  EXPECT_EQ(places.size(), kPlaces);
  EXPECT_FALSE(table->free_place());
  EXPECT_EQ(table->live(), kPlaces);
  end(badges[5]);
  EXPECT_EQ(table->free_place(), table->find(badges[5])->place);
  EXPECT_EQ(table->in_place(*table->free_place()), nullptr);
  EXPECT_EQ(table->live(), kPlaces - 1);
}

TEST_F(ProcessTableTest, AnEndIsKnownUntilItsRecordIsNeeded) {
  const std::uint64_t first = start();
  end(first, 41);
  const std::uint64_t runs = start();
  std::vector<std::uint64_t> later;
  for (std::uint32_t i = 0; i + 2 < kRecords; ++i) {
    later.push_back(start());
    end(later.back());
    ASSERT_NE(table->find(first), nullptr) << i;
  }
  EXPECT_EQ(table->find(first)->ending.status, 41);
  const std::uint64_t one_more = start();
  EXPECT_EQ(table->find(first), nullptr) << "the one that ended first";
  EXPECT_NE(table->find(later.front()), nullptr);
  EXPECT_NE(table->find(runs), nullptr) << "one that runs is never forgotten";
  EXPECT_NE(table->find(one_more), nullptr);
}

TEST_F(ProcessTableTest, ABadgeIsNeverGivenTwice) {
  std::set<std::uint64_t> badges;
  for (std::uint32_t i = 0; i < 10 * kRecords; ++i) {
    const std::uint64_t badge = start();
    EXPECT_NE(badge & ProcessTable::kIsProcess, 0U);
    EXPECT_TRUE(badges.insert(badge).second);
    end(badge);
  }
  std::uint32_t known = 0;
  for (const std::uint64_t badge : badges) known += table->find(badge) != nullptr;
  EXPECT_EQ(known, kRecords);
}

TEST_F(ProcessTableTest, NobodyIsFoundByABadgeThatNobodyHas) {
  start();
  for (const std::uint64_t badge :
       {std::uint64_t{0}, std::uint64_t{1}, ProcessTable::kIsProcess | 1,
        ProcessTable::kIsProcess | kRecords, ~std::uint64_t{0}}) {
    EXPECT_EQ(table->find(badge), nullptr) << badge;
  }
}

TEST_F(ProcessTableTest, AllWhoWaitAreFound) {
  const std::uint64_t one = start();
  const std::uint64_t other = start();
  EXPECT_TRUE(wait(one, 100));
  EXPECT_TRUE(wait(other, 100));
  EXPECT_TRUE(wait(one, 101));
  EXPECT_FALSE(given_up);
  std::set<std::uint32_t> found;
  while (const auto waiter = table->take_waiter(one)) found.insert(*waiter);
  EXPECT_EQ(found.size(), 2U);
  EXPECT_TRUE(table->take_waiter(other));
  EXPECT_FALSE(table->take_waiter(other));
}

// One that gave up leaves its place behind; when it asks again the place is free.
TEST_F(ProcessTableTest, OneWaitACallerAndProcess) {
  const std::uint64_t process = start();
  for (std::uint32_t i = 0; i < 10 * service::kMaxWaiters; ++i) {
    EXPECT_TRUE(wait(process, 100));
    EXPECT_EQ(given_up.has_value(), i > 0);
  }
  EXPECT_TRUE(table->take_waiter(process));
  EXPECT_FALSE(table->take_waiter(process));
}

TEST_F(ProcessTableTest, TooManyWaitersAreRefused) {
  const std::uint64_t process = start();
  for (std::uint32_t i = 0; i < service::kMaxWaiters; ++i) EXPECT_TRUE(wait(process, 100 + i));
  EXPECT_FALSE(wait(process, 1));
  EXPECT_FALSE(wait(process, 2));
  EXPECT_TRUE(wait(process, 110)) << "in the place of its own";
  EXPECT_TRUE(given_up);
  EXPECT_FALSE(wait(process, 3));
  EXPECT_TRUE(table->take_waiter(process));
  EXPECT_TRUE(wait(process, 3));
  EXPECT_LT(table->free_waiter(), ProcessTable::kWaiters);
}

TEST_F(ProcessTableTest, WhoIsNoMoreWaitsForNobody) {
  const std::uint64_t one = start();
  const std::uint64_t other = start();
  EXPECT_TRUE(wait(one, 100));
  EXPECT_TRUE(wait(other, 100));
  EXPECT_TRUE(wait(one, 101));
  EXPECT_TRUE(table->take_waiter_of(100));
  EXPECT_TRUE(table->take_waiter_of(100));
  EXPECT_FALSE(table->take_waiter_of(100));
  EXPECT_FALSE(table->take_waiter_of(0)) << "places where nobody waits";
  EXPECT_FALSE(table->take_waiter(other));
  EXPECT_TRUE(table->take_waiter(one));
}

// --- The manifest --------------------------------------------------------------------------------

using manifest::Image;
using manifest::Start;
using service::ChildClass;

TEST(Choice, OnlyWhatIsSpawnedIsFound) {
  const std::array<Image, 3> images = {
      Image{.name = "console"},
      Image{.name = "a", .quota_kib = 128, .start = Start::kSpawned},
      Image{.name = "b", .quota_kib = 64, .start = Start::kSpawned},
  };
  const manifest::Manifest all{.images = images};
  EXPECT_FALSE(find_spawnable(all, "console"));
  EXPECT_FALSE(find_spawnable(all, ""));
  EXPECT_FALSE(find_spawnable(all, "c"));
  const auto b = find_spawnable(all, "b");
  ASSERT_TRUE(b);
  EXPECT_EQ(b->image, 2U);
  EXPECT_EQ(b->nth, 1U);
  EXPECT_EQ(largest_quota(all), 128U * 1024);
}

TEST(Choice, AHigherClassIsAskedForUpToTheHighest) {
  using abi::QosClass;
  const Image image{.qos = QosClass::kNormal, .highest = QosClass::kInteractive};
  const struct {
    ChildClass wanted;
    QosClass qos;
    Verdict verdict;
  } kCases[] = {{ChildClass::kOwn, QosClass::kNormal, Verdict::kGranted},
                {ChildClass::kIdle, QosClass::kIdle, Verdict::kGranted},
                {ChildClass::kNormal, QosClass::kNormal, Verdict::kGranted},
                {ChildClass::kInteractive, QosClass::kInteractive, Verdict::kAsk},
                {ChildClass::kPerfBurst, QosClass::kPerfBurst, Verdict::kDenied}};
  for (const auto& each : kCases) {
    const Choice choice = choose_class(image, each.wanted);
    EXPECT_EQ(choice.qos, each.qos);
    EXPECT_EQ(choice.verdict, each.verdict);
  }
}

}  // namespace
}  // namespace tessera::execd
