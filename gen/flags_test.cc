// Sets of flags up to a register's 64 bits: what is one of them, and that no bit is lost on the
// way.
#include <gtest/gtest.h>

#include <cstdint>
#include <span>
#include <utility>

#include "gen/loopback.h"
#include "gen/testdata/flags.h"
#include "gen/testdata/flags_client.h"
#include "gen/testdata/flags_server.h"

namespace tessera::gen {
namespace {

using namespace flagging;  // NOLINT: the file's one subject

static_assert(sizeof(Eight) == 1 && sizeof(Sixteen) == 2 && sizeof(Seventeen) == 8);

// All sets of so many flags, and none with a bit more.
template <class Set>
void expect_holds(bool (*valid)(std::uint64_t), Set first, Set last, unsigned count) {
  SCOPED_TRACE(count);
  const std::uint64_t all = ~std::uint64_t{0} >> (64 - count);
  const std::uint64_t top = std::uint64_t{1} << (count - 1);
  EXPECT_EQ(static_cast<std::uint64_t>(last), top);
  for (const std::uint64_t good : {std::uint64_t{0}, std::uint64_t{1}, top, all}) {
    EXPECT_TRUE(valid(good)) << good;
  }
  for (unsigned bit = count; bit < 64; ++bit) {
    EXPECT_FALSE(valid(std::uint64_t{1} << bit)) << bit;
    EXPECT_FALSE(valid(all | std::uint64_t{1} << bit)) << bit;
  }
  EXPECT_EQ(valid(~std::uint64_t{0}), count == 64);
  EXPECT_EQ(static_cast<std::uint64_t>(first | last), top | 1);
  EXPECT_TRUE(has(first | last, last));
  EXPECT_FALSE(has(first, last)) << "the highest bit counts";
  EXPECT_FALSE(has(last, first | last));
}

TEST(FlagsTest, EachCountOfFlagsHasItsSets) {
  expect_holds(valid_eight, Eight::kB0, Eight::kB7, 8);
  expect_holds(valid_sixteen, Sixteen::kB0, Sixteen::kB15, 16);
  expect_holds(valid_seventeen, Seventeen::kB0, Seventeen::kB16, 17);
  expect_holds(valid_thirty_one, ThirtyOne::kB0, ThirtyOne::kB30, 31);
  expect_holds(valid_thirty_two, ThirtyTwo::kB0, ThirtyTwo::kB31, 32);
  expect_holds(valid_thirty_three, ThirtyThree::kB0, ThirtyThree::kB32, 33);
  expect_holds(valid_sixty_three, SixtyThree::kB0, SixtyThree::kB62, 63);
  expect_holds(valid_sixty_four, SixtyFour::kB0, SixtyFour::kB63, 64);
}

struct Impl {
  rt::Result<Flags::NarrowResult> narrow(const rt::Caller&, Eight eight, Sixteen sixteen,
                                         Seventeen seventeen) {
    return Flags::NarrowResult{eight, sixteen, seventeen};
  }
  rt::Result<Flags::WideResult> wide(const rt::Caller&, ThirtyOne a, ThirtyTwo b, ThirtyThree c,
                                     SixtyThree d, SixtyFour e) {
    return Flags::WideResult{a, b, c, d, e};
  }
  rt::Result<Flags::ListsResult> lists(const rt::Caller&, std::span<const ThirtyOne> sets,
                                       std::span<const SixtyFour> full,
                                       std::span<const Eight> few) {
    return Flags::ListsResult{*decltype(Flags::ListsResult::sets)::of(sets),
                              *decltype(Flags::ListsResult::full)::of(full),
                              *decltype(Flags::ListsResult::few)::of(few)};
  }
  rt::Result<Narrow> fields(const rt::Caller&, const Narrow& sets) { return sets; }
};

class FlagsCallTest : public ::testing::Test {
 protected:
  FlagsCallTest() {
    kernel.server = [this](const rt::Registers& message) {
      return FlagsServer<Impl>::dispatch(impl, rt::Slot{6}, message);
    };
  }

  Loopback kernel;
  Impl impl;
  const FlagsClient client{rt::Slot{20}};
};

TEST_F(FlagsCallTest, TheHighestAndTheLowestThereAndBack) {
  const auto narrow = client.narrow(Eight::kB7, Sixteen::kB0 | Sixteen::kB15, Seventeen::kB16);
  ASSERT_TRUE(narrow.has_value());
  EXPECT_EQ(narrow->eight, Eight::kB7);
  EXPECT_EQ(narrow->sixteen, Sixteen::kB0 | Sixteen::kB15);
  EXPECT_EQ(narrow->seventeen, Seventeen::kB16);
  const auto wide = client.wide(ThirtyOne::kB30, ThirtyTwo::kB0 | ThirtyTwo::kB31,
                                ThirtyThree::kB32, SixtyThree::kB62, SixtyFour::kB63);
  ASSERT_TRUE(wide.has_value());
  EXPECT_EQ(wide->a, ThirtyOne::kB30);
  EXPECT_EQ(wide->b, ThirtyTwo::kB0 | ThirtyTwo::kB31);
  EXPECT_EQ(std::to_underlying(wide->b), 0x80000001U) << "not sign-extended";
  EXPECT_EQ(wide->c, ThirtyThree::kB32);
  EXPECT_EQ(wide->d, SixtyThree::kB62);
  EXPECT_EQ(wide->e, SixtyFour::kB63);
}

TEST_F(FlagsCallTest, InListsAndFields) {
  const ThirtyOne sets[] = {ThirtyOne::kB30, ThirtyOne::kB0};
  const SixtyFour full[] = {SixtyFour::kB63 | SixtyFour::kB31};
  const Eight few[] = {Eight::kB7, Eight::kB0, Eight::kB3};
  const auto lists = client.lists(sets, full, few);
  ASSERT_TRUE(lists.has_value());
  ASSERT_EQ(lists->sets.size(), 2U);
  EXPECT_EQ(lists->sets[0], ThirtyOne::kB30);
  EXPECT_EQ(lists->full[0], SixtyFour::kB63 | SixtyFour::kB31);
  EXPECT_EQ(lists->few[2], Eight::kB3);
  const auto fields = client.fields({.few = Eight::kB7, .more = Sixteen::kB15});
  ASSERT_TRUE(fields.has_value());
  EXPECT_EQ(fields->few, Eight::kB7);
  EXPECT_EQ(fields->more, Sixteen::kB15);
}

}  // namespace
}  // namespace tessera::gen
