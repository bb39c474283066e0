// IndexPool: which of the numbers 0 to N - 1 are free. Taking and giving back are O(1).
//
// A pool of zero bytes is a full pool, so that a static one costs nothing in the image.
#ifndef SERVERS_TIMED_INDEX_POOL_H_
#define SERVERS_TIMED_INDEX_POOL_H_

#include <array>
#include <cstdint>
#include <optional>

namespace tessera::timed {

// A place in a table, or none. The number stored is the index plus one, so that zero is none.
class Link {
 public:
  constexpr Link() = default;
  constexpr explicit Link(std::uint32_t index) : stored_(static_cast<std::uint16_t>(index + 1)) {}

  constexpr explicit operator bool() const { return stored_ != 0; }
  constexpr std::uint32_t index() const { return stored_ - 1U; }

 private:
  std::uint16_t stored_ = 0;
};

template <std::uint32_t N>
class IndexPool {
  static_assert(N < 0xffff);

 public:
  // The index that `take` would give; nothing when all are taken.
  constexpr std::optional<std::uint32_t> peek() const {
    if (given_back_) return given_back_.index();
    if (fresh_ < N) return fresh_;
    return std::nullopt;
  }
  constexpr std::optional<std::uint32_t> take() {
    const auto index = peek();
    if (!index) return std::nullopt;
    if (given_back_) {
      given_back_ = next_[*index];
    } else {
      ++fresh_;
    }
    return index;
  }
  // `index` was taken and is so no longer.
  constexpr void give(std::uint32_t index) {
    next_[index] = given_back_;
    given_back_ = Link(index);
  }

 private:
  std::array<Link, N> next_{};  // behind each that was given back
  Link given_back_;
  std::uint32_t fresh_ = 0;  // from here on, none was ever taken
};

}  // namespace tessera::timed

#endif  // SERVERS_TIMED_INDEX_POOL_H_
