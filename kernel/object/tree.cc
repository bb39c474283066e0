#include "kernel/object/tree.h"

#include "kernel/arch/contract/arch.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/notification.h"
#include "kernel/object/state.h"

namespace tessera {

Result<void> take_tree() __attribute__((no_thread_safety_analysis)) {
  Hart& hart = Hart::here();
  if (hart.has_tree) return {};
  while (!state.tree_lock.try_lock()) {
    if (arch::interrupt_pending()) return kPreempted;
    arch::relax();
  }
  hart.has_tree = true;
  return {};
}

void leave_tree() __attribute__((no_thread_safety_analysis)) {
  Hart& hart = Hart::here();
  if (!hart.has_tree) return;
  hart.has_tree = false;
  state.tree_lock.unlock();
}

HeldLock::~HeldLock() {
  if (endpoint_ != nullptr) endpoint_->unlock();
  if (other_ != nullptr) other_->unlock();
}
void HeldLock::hold(EndpointLock& lock) {
  endpoint_ = &lock;
  lock.lock();
}
void HeldLock::hold(SpinLock& lock) {
  other_ = &lock;
  lock.lock();
}

ObjectLock::ObjectLock(const Slot& slot) {
  switch (slot.type()) {
    case abi::ObjectType::kEndpoint:
      lock_.hold(reinterpret_cast<Endpoint*>(slot.object())->lock);
      break;
    case abi::ObjectType::kNotification:
      lock_.hold(reinterpret_cast<Notification*>(slot.object())->lock);
      break;
    case abi::ObjectType::kReply:
      lock_.hold(reinterpret_cast<Reply*>(slot.object())->lock);
      break;
    default:
      break;
  }
}

}  // namespace tessera
