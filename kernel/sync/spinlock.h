// A short lock between harts. Interrupts are never enabled in the kernel, so whoever holds one runs
// on to its release. It guards no more than a few dozen instructions; the order of locks is in
// docs/invariants.md.
#pragma once

#include <cstdint>
#include <utility>

#include "kernel/base/check.h"
#include "kernel/sync/atomic.h"

namespace tessera {

// In this order a hart takes them, and none of a rank twice.
enum class LockRank : std::uint8_t {
  kTree,
  kDevices,  // of a hart
  kNotification,
  kEndpoint,
  kReply,         // of a Reply object
  kBuiltInReply,  // of a thread
  kRounds,
};

class [[clang::capability("mutex")]] SpinLock {
 public:
#ifdef NDEBUG
  explicit constexpr SpinLock(LockRank /*rank*/) {}
#else
  explicit constexpr SpinLock(LockRank rank) : rank_(rank) {}
#endif
  void lock() __attribute__((acquire_capability())) {
    note_taken();
    while (held_.exchange(1) != 0) [[unlikely]] {
      while (held_.peek() != 0) arch::relax();
    }
  }
  // Whether it was free, and is held now.
  bool try_lock() __attribute__((try_acquire_capability(true))) {
    if (held_.peek() != 0 || held_.exchange(1) != 0) return false;
    note_taken();
    return true;
  }
  void unlock() __attribute__((release_capability())) {
    note_left();
    held_.store(0);
  }

 private:
#ifdef NDEBUG
  static void note_taken() {}
  static void note_left() {}
#else
  // Builds that check know of each hart which it holds.
  unsigned bit() const { return 1u << std::to_underlying(rank_); }
  void note_taken() const {
    std::uint8_t& locks = arch::this_hart().locks;
    CHECK(locks < bit());  // or two harts may wait for each other
    locks |= static_cast<std::uint8_t>(bit());
  }
  void note_left() const { arch::this_hart().locks &= static_cast<std::uint8_t>(~bit()); }
  LockRank rank_;
#endif
  Atomic<std::uint32_t> held_;
};

class [[clang::scoped_lockable]] LockGuard {
 public:
  explicit LockGuard(SpinLock& lock) __attribute__((acquire_capability(lock))) : lock_(lock) {
    lock_.lock();
  }
  ~LockGuard() __attribute__((release_capability())) { lock_.unlock(); }
  LockGuard(const LockGuard&) = delete;
  LockGuard& operator=(const LockGuard&) = delete;

 private:
  SpinLock& lock_;
};

}  // namespace tessera
