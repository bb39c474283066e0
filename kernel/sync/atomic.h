// What several harts write or read at once: every such word of the kernel is one of these, and
// every access goes through here. A test's machine may let another hart go first at each
// (arch/host).
#pragma once

#include <atomic>

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
  constexpr Atomic(T value = {}) : value_(value) {}  // NOLINT(google-explicit-constructor)
  Atomic(const Atomic&) = delete;
  Atomic& operator=(const Atomic&) = delete;

  // What was written before the store that is read is seen.
  T load() const {
    arch::interleave();
    return value_.load(std::memory_order_acquire);
  }
  // Nothing else is.
  T peek() const {
    arch::interleave();
    return value_.load(std::memory_order_relaxed);
  }
  void store(T value) {
    arch::interleave();
    value_.store(value, std::memory_order_release);
  }
  T exchange(T value) {
    arch::interleave();
    return value_.exchange(value, std::memory_order_acq_rel);
  }
  // Nothing that was written before is promised with it.
  void set(T value) {
    arch::interleave();
    value_.store(value, std::memory_order_relaxed);
  }
  // True: it was `expected`, and is `value` now; else `expected` becomes what it was.
  bool compare_exchange(T& expected, T value) {
    arch::interleave();
    return value_.compare_exchange_weak(expected, value, std::memory_order_acq_rel,
                                        std::memory_order_relaxed);
  }
  // Of bits: what they were.
  T set_bits(T bits) {
    arch::interleave();
    return value_.fetch_or(bits, std::memory_order_acq_rel);
  }
  T clear_bits(T bits) {
    arch::interleave();
    return value_.fetch_and(static_cast<T>(~bits), std::memory_order_acq_rel);
  }
  // Of a word that only this hart writes.
  void increment() {
    value_.store(value_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }

 private:
  std::atomic<T> value_;
};

}  // namespace tessera
