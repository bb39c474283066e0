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

// Builds that check know of each hart which locks it holds.
class LockRecord {
 public:
#ifdef NDEBUG
  explicit constexpr LockRecord(LockRank /*rank*/) {}
  static void note_taken() {}
  static void note_left() {}
#else
  explicit constexpr LockRecord(LockRank rank) : rank_(rank) {}
  void note_taken() const {
    std::uint8_t& locks = arch::this_hart().locks;
    CHECK(locks < bit());  // or two harts may wait for each other
    locks |= static_cast<std::uint8_t>(bit());
  }
  void note_left() const { arch::this_hart().locks &= static_cast<std::uint8_t>(~bit()); }

 private:
  unsigned bit() const { return 1u << std::to_underlying(rank_); }
  LockRank rank_;
#endif
};

class [[clang::capability("mutex")]] SpinLock : LockRecord {
 public:
  explicit constexpr SpinLock(LockRank rank) : LockRecord(rank) {}
  void lock() __attribute__((acquire_capability())) {
    note_taken();
    while (held_.exchange(1) != 0) [[unlikely]] {
      while (held_.peek() != 0) arch::relax();
    }
  }
  // Whether it was free, and is held now.
  bool try_lock() __attribute__((try_acquire_capability(true))) {
    if (held_.exchange(1) != 0) return false;
    note_taken();
    return true;
  }
  void unlock() __attribute__((release_capability())) {
    note_left();
    held_.store(0);
  }
  // For who waits for it, before a try_lock().
  bool is_held() const { return held_.peek() != 0; }

 private:
  Atomic<std::uint32_t> held_;
};

template <class Lock>
class [[clang::scoped_lockable]] LockGuard {
 public:
  explicit LockGuard(Lock& lock) __attribute__((acquire_capability(lock))) : lock_(lock) {
    lock_.lock();
  }
  ~LockGuard() __attribute__((release_capability())) { lock_.unlock(); }
  LockGuard(const LockGuard&) = delete;
  LockGuard& operator=(const LockGuard&) = delete;

 private:
  Lock& lock_;
};

}  // namespace tessera
