#include "kernel/object/donation.h"

#include "kernel/object/mail.h"
#include "kernel/object/task.h"
#include "kernel/object/transfer.h"
#include "kernel/sched/scheduler.h"

namespace tessera {
namespace {

bool is_raised(const Thread& thread) {
  return thread.effective_class.peek() > thread.own_class.peek();
}

// What the thread had, its own lowering too, gives way to a class that its task was given since.
// Whether it was.
bool follow_task(Thread& thread) {
  const Task* task = thread.task();
  if (task == nullptr) return false;
  const ClassOfTask now = task->qos.load();
  if (thread.class_stamp.peek() == now.stamp) return false;
  thread.own_class.set(now.of);
  thread.class_stamp.store(now.stamp);
  return true;
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

void set_class(Thread& thread, abi::QosClass c) {
  thread.own_class.set(c);
  refresh_class(thread);
}

bool refresh_class(Thread& thread) {
  for (Thread* each = &thread; each != nullptr; each = pass_on(*each)) {
    // Whoever takes it out of a queue gives on what it runs at: after this; or before, and then
    // this does.
    const QueueLock queue(*each);
    if (!each->is_at(Hart::here())) return false;
    const bool own_is_another = each == &thread && follow_task(thread);
    const abi::QosClass due = class_due(*each);
    // Whoever is not raised begins a count of its own: nothing changes behind it, unless it begins
    // to only now, when its own class has come up to what it was given.
    if (due == each->effective_class.peek() && !is_raised(*each) && !own_is_another) return true;
    if (due != each->effective_class.peek()) sched::set_effective_class(*each, due);
  }
  return true;
}

}  // namespace tessera
