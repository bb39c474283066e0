#include "kernel/object/donation.h"

#include "kernel/sched/scheduler.h"

namespace tessera {
namespace {

bool is_raised(const Thread& thread) { return thread.effective_class > thread.own_class; }

// Whether the chain up to this caller has as many raised threads as there may be.
bool chain_is_full(const Thread* caller) {
  unsigned raised = 0;
  for (; caller != nullptr && is_raised(*caller); caller = caller->reply.caller) {
    if (++raised == kDonationDepth) return true;
  }
  return false;
}

// Who works for a thread that waits for an answer; null: nobody, or nobody knows.
Thread* server_of(const Thread& thread) {
  return thread.wait == Wait::kAnswer ? thread.answer->server : nullptr;
}

}  // namespace

abi::QosClass class_due(const Thread& thread) {
  const Thread* caller = thread.reply.caller;
  if (caller == nullptr || caller->effective_class <= thread.own_class) return thread.own_class;
  return chain_is_full(caller) ? thread.own_class : caller->effective_class;
}

void refresh_class(Thread& thread) {
  for (Thread* each = &thread; each != nullptr; each = server_of(*each)) {
    const abi::QosClass due = class_due(*each);
    if (due == each->effective_class) return;
    sched::set_effective_class(*each, due);
  }
}

}  // namespace tessera
