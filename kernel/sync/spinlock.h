// A short lock between harts. Interrupts are never enabled in the kernel, so whoever holds one runs
// on to its release. It guards no more than a few dozen instructions; the order of locks is in
// docs/invariants.md.
#pragma once

#include <atomic>
#include <cstdint>

namespace tessera {

class [[clang::capability("mutex")]] SpinLock {
 public:
  void lock() __attribute__((acquire_capability())) {
    while (held_.exchange(1, std::memory_order_acquire) != 0) {
      while (held_.load(std::memory_order_relaxed) != 0) {
      }
    }
  }
  void unlock() __attribute__((release_capability())) { held_.store(0, std::memory_order_release); }

 private:
  std::atomic<std::uint32_t> held_ = 0;
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
