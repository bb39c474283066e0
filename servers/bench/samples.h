// The least, the greatest and the middle of a run of measurements.
#ifndef SERVERS_BENCH_SAMPLES_H_
#define SERVERS_BENCH_SAMPLES_H_

#include <array>
#include <cstddef>
#include <cstdint>

namespace tessera::bench {

template <std::size_t N>
class Samples {
  static_assert(N > 0);

 public:
  // At most N of them. Kept in order: inserting costs time between two measurements, not in one.
  constexpr void add(std::uint64_t value) {
    std::size_t at = count_++;
    for (; at > 0 && sorted_[at - 1] > value; --at) sorted_[at] = sorted_[at - 1];
    sorted_[at] = value;
  }
  // Of one at least.
  constexpr std::uint64_t min() const { return sorted_[0]; }
  constexpr std::uint64_t max() const { return sorted_[count_ - 1]; }
  constexpr std::uint64_t median() const { return sorted_[count_ / 2]; }
  constexpr std::size_t count() const { return count_; }

 private:
  std::array<std::uint64_t, N> sorted_{};
  std::size_t count_ = 0;
};

}  // namespace tessera::bench

#endif  // SERVERS_BENCH_SAMPLES_H_
