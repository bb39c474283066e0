// A lock that is held as long as this lives: an endpoint's, another object's, or none.
#pragma once

#include "kernel/sync/spinlock.h"

namespace tessera {

class EndpointLock;

class HeldLock {
 public:
  HeldLock() = default;
  ~HeldLock() __attribute__((no_thread_safety_analysis));
  HeldLock(const HeldLock&) = delete;
  HeldLock& operator=(const HeldLock&) = delete;
  // Once.
  void hold(EndpointLock& lock) __attribute__((no_thread_safety_analysis));
  void hold(SpinLock& lock) __attribute__((no_thread_safety_analysis));

 private:
  EndpointLock* endpoint_ = nullptr;
  SpinLock* other_ = nullptr;
};

}  // namespace tessera
