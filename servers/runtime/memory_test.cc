// Every size up to a few words, at every alignment of both sides, against the library's own.
#include "servers/runtime/memory.h"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstring>

namespace tessera::rt::memory {
namespace {

constexpr std::size_t kSizes = 41;
constexpr std::size_t kSpace = 128;

struct alignas(8) Space : std::array<unsigned char, kSpace> {};

Space pattern() {
  Space space;
  for (std::size_t i = 0; i < kSpace; ++i) space[i] = static_cast<unsigned char>(i * 37 + 11);
  return space;
}

template <class Check>
void for_each_case(Check check) {
  for (std::size_t to = 0; to < 9; ++to) {
    for (std::size_t from = 0; from < 9; ++from) {
      for (std::size_t size = 0; size < kSizes; ++size) check(to, from, size);
    }
  }
}

TEST(Memory, CopyUp) {
  for_each_case([](std::size_t to, std::size_t from, std::size_t size) {
    const Space source = pattern();
    Space ours{}, theirs{};
    copy_up(&ours[to], &source[from], size);
    std::memcpy(&theirs[to], &source[from], size);
    ASSERT_EQ(ours, theirs) << to << ' ' << from << ' ' << size;
  });
}

TEST(Memory, MoveWithinOneSpace) {
  for_each_case([](std::size_t to, std::size_t from, std::size_t size) {
    Space ours = pattern(), theirs = pattern();
    move(&ours[to * 3], &ours[from * 3], size);
    std::memmove(&theirs[to * 3], &theirs[from * 3], size);
    ASSERT_EQ(ours, theirs) << to << ' ' << from << ' ' << size;
  });
}

TEST(Memory, Fill) {
  for_each_case([](std::size_t to, std::size_t value, std::size_t size) {
    Space ours = pattern(), theirs = pattern();
    fill(&ours[to], static_cast<unsigned char>(value * 31), size);
    std::memset(&theirs[to], static_cast<int>(value * 31), size);
    ASSERT_EQ(ours, theirs) << to << ' ' << value << ' ' << size;
  });
}

int sign(int value) { return (value > 0) - (value < 0); }

TEST(Memory, Compare) {
  for_each_case([](std::size_t a, std::size_t b, std::size_t size) {
    Space left{}, right{};
    std::memcpy(&left[a], pattern().data(), size);
    std::memcpy(&right[b], pattern().data(), size);
    ASSERT_EQ(compare(&left[a], &right[b], size), 0);
    for (std::size_t differs = 0; differs < size; ++differs) {
      for (const int change : {1, 0x80}) {
        Space other = right;
        other[b + differs] = static_cast<unsigned char>(other[b + differs] ^ change);
        ASSERT_EQ(sign(compare(&left[a], &other[b], size)),
                  sign(std::memcmp(&left[a], &other[b], size)))
            << a << ' ' << b << ' ' << size << ' ' << differs;
      }
    }
  });
}

TEST(Memory, FindsTheFirstOfItsValue) {
  const Byte bytes[] = {3, 1, 4, 1, 0, 255};
  EXPECT_EQ(find(bytes, 1, sizeof(bytes)), bytes + 1);
  EXPECT_EQ(find(bytes, 255, sizeof(bytes)), bytes + 5);
  EXPECT_EQ(find(bytes, 255, 5), nullptr);
  EXPECT_EQ(find(bytes, 3, 0), nullptr);
}

}  // namespace
}  // namespace tessera::rt::memory
