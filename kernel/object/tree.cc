#include "kernel/object/tree.h"

#include "kernel/arch/contract/arch.h"
#include "kernel/base/check.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/notification.h"
#include "kernel/object/state.h"

namespace tessera {

Result<void> take_tree() __attribute__((no_thread_safety_analysis)) {
  if (has_tree()) return {};
  return begin_with_tree();
}

Result<void> begin_with_tree() __attribute__((no_thread_safety_analysis)) {
  DCHECK(!has_tree());
  while (!state.tree_lock.try_lock()) {
    do {
      if (arch::interrupt_pending()) return kPreempted;
      arch::relax();
    } while (state.tree_lock.is_held());
  }
  Hart::here().has_tree = true;
  return {};
}

void leave_tree() __attribute__((no_thread_safety_analysis)) {
  Hart& hart = Hart::here();
  if (!hart.has_tree) return;
  hart.has_tree = false;
  state.tree_lock.unlock();
}

}  // namespace tessera
