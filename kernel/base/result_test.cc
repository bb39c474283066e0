#include "kernel/base/result.h"

#include <type_traits>

#include "gtest/gtest.h"

namespace tessera {
namespace {

constexpr Error kFull{abi::kEnomem, abi::Detail::kNoMemory};
constexpr Error kWrong{abi::kEinval, abi::Detail::kBadRange, 2};

// A value that is moved, never copied.
struct Owner {
  explicit Owner(int n) : number(n) {}
  Owner(Owner&& other) noexcept : number(std::exchange(other.number, 0)) {}
  int number;
};

Result<int> half(int number) {
  if (number % 2 != 0) return kWrong;
  return number / 2;
}
Result<void> even(int number, int& calls) {
  ++calls;
  if (number % 2 != 0) return kWrong;
  return {};
}
Result<Owner> own(int number) {
  if (number == 0) return kFull;
  return Owner(number);
}

Result<int> quarter(int number) {
  TRY_ASSIGN(const int first, half(number));
  TRY_ASSIGN(int second, half(first));
  return second;
}
Result<void> both_even(int a, int b, int& calls) {
  TRY(even(a, calls));
  TRY(even(b, calls));
  return {};
}
Result<int> through_pointer(int number, int*& out) {
  TRY_ASSIGN(*out, half(number));
  return *out + 1;
}
Result<int> owned_number(int number) {
  TRY_ASSIGN(Owner owner, own(number));
  return owner.number;
}
// A macro argument with a comma in it.
Result<int> with_commas(int number) {
  TRY_ASSIGN(const int n, [](int a, int b) -> Result<int> { return half(a + b); }(number, 1));
  return n;
}

TEST(Result, HoldsAValueOrAnError) {
  EXPECT_EQ(half(4).value(), 2);
  EXPECT_EQ(half(5).error(), kWrong);
  EXPECT_TRUE(Result<void>().has_value());
  EXPECT_EQ(Result<void>(kFull).error(), kFull);
}

TEST(Result, ErrorsAreEqualInAllOrNot) {
  EXPECT_NE(kWrong, (Error{abi::kEinval, abi::Detail::kBadRange, 1}));
  EXPECT_NE(kWrong, (Error{abi::kEinval, abi::Detail::kNone, 2}));
  EXPECT_NE(kWrong, (Error{abi::kEnomem, abi::Detail::kBadRange, 2}));
  EXPECT_NE(kWaiting, kPreempted);
  // Statuses of user space are 0 or negative.
  EXPECT_GT(kWaiting.status, 0);
  EXPECT_GT(kPreempted.status, 0);
}

TEST(Try, ReturnsTheFirstErrorAndGoesNoFurther) {
  int calls = 0;
  EXPECT_EQ(both_even(1, 2, calls).error(), kWrong);
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(both_even(2, 1, calls).error(), kWrong);
  EXPECT_EQ(calls, 3);
  EXPECT_TRUE(both_even(2, 2, calls).has_value());
  EXPECT_EQ(calls, 5);
}

TEST(TryAssign, TakesTheValueOrReturnsTheError) {
  EXPECT_EQ(quarter(8).value(), 2);
  EXPECT_EQ(quarter(6).error(), kWrong);
  EXPECT_EQ(quarter(5).error(), kWrong);
  EXPECT_EQ(with_commas(3).value(), 2);
}

TEST(TryAssign, AssignsToWhatIsThere) {
  int number = 9;
  int* out = &number;
  EXPECT_EQ(through_pointer(4, out).value(), 3);
  EXPECT_EQ(number, 2);
  EXPECT_FALSE(through_pointer(5, out).has_value());
  EXPECT_EQ(number, 2);
}

TEST(TryAssign, MovesTheValue) {
  EXPECT_EQ(owned_number(7).value(), 7);
  EXPECT_EQ(owned_number(0).error(), kFull);
  static_assert(!std::is_copy_constructible_v<Owner>);
}

}  // namespace
}  // namespace tessera
