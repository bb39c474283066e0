// A short lock between harts. Interrupts are never enabled in the kernel, so whoever holds one runs
// on to its release. It guards no more than a few dozen instructions; the order of locks is in
// docs/invariants.md.
#pragma once

#include <cstdint>

#include "kernel/sync/atomic.h"

namespace tessera {

class [[clang::capability("mutex")]] SpinLock {
 public:
  void lock() __attribute__((acquire_capability())) {
    while (held_.exchange(1) != 0) [[unlikely]] {
      while (held_.peek() != 0) arch::relax();
    }
  }
  // Whether it was free, and is held now.
  bool try_lock() __attribute__((try_acquire_capability(true))) {
    return held_.peek() == 0 && held_.exchange(1) == 0;
  }
  void unlock() __attribute__((release_capability())) { held_.store(0); }

 private:
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
