#include "kernel/object/delete.h"

#include <cstddef>

#include "kernel/base/check.h"
#include "kernel/cap/cnode.h"
#include "kernel/object/derive.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/irq.h"
#include "kernel/object/mail.h"
#include "kernel/object/notification.h"
#include "kernel/object/object_lock.h"
#include "kernel/object/task.h"
#include "kernel/object/transfer.h"
#include "kernel/object/tree.h"
#include "kernel/object/vmo.h"

namespace tessera {
namespace {

constexpr Error kPeerDied{abi::kEpipe, abi::Detail::kPeerDied, 0};

template <class T>
T& object_in(const Slot& slot) {
  return *reinterpret_cast<T*>(slot.object());
}

// The object that has an embedded slot, or a grave. These types derive from links, so offsetof is
// not the standard's promise; clang keeps it for every type without virtual bases.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Winvalid-offsetof"
// NOLINTBEGIN(bugprone-macro-parentheses): a type and a member, which take no parentheses
#define OWNER_OF(Type, member, slot) \
  (*reinterpret_cast<Type*>(reinterpret_cast<char*>(&(slot)) - offsetof(Type, member)))
// NOLINTEND(bugprone-macro-parentheses)
Task& task_of_grave(Slot& slot) { return OWNER_OF(Task, grave, slot); }
Task& task_of_cspace(Slot& slot) { return OWNER_OF(Task, cspace, slot); }
Task& task_of_pool(Slot& slot) { return OWNER_OF(Task, pool_memory, slot); }
Thread& thread_of_grave(Slot& slot) { return OWNER_OF(Thread, grave, slot); }
Thread& thread_of_task(Slot& slot) { return OWNER_OF(Thread, task_slot, slot); }
Alarm& alarm_of_grave(Slot& slot) { return OWNER_OF(Alarm, grave, slot); }
Alarm& alarm_of_target(Slot& slot) { return OWNER_OF(Alarm, target, slot); }
Irq& irq_of_grave(Slot& slot) { return OWNER_OF(Irq, grave, slot); }
Irq& irq_of_target(Slot& slot) { return OWNER_OF(Irq, target, slot); }
#undef OWNER_OF

#pragma clang diagnostic pop

// Everybody who waits at an endpoint that dies is told so.
Result<void> destroy(Endpoint& endpoint) {
  for (;;) {
    {
      LockGuard guard(endpoint.lock);
      if (endpoint.queue.empty()) return {};
      Thread& first = Thread::of(endpoint.queue.first());
      take_sender(first, endpoint);
      fail_wait(first, first.wait(), kPeerDied);
    }
    if (arch::interrupt_pending()) return kPreempted;
  }
}

Result<void> destroy(Notification& notification) {
  for (;;) {
    {
      LockGuard guard(notification.lock);
      Runnable* first = notification.waiters.pop_front();
      if (first == nullptr) return {};
      fail_wait(Thread::of(*first), Wait::kNotification, kPeerDied);
    }
    if (arch::interrupt_pending()) return kPreempted;
  }
}

Slot* next_grave(const Slot& grave) { return reinterpret_cast<Slot*>(grave.object()); }

// The last capability of a container goes: its grave takes the place.
Result<void> dig_grave(Slot& slot) {
  Slot* grave = nullptr;
  switch (slot.type()) {
    case abi::ObjectType::kCnode: {
      CNode& node = object_in<CNode>(slot);
      node.cursor() = 1;
      grave = &node;
      break;
    }
    case abi::ObjectType::kTask:
      grave = &object_in<Task>(slot).grave;
      break;
    case abi::ObjectType::kAlarm:
      grave = &object_in<Alarm>(slot).grave;
      break;
    case abi::ObjectType::kIrq:
      grave = &object_in<Irq>(slot).grave;
      break;
    default:
      // At once: it must not run on while its grave waits for the next step.
      TRY(stop_thread(object_in<Thread>(slot)));
      grave = &object_in<Thread>(slot).grave;
      break;
  }
  ::new (static_cast<Link<DerivationTag>*>(grave)) Link<DerivationTag>();
  slot.hand_over(*grave);
  grave->set_word({slot.type(), reinterpret_cast<std::uint64_t>(state.dying), 0});
  slot.clear();
  state.dying = grave;
  return {};
}

// What the last capability to an object does when it goes. True: the slot has been emptied already.
Result<bool> destroy_object(Slot& slot) {
  switch (slot.type()) {
    case abi::ObjectType::kCnode:
    case abi::ObjectType::kTask:
    case abi::ObjectType::kThread:
    case abi::ObjectType::kAlarm:
    case abi::ObjectType::kIrq:
      TRY(dig_grave(slot));
      return true;
    case abi::ObjectType::kEndpoint:
      TRY(destroy(object_in<Endpoint>(slot)));
      return false;
    case abi::ObjectType::kNotification:
      TRY(destroy(object_in<Notification>(slot)));
      return false;
    case abi::ObjectType::kReply: {
      Reply& reply = object_in<Reply>(slot);
      LockGuard guard(reply.lock);
      refuse_caller(reply);
      return false;
    }
    default:
      return false;
  }
}

// A thread is destroyed. It may have been the one to end its task, or to go on with that; when it
// was the last, nobody is left who could.
Result<void> leave_task(Thread& thread, Task& task) {
  if (thread.doomed) TRY(end_faulted(thread));
  TRY(stop_thread(thread));
  if (!task.threads.empty()) {
    if (task.ended()) TRY(keep_ending(task));
    return {};
  }
  if (task.state() == abi::TaskState::kFresh) return {};
  return end_task(task, {.state = abi::TaskState::kKilled});
}

// An object finds that one of its own slots has lost its capability.
[[gnu::noinline]] Result<void> before_embedded_goes(Slot& slot) {
  switch (slot.role) {
    case SlotRole::kTaskPool: {
      Task& task = task_of_pool(slot);
      TRY(end_task(task, {.state = abi::TaskState::kKilled}));
      return retire_address_space(task);
    }
    case SlotRole::kTaskCspace:
      task_of_cspace(slot).set_cnode(nullptr);
      return {};
    case SlotRole::kThreadTask:
      TRY(leave_task(thread_of_task(slot), object_in<Task>(slot)));
      thread_of_task(slot).set_task(nullptr);
      return {};
    case SlotRole::kThreadNotification: {
      LockGuard guard(object_in<Notification>(slot).lock);
      object_in<Notification>(slot).bound = nullptr;
      return {};
    }
    case SlotRole::kAlarmNotification: {
      Alarm& alarm = alarm_of_target(slot);
      return disarm_alarm(alarm);
    }
    case SlotRole::kIrqNotification:
      mask(irq_of_target(slot));
      return {};
    default:
      return {};
  }
}

// Somebody came by the last capability to it since it was emptied; not into its lock (ObjectLock).
bool has_waiters(const Slot& slot) {
  switch (slot.type()) {
    case abi::ObjectType::kEndpoint:
      return !object_in<Endpoint>(slot).queue.empty();
    case abi::ObjectType::kNotification:
      return !object_in<Notification>(slot).waiters.empty();
    case abi::ObjectType::kReply:
      return object_in<Reply>(slot).caller.peek() != nullptr;
    default:
      return false;
  }
}

// The last capability to an object goes; who waits for it is woken, which may be preempted.
[[gnu::noinline]] Result<void> release_last(Slot& slot, std::uint32_t& references) {
  for (;;) {
    TRY_ASSIGN(const bool emptied, destroy_object(slot));
    if (!emptied) {
      const ObjectLock lock(slot);
      if (lock.has_receiver() || has_waiters(slot)) continue;
      --objects_of(slot.type());
      slot.erase();
    }
    references = 0;
    return {};
  }
}

// Empties one slot. Bounded, but for the unmapping and the waking of waiters, which are preempted.
[[gnu::noinline]] Result<void> release_any(Slot& slot) {
  DCHECK(has_tree());
  const CapabilityWord word = slot.word();
  if (word.empty()) return {};
  if (word.type() == abi::ObjectType::kVmo) TRY(unmap_vmo(slot));
  if (slot.role != SlotRole::kPlain) {
    TRY(before_embedded_goes(slot));
    if (slot.empty()) return {};
  }
  std::uint32_t* references = references_of(word);
  if (references != nullptr && *references == 1) return release_last(slot, *references);
  const ObjectLock lock(word);
  if (references != nullptr) --*references;
  slot.erase();
  return {};
}

// Two quick ways of release_any, for a slot of a CNode that holds one capability of several to its
// object, as most do that go: to an Endpoint, and to another object. False: it is something else,
// and nothing is done.
[[gnu::always_inline]] inline bool release_sender(Slot& slot, CapabilityWord word) {
  if (word.type() != abi::ObjectType::kEndpoint || slot.role != SlotRole::kPlain) return false;
  auto& endpoint = *reinterpret_cast<Endpoint*>(word.object());
  const std::uint32_t before = endpoint.references;
  if (before == 1) return false;
  const EndpointLock::Word was = endpoint.lock.seize();
  endpoint.references = before - 1;
  slot.erase();
  endpoint.lock.leave(was);
  return true;
}
[[gnu::always_inline]] inline bool release_copy(Slot& slot, CapabilityWord word) {
  std::uint32_t* references = references_of(word);
  if (references == nullptr || slot.role != SlotRole::kPlain) return false;
  const std::uint32_t before = *references;
  if (before == 1) return false;
  const ObjectLock lock(word);
  *references = before - 1;
  slot.erase();
  return true;
}

// One step of emptying a container. True: nothing is left in it.
Result<bool> empty_container(Slot& grave) {
  switch (grave.type()) {
    case abi::ObjectType::kCnode: {
      auto& node = static_cast<CNode&>(grave);
      while (node.cursor() < node.count()) {
        Slot* slot = node.slot(node.cursor());
        if (slot->empty()) {
          ++node.cursor();
          if (node.cursor() % 64 == 0) return false;
          continue;
        }
        TRY(release_any(*slot));
        ++node.cursor();
        return false;
      }
      return true;
    }
    case abi::ObjectType::kTask: {
      Task& task = task_of_grave(grave);
      TRY(end_task(task, {.state = abi::TaskState::kKilled}));
      TRY(release_any(task.cspace));
      TRY(release_any(task.supervisor));
      TRY(retire_address_space(task));
      if (!task.pool_memory.empty()) task.pool_memory.erase();
      return true;
    }
    case abi::ObjectType::kAlarm:
      TRY(release_any(alarm_of_grave(grave).target));
      return true;
    case abi::ObjectType::kIrq:
      TRY(release_any(irq_of_grave(grave).target));
      forget_source(irq_of_grave(grave));
      return true;
    default: {
      Thread& thread = thread_of_grave(grave);
      TRY(release_any(thread.bound));
      TRY(release_any(thread.handler));
      TRY(release_any(thread.buffer));
      TRY(release_any(thread.task_slot));
      return true;
    }
  }
}

}  // namespace

Result<void> bury_all() {
  while (state.dying != nullptr) {
    Slot& grave = *state.dying;
    TRY_ASSIGN(bool done, empty_container(grave));
    if (done) {
      // What was emptied may have put other graves on top.
      Slot* next = next_grave(grave);
      if (state.dying == &grave) {
        state.dying = next;
      } else {
        Slot* before = state.dying;
        while (next_grave(*before) != &grave) before = next_grave(*before);
        before->set_object(reinterpret_cast<std::uint64_t>(next));
      }
      grave.unlink();
      --objects_of(grave.type());
      grave.set_word({});
    }
    if (arch::interrupt_pending()) return kPreempted;
  }
  return {};
}

Error bury_and_try_again() {
  static_cast<void>(bury_the_dead());  // if it was preempted it goes on then
  return kPreempted;
}

bool goes_at_once(const Slot& slot) {
  const std::uint32_t* references = references_of(slot);
  return references != nullptr && *references != 1 && state.dying == nullptr;
}

Result<void> delete_capability(Slot& slot) {
  const CapabilityWord word = slot.word();
  if (!release_sender(slot, word) && !release_copy(slot, word)) TRY(release_any(slot));
  return bury_the_dead();
}

Result<void> revoke_capability(Slot& slot) {
  while (Slot* child = slot.children.front()) {
    if (child->role == SlotRole::kGrave) {
      TRY(bury_the_dead());
      continue;
    }
    if (!release_sender(*child, child->word())) TRY(release_any(*child));
    if (arch::interrupt_pending()) return kPreempted;
  }
  return bury_the_dead();
}

}  // namespace tessera
