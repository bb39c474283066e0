// Random values of every shape that a message has, from the generated client to the generated
// server and back: equal.
//
// SEED and STEPS of the environment choose another run; a failure prints its seed.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "gen/bounded_impl.h"
#include "gen/loopback.h"
#include "gen/testdata/bounded.h"
#include "gen/testdata/bounded_client.h"
#include "gen/testdata/bounded_server.h"
#include "idl/bounded.h"

namespace tessera::gen {
namespace {

using bounding::Bounded;

constexpr std::uint64_t kSteps = 30'000;

std::uint64_t number_from(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 0);
}

class Values {
 public:
  explicit Values(std::uint64_t seed) : random_(seed) {}

  std::uint64_t up_to(std::uint64_t most) {
    return std::uniform_int_distribution<std::uint64_t>(0, most)(random_);
  }
  // Any of T; the ends of its range more often.
  template <class T>
  T any() {
    constexpr std::uint64_t kSign = std::uint64_t{1} << (8 * sizeof(T) - 1);
    switch (up_to(7)) {
      case 0:
        return T{};
      case 1:
        return static_cast<T>(~std::uint64_t{0});
      case 2:
        return static_cast<T>(kSign);
      case 3:
        return static_cast<T>(kSign - 1);
      default:
        return static_cast<T>(random_());
    }
  }
  bool flag() { return up_to(1) != 0; }
  bounding::Grade grade() { return static_cast<bounding::Grade>(up_to(2)); }
  bounding::Colour colour() { return bounding::Colour{any<std::uint16_t>()}; }
  bounding::Option options() { return static_cast<bounding::Option>(up_to(7)); }
  bounding::Point point() { return {.x = any<std::int32_t>(), .y = any<std::int32_t>()}; }

  template <class Make>
  auto list(std::uint64_t most, Make make) {
    std::vector<decltype(make())> result(up_to(most));
    for (auto& each : result) each = make();
    return result;
  }
  std::vector<std::byte> bytes(std::uint64_t most) {
    return list(most, [this] { return static_cast<std::byte>(random_()); });
  }
  std::string text(std::uint64_t most) {
    std::string result;
    for (const std::byte each : bytes(most)) result += static_cast<char>(each);
    return result;
  }
  bounding::Everything everything() {
    return {.flag = flag(),
            .other = flag(),
            .i8 = any<std::int8_t>(),
            .i16 = any<std::int16_t>(),
            .i32 = any<std::int32_t>(),
            .i64 = any<std::int64_t>(),
            .u8 = any<std::uint8_t>(),
            .u16 = any<std::uint16_t>(),
            .u32 = any<std::uint32_t>(),
            .u64 = any<std::uint64_t>(),
            .grade = grade(),
            .colour = colour(),
            .options = options(),
            .at = point(),
            .ranged = static_cast<std::uint8_t>(3 + up_to(6)),
            .preset = any<std::uint16_t>(),
            .yes = flag(),
            .signed_ = any<std::int32_t>(),
            .best = grade(),
            .to = point()};
  }

 private:
  std::mt19937_64 random_;
};

bool same(const bounding::Point& a, const bounding::Point& b) { return a.x == b.x && a.y == b.y; }

bool same(const bounding::Everything& a, const bounding::Everything& b) {
  return a.flag == b.flag && a.other == b.other && a.i8 == b.i8 && a.i16 == b.i16 &&
         a.i32 == b.i32 && a.i64 == b.i64 && a.u8 == b.u8 && a.u16 == b.u16 && a.u32 == b.u32 &&
         a.u64 == b.u64 && a.grade == b.grade && a.colour == b.colour && a.options == b.options &&
         same(a.at, b.at) && a.ranged == b.ranged && a.preset == b.preset && a.yes == b.yes &&
         a.signed_ == b.signed_ && a.best == b.best && same(a.to, b.to);
}

class Round {
 public:
  explicit Round(std::uint64_t seed) : values_(seed) {
    kernel_.server = [this](const rt::Registers& message) {
      return bounding::BoundedServer<BoundedImpl>::dispatch(impl_, rt::Slot{6}, message);
    };
  }

