// Long random sequences against a model: a map from page to what it translates to.
#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "kernel/mem/testing/space.h"

namespace tessera {
namespace {

using PageRun = Run;  // in a test, Run alone is a function of GoogleTest

class Random : public testing::TestWithParam<std::uint32_t> {
 protected:
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

  // Near a handful of places, so that runs meet, with lengths and alignments of all kinds.
  PageRun any_run() {
    static constexpr std::uint64_t kPlaces[] = {0x1000, 0x1f'0000, 0x4000'0000, 0x3f'ffc0'0000};
    std::uint64_t va = kPlaces[below(4)] + below(12) * (kLargePageSize / 2);
    std::uint64_t pa = 0x1'0000'0000 + below(64) * kLargePageSize;
    auto pages = static_cast<std::uint32_t>(1 + below(4) * below(600));
    if (below(3) == 0) va += below(512) * kPageSize;
    if (below(3) == 0) pa += va % kLargePageSize;
    if (below(6) == 0) pages = 1;
    va = std::min(va, abi::kUserLimit - pages * kPageSize);
    static constexpr Access kAccesses[] = {kRead, kRead | kWrite, kExecute, kRead | kExecute};
    return {.va = {va}, .pa = {pa}, .pages = pages, .access = kAccesses[below(4)]};
  }

  // A run in the course of being mapped or unmapped, or mapped.
  struct Live {
    PageRun run;
    bool unmapping = false;
    bool complete = false;  // it was mapped whole
  };

  // Makes one step of the run. False: it is gone.
  bool step(Live& live) {
    PageRun& run = live.run;
    const std::uint32_t before = run.done;
    if (live.unmapping) {
      const bool gone = space_.table.unmap_step(run);
      space_.pool.settle();
      for (std::uint32_t i = run.done; i < before; ++i) model_.erase(page_of(run, i));
      EXPECT_EQ(gone, run.done == 0);
      return !gone;
    }
    const Result<bool> done = space_.table.map_step(run);
    for (std::uint32_t i = before; i < run.done; ++i) {
      EXPECT_FALSE(model_.contains(page_of(run, i)));
      model_[page_of(run, i)] = {run.pa + i * kPageSize, run.access};
    }
    if (done.has_value()) {
      EXPECT_EQ(*done, run.done == run.pages);
      live.complete = *done;
      return true;
    }
    if (done.error().detail == abi::Detail::kOverlap) {
      EXPECT_TRUE(overlaps(run));
      ++overlaps_;
    } else {
      EXPECT_EQ(done.error(), (Error{abi::kEnomem, abi::Detail::kNoMemory}));
      ++out_of_memory_;
    }
    live.unmapping = true;
    return true;
  }
  static std::uint64_t page_of(const PageRun& run, std::uint32_t i) {
    return run.va.value + i * kPageSize;
  }
  // Whether something is where the next leaf would be, which may be a large one.
  bool overlaps(const PageRun& run) const {
    const std::uint64_t start = page_of(run, run.done);
    const auto next = model_.lower_bound(start);
    return next != model_.end() && next->first < start + kLargePageSize;
  }

  void step_any() {
    if (live_.empty() || below(4) == 0) live_.push_back({.run = any_run()});
    std::swap(live_[below(live_.size())], live_.back());
    Live& live = live_.back();
    if (live.complete || below(6) == 0) live.unmapping = true;
    // Now and then one step and then another run's; mostly to the end.
    bool there = true;
    do {
      there = step(live);
    } while (there && !live.complete && below(3) != 0);
    if (!there) live_.pop_back();
  }

  // As the table has it and as the hart, with all that it has cached, sees it.
  void expect_as_model(VirtAddr va, bool may_fault) {
    std::optional<Space::Seen> expected;
    if (const auto page = model_.find(va.value); page != model_.end()) expected = page->second;
    std::optional<Space::Seen> walked;
    if (const std::optional<Leaf> leaf = space_.table.lookup(va); leaf.has_value()) {
      walked = {leaf->pa + (va - leaf->va), leaf->access};
    }
    EXPECT_EQ(walked, expected) << std::hex << va.value;
    const std::optional<Space::Seen> seen = space_.translate(va);
    if (may_fault && !seen.has_value()) return;
    EXPECT_EQ(seen, expected) << std::hex << va.value;
  }
  void check() {
    const Census census = space_.census();
    EXPECT_EQ(census.pages + 512 * census.large_pages, model_.size());
    large_seen_ += census.large_pages;
    for (int i = 0; i < 6; ++i) {
      // It may be of a run that is not mapped whole, of which a fault is no wrong answer.
      expect_as_model(any_run().va, true);
      if (live_.empty()) continue;
      const Live& live = live_[below(live_.size())];
      const PageRun& run = live.run;
      const auto page = static_cast<std::uint32_t>(below(run.pages));
      if (page < run.done) expect_as_model({page_of(run, page)}, !live.complete);
      if (run.done > 0) expect_as_model({page_of(run, run.done - 1)}, !live.complete);
      if (page_of(run, run.done) < abi::kUserLimit) {
        expect_as_model({page_of(run, run.done)}, true);
      }
    }
  }

  std::mt19937_64 random_{GetParam()};
  Space space_{8};
  std::map<std::uint64_t, Space::Seen> model_;
  std::vector<Live> live_;
  int overlaps_ = 0;
  int out_of_memory_ = 0;
  std::uint64_t large_seen_ = 0;
};

TEST_P(Random, AgainstTheModel) {
  for (int i = 0; i < 300; ++i) {
    step_any();
    check();
    if (HasFailure()) return;
  }
  EXPECT_GT(overlaps_, 0);
  EXPECT_GT(out_of_memory_, 0);
  EXPECT_GT(large_seen_, 0u);
  for (Live& live : live_) {
    live.unmapping = true;
    while (step(live)) {
    }
  }
  live_.clear();
  check();
  space_.expect_empty();
}

INSTANTIATE_TEST_SUITE_P(Seeds, Random, testing::Range(0u, 16u));

}  // namespace
}  // namespace tessera
