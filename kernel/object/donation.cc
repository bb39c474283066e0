#include "kernel/object/donation.h"

#include "kernel/object/mail.h"
#include "kernel/sched/scheduler.h"

namespace tessera {
namespace {

bool is_raised(const Thread& thread) {
  return thread.effective_class.peek() > thread.own_class.peek();
}

// Tells whoever works for a thread that waits for an answer what it is given from now on; null:
// that is another hart's to go on with, or nobody's.
Thread* pass_on(Thread& thread) {
  const Waiting waiting = thread.waiting();
  if (waiting.wait() != Wait::kAnswer) return nullptr;
  auto& reply = waiting.on<Reply>();
  LockGuard guard(reply.lock);
  if (thread.waiting() != waiting || reply.caller.peek() != &thread) return nullptr;
  reply.gift.set(gift_of(thread));
  if (reply.server == nullptr || reply.server->is_at(Hart::here())) return reply.server;
  give_notice(*reply.server);
  return nullptr;
}

}  // namespace

Gift gift_of(const Thread& caller) {
  const auto depth =
      static_cast<std::uint8_t>(is_raised(caller) ? caller.reply.gift.peek().depth + 1 : 0);
  return {caller.effective_class.peek(), depth};
}

abi::QosClass class_due(const Thread& thread) {
  const Gift gift = thread.reply.gift.peek();
  const bool given = thread.reply.caller.peek() != nullptr && gift.depth < kDonationDepth;
  return given && gift.of > thread.own_class.peek() ? gift.of : thread.own_class.peek();
}

void refresh_class(Thread& thread) {
  for (Thread* each = &thread; each != nullptr; each = pass_on(*each)) {
    const abi::QosClass due = class_due(*each);
    // Whoever is not raised begins a count of its own: nothing changes behind it.
    if (due == each->effective_class.peek() && !is_raised(*each)) return;
    if (due != each->effective_class.peek()) sched::set_effective_class(*each, due);
  }
}

}  // namespace tessera
