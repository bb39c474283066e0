// The lock of the object that a slot names, if it has one; who takes it has the tree.
#pragma once

#include "kernel/cap/slot.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/notification.h"
#include "kernel/object/reply.h"

namespace tessera {

class ObjectLock {
 public:
  explicit ObjectLock(const Slot& slot) : ObjectLock(slot.word()) {}
  [[gnu::always_inline]] explicit ObjectLock(CapabilityWord word)
      __attribute__((no_thread_safety_analysis)) {
    if (word.type() == abi::ObjectType::kEndpoint) [[likely]] {
      // Nobody is put into its queue: who waits there alone stays in the lock.
      endpoint_ = &reinterpret_cast<Endpoint*>(word.object())->lock;
      was_ = endpoint_->seize();
    } else if (word.type() == abi::ObjectType::kNotification) {
      lock(reinterpret_cast<Notification*>(word.object())->lock);
    } else if (word.type() == abi::ObjectType::kReply) {
      lock(reinterpret_cast<Reply*>(word.object())->lock);
    }
  }
  [[gnu::always_inline]] ~ObjectLock() __attribute__((no_thread_safety_analysis)) {
    if (endpoint_ != nullptr) [[likely]] {
      endpoint_->leave(was_);
    } else if (other_ != nullptr) {
      other_->unlock();
    }
  }
  ObjectLock(const ObjectLock&) = delete;
  ObjectLock& operator=(const ObjectLock&) = delete;

  // A receiver waits at the endpoint that is locked, and is not in its queue.
  bool has_receiver() const { return was_.is_parked(); }

 private:
  void lock(SpinLock& lock) __attribute__((no_thread_safety_analysis)) {
    other_ = &lock;
    lock.lock();
  }

  EndpointLock* endpoint_ = nullptr;
  EndpointLock::Word was_{EndpointLock::Word::kNobody};
  SpinLock* other_ = nullptr;
};

}  // namespace tessera
