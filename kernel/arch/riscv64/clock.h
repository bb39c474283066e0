// Ticks of the machine's timer to nanoseconds and back, exactly. Pure: the host tests it as it is.
#pragma once

#include <cstdint>

#include "kernel/base/types.h"

namespace tessera::arch::riscv64 {

// Exact for frequencies from 1 Hz to 18 GHz and for as long as nanoseconds fit 64 bits: 584 years.
class Clock {
 public:
  static constexpr std::uint64_t kSecond = 1'000'000'000;
  static constexpr std::uint64_t kMostFrequency = 18'000'000'000;

  constexpr Clock() = default;
  // `frequency`, in ticks a second, is from 1 to kMostFrequency.
  explicit constexpr Clock(std::uint64_t frequency)
      : frequency_(frequency), tick_(kSecond % frequency == 0 ? kSecond / frequency : 0) {}

  // Rounded down.
  constexpr Nanoseconds to_time(std::uint64_t ticks) const {
    if (tick_ != 0) [[likely]]
      return {ticks * tick_};
    return divide(ticks);
  }

  // The first tick at or after `time`: ~0, which no timer reaches, when that is beyond 64 bits.
  constexpr std::uint64_t to_ticks(Nanoseconds time) const {
    if (time == kNever) return ~std::uint64_t{0};
    if (tick_ != 0) return time.value / tick_ + (time.value % tick_ != 0 ? 1 : 0);
    const std::uint64_t rest = time.value % kSecond * frequency_;
    std::uint64_t ticks = 0;
    if (__builtin_mul_overflow(time.value / kSecond, frequency_, &ticks) ||
        __builtin_add_overflow(ticks, (rest + kSecond - 1) / kSecond, &ticks)) {
      return ~std::uint64_t{0};
    }
    return ticks;
  }

 private:
  // Whole seconds apart, so that the product stays below 64 bits. Rare, and long.
  [[gnu::noinline]] constexpr Nanoseconds divide(std::uint64_t ticks) const {
    const std::uint64_t rest = ticks % frequency_;
    return {ticks / frequency_ * kSecond + rest * kSecond / frequency_};
  }

  std::uint64_t frequency_ = kSecond;
  std::uint64_t tick_ = 1;  // nanoseconds of a tick, or 0 when they are not whole
};

}  // namespace tessera::arch::riscv64
