// What several harts write or read at once: every such word of the kernel is one of these, and
// every access goes through here. A test's machine may let another hart go first at each
// (arch/host).
#pragma once

#include <atomic>
#include <cstdint>
#include <type_traits>

#include "kernel/arch/contract/arch.h"

namespace tessera {

// What was written before it is seen by all before anything is read after it.
inline void full_fence() {
  arch::interleave();
  std::atomic_thread_fence(std::memory_order_seq_cst);
}

template <class T>
class Atomic {
 public:
  constexpr Atomic(T value = {}) : value_(word(value)) {}  // NOLINT(google-explicit-constructor)
  Atomic(const Atomic&) = delete;
  Atomic& operator=(const Atomic&) = delete;

  // What was written before the store that is read is seen.
  T load() const {
    arch::interleave();
    return value(value_.load(std::memory_order_acquire));
  }
  // Nothing else is.
  T peek() const {
    arch::interleave();
    return value(value_.load(std::memory_order_relaxed));
  }
  void store(T to) {
    arch::interleave();
    value_.store(word(to), std::memory_order_release);
  }
  T exchange(T to) {
    arch::interleave();
    return value(value_.exchange(word(to), std::memory_order_acq_rel));
  }
  // Nothing that was written before is promised with it.
  void set(T to) {
    arch::interleave();
    value_.store(word(to), std::memory_order_relaxed);
  }
  // True: it was `expected`, and is `to` now; else `expected` becomes what it was.
  bool compare_exchange(T& expected, T to) {
    arch::interleave();
    Word was = word(expected);
    const bool done = value_.compare_exchange_weak(was, word(to), std::memory_order_acq_rel,
                                                   std::memory_order_relaxed);
    if (!done) expected = value(was);  // it may lie in what is another hart's by now
    return done;
  }
  // Of bits: what they were.
  T set_bits(T bits) {
    arch::interleave();
    return value(value_.fetch_or(word(bits), std::memory_order_acq_rel));
  }
  T clear_bits(T bits) {
    arch::interleave();
    return value(value_.fetch_and(word(static_cast<T>(~bits)), std::memory_order_acq_rel));
  }
  // Of a word that only this hart writes.
  void increment() {
    value_.store(value_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }

 private:
  // RISC-V has atomic operations on words of 32 and 64 bits: a smaller number lies in one.
  static constexpr bool kIsSmall =
      // NOLINTNEXTLINE(bugprone-sizeof-expression): T may be a pointer, and that is its size
      (std::is_integral_v<T> || std::is_enum_v<T>) && sizeof(T) < sizeof(std::uint32_t);
  using Word = std::conditional_t<kIsSmall, std::uint32_t, T>;
  static constexpr Word word(T value) { return static_cast<Word>(value); }
  static constexpr T value(Word word) {
    if constexpr (kIsSmall) __builtin_assume(word >> 8 * sizeof(T) == 0);  // cut nothing off
    return static_cast<T>(word);
  }

  std::atomic<Word> value_;
};

}  // namespace tessera
