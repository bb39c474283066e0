#include "kernel/object/donation.h"

#include "kernel/object/mail.h"
#include "kernel/sched/scheduler.h"

namespace tessera {
namespace {

bool is_raised(const Thread& thread) { return thread.effective_class > thread.own_class; }

// Tells whoever works for a thread that waits for an answer what it is given from now on; null:
// that is another hart's to go on with, or nobody's.
Thread* pass_on(Thread& thread) {
  Reply* waits_for = thread.answer();
  if (waits_for == nullptr) return nullptr;
  Reply& reply = *waits_for;
  LockGuard guard(reply.lock);
  if (thread.wait() != Wait::kAnswer || reply.caller.peek() != &thread) return nullptr;
  reply.gift.set(gift_of(thread));
  if (reply.server == nullptr || reply.server->is_at(Hart::here())) return reply.server;
  give_notice(*reply.server);
  return nullptr;
}

}  // namespace

Gift gift_of(const Thread& caller) {
  const auto depth =
      static_cast<std::uint8_t>(is_raised(caller) ? caller.reply.gift.peek().depth + 1 : 0);
  return {caller.effective_class, depth};
}

abi::QosClass class_due(const Thread& thread) {
  const Gift gift = thread.reply.gift.peek();
  const bool given = thread.reply.caller.peek() != nullptr && gift.depth < kDonationDepth;
  return given && gift.of > thread.own_class ? gift.of : thread.own_class;
}

void refresh_class(Thread& thread) {
  for (Thread* each = &thread; each != nullptr; each = pass_on(*each)) {
    const abi::QosClass due = class_due(*each);
    // Whoever is not raised begins a count of its own: nothing changes behind it.
    if (due == each->effective_class && !is_raised(*each)) return;
    if (due != each->effective_class) sched::set_effective_class(*each, due);
  }
}

}  // namespace tessera