  // One call of a method; whether what came back is what was sent.
  bool step() {
    // What is left in the buffers must not matter.
    kernel_.client_buffer.fill(values_.any<std::uint64_t>());
    kernel_.server_buffer.fill(values_.any<std::uint64_t>());
    switch (values_.up_to(7)) {
      case 0:
        return texts();
      case 1:
        return lists();
      case 2:
        return structs();
      case 3:
        return everything();
      case 4:
        return points();
      case 5:
        return many();
      case 6:
        return full();
      default:
        return older();
    }
  }

 private:
  bool texts() {
    const std::string name = values_.text(200);
    const auto data = values_.bytes(300);
    const auto answer = client_.long_(name, data);
    const std::string brief = values_.text(16);
    const auto again = client_.short_(brief, 0);
    return answer && answer->name.view() == name && std::ranges::equal(answer->data, data) &&
           again && again->view() == brief;
  }
  bool lists() {
    bool flags[9] = {};
    const std::uint64_t count = values_.up_to(9);
    for (bool& each : flags) each = values_.flag();
    const auto small = values_.list(7, [this] { return values_.any<std::int16_t>(); });
    const auto wide = values_.list(5, [this] { return values_.any<std::uint64_t>(); });
    const auto grades = values_.list(11, [this] { return values_.grade(); });
    const auto options = values_.list(3, [this] { return values_.options(); });
    const auto colours = values_.list(3, [this] { return values_.colour(); });
    const std::span<const bool> some(flags, count);
    const auto answer = client_.lists(some, small, wide, grades, options, colours);
    return answer && std::ranges::equal(answer->flags, some) &&
           std::ranges::equal(answer->small, small) && std::ranges::equal(answer->wide, wide) &&
           std::ranges::equal(answer->grades, grades) &&
           std::ranges::equal(answer->options, options) &&
           std::ranges::equal(answer->colours, colours);
  }
  bool structs() {
    const bounding::Point point = values_.point();
    const auto before = values_.any<std::uint8_t>();
    const bounding::Grade after = values_.grade();
    const auto answer = client_.structs(before, point, after);
    return answer && same(answer->point, point) &&
           static_cast<unsigned>(answer->colour) == before + static_cast<unsigned>(after);
  }
  bool everything() {
    const bounding::Everything all = values_.everything();
    const auto answer = client_.everything(all);
    return answer && same(*answer, all);
  }
  bool points() {
    const auto points = values_.list(20, [this] { return values_.point(); });
    const auto answer = client_.points(points, 3);
    return answer && std::ranges::equal(*answer, points,
                                        [](const auto& a, const auto& b) { return same(a, b); });
  }
  bool many() {
    std::uint64_t w[6];
    for (std::uint64_t& each : w) each = values_.any<std::uint64_t>();
    const auto g = values_.any<std::uint32_t>();
    const auto answer = client_.many(w[0], w[1], w[2], w[3], w[4], w[5], g);
    return answer && answer->a == w[0] && answer->b == w[1] && answer->c == w[2] &&
           answer->d == w[3] && answer->e == w[4] && answer->f == w[5] && answer->g == g;
  }
  bool full() {
    const auto data = values_.bytes(952);
    const auto answer = client_.full(data);
    return answer && std::ranges::equal(*answer, data);
  }
  bool older() {
    const bounding::Older what{.count = values_.any<std::uint32_t>(), .kind = values_.grade()};
    const auto answer = client_.older(what, 1);
    return answer && answer->count == what.count && answer->kind == what.kind;
  }

  Values values_;
  Loopback kernel_;
  BoundedImpl impl_;
  const bounding::BoundedClient client_{rt::Slot{20}};
};

TEST(BoundedRandomTest, WhatComesBackIsWhatWasSent) {
  const std::uint64_t seed = number_from("SEED", 1);
  const std::uint64_t steps = number_from("STEPS", kSteps);
  constexpr std::uint64_t kOfARound = 1000;  // the loopback remembers its calls
  for (std::uint64_t done = 0, round = 0; done < steps; ++round) {
    Round each(seed + round);
    for (std::uint64_t i = 0; i < kOfARound && done < steps; ++i, ++done) {
      ASSERT_TRUE(each.step()) << "SEED=" << seed + round << " step " << i;
    }
  }
}

}  // namespace
}  // namespace tessera::gen
