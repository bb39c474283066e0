#include "kernel/object/task.h"

#include "kernel/object/boot_info.h"
#include "kernel/object/derive.h"
#include "kernel/object/donation.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/mail.h"
#include "kernel/object/notification.h"
#include "kernel/object/object_lock.h"
#include "kernel/object/state.h"
#include "kernel/object/untyped.h"
#include "kernel/sched/scheduler.h"

namespace tessera {
namespace {

constexpr std::uint32_t asid_limit(std::uint32_t machine) {
  return machine < kMaxTasks ? machine : kMaxTasks;
}

// The first ASID from `from` on, below `limit`, that is free; `limit`: none.
std::uint32_t free_asid(std::uint32_t from, std::uint32_t limit) {
  for (std::uint32_t word = from / 64; word * 64 < limit; ++word) {
    std::uint64_t free = ~state.asids_in_use[word];
    if (word == from / 64) free &= ~std::uint64_t{0} << from % 64;
    if (free == 0) continue;
    const std::uint32_t found = word * 64 + static_cast<std::uint32_t>(__builtin_ctzll(free));
    return found < limit ? found : limit;
  }
  return limit;
}

// A free ASID; 0, the kernel's: none. The search goes round, so that one that was given back is
// long out of use.
Asid take_asid(Task& task) {
  const std::uint32_t limit = asid_limit(arch::asid_count());
  std::uint32_t found = free_asid(state.next_asid, limit);
  if (found == limit) found = free_asid(1, limit);
  if (found == limit) return {};
  state.next_asid = found + 1 < limit ? found + 1 : 1;
  state.asids_in_use[found / 64] |= std::uint64_t{1} << found % 64;
  state.tasks[found] = &task;
  ++state.generations[found];
  return {static_cast<std::uint16_t>(found)};
}

}  // namespace

Result<void> configure_task(Task& task, Slot& cspace, Slot& memory, std::uint32_t pages) {
  if (task.configured() || task.ended()) return Error{abi::kEbusy, abi::Detail::kBadState, 0};
  // Page tables lie in RAM; the direct map has no devices.
  if (memory.device) return Error{abi::kEinval, abi::Detail::kBadType, 2};
  auto given = memory.given;
  std::uint32_t zeroed_from = memory.zeroed_from;
  Result<void*> counts = take_bytes(memory, pages * std::uint32_t{sizeof(std::uint16_t)});
  Result<PhysAddr> base =
      counts.has_value() ? take_pages(memory, pages) : Result<PhysAddr>(counts.error());
  Asid asid = base.has_value() ? take_asid(task) : Asid{};
  if (asid.value == 0) {
    memory.given = given;
    memory.zeroed_from = zeroed_from;
    return Error{abi::kEnomem, abi::Detail::kNoMemory, 2};
  }
  make_untyped(memory, task.pool_memory, *base, pages, false);
  task.pool.init(*base, pages, static_cast<std::uint16_t*>(*counts));
  CHECK(task.table.init(task.pool, asid).has_value());  // a pool of three pages has a root
  derive(cspace, task.cspace, cspace.rights());
  task.set_cnode(&CNode::of(cspace.object()));
  return {};
}

Result<void> configure_thread(Thread& thread, Slot& task_slot) {
  if (!thread.task_slot.empty() || thread.started) {
    return Error{abi::kEbusy, abi::Detail::kBadState, 0};
  }
  auto& task = *reinterpret_cast<Task*>(task_slot.object());
  if (!task.configured() || task.ended()) {
    return Error{abi::kEinval, abi::Detail::kNotConfigured, 1};
  }
  derive(task_slot, thread.task_slot, task_slot.rights());
  thread.set_task(&task);
  task.threads.push_back(thread);
  const ClassOfTask now = task.qos.peek();
  thread.class_stamp.set(now.stamp);
  thread.settled_stamp = now.stamp;
  set_first_class(thread, now.of);
  return {};
}

Result<void> check_pc(std::uint64_t pc, std::uint8_t argument) {
  if (pc % 2 != 0) return Error{abi::kEinval, abi::Detail::kBadAlignment, argument};
  if (pc < abi::kUserBase || pc >= abi::kUserLimit) {
    return Error{abi::kEinval, abi::Detail::kBadRange, argument};
  }
  return {};
}

Result<void> start_thread(Thread& thread, const Start& start) {
  Task* task = thread.task();
  if (task == nullptr) return Error{abi::kEinval, abi::Detail::kNotConfigured, 0};
  if (thread.started || task->ended()) return Error{abi::kEbusy, abi::Detail::kBadState, 0};
  TRY(check_pc(start.pc, 1));
  if (start.sp % 16 != 0) return Error{abi::kEinval, abi::Detail::kBadAlignment, 2};
  thread.frame.pc() = start.pc;
  thread.frame.sp() = start.sp;
  thread.frame.tp() = start.tp;
  thread.frame.x[10] = start.argument;
  thread.started = true;
  task->set_state(abi::TaskState::kRunning);
  wake(thread);
  return {};
}

void set_task_class(Task& task, abi::QosClass c) {
  task.qos.store({.of = c, .stamp = task.qos.peek().stamp + 1});
}

// Threads that are known to know the class are the last ones, so that every step counts, whoever
// makes it and whatever the threads do meanwhile. A task that has ended keeps its order.
Result<void> settle_class(Task& task) {
  const std::uint32_t stamp = task.qos.peek().stamp;
  while (!task.ended() && !task.threads.empty()) {
    Thread& first = task.threads.first();
    if (first.settled_stamp == stamp) return {};
    if (first.class_stamp.load() != stamp) {
      TRY(at_home(first, Asked::kRefresh));
      if (first.class_stamp.load() != stamp) return kPreempted;  // it is on the way home
    }
    first.settled_stamp = stamp;
    List<Thread, TaskMemberTag>::remove(first);
    task.threads.push_back(first);
    if (arch::interrupt_pending()) return kPreempted;
  }
  return {};
}

Result<void> end_faulted(Thread& thread) {
  return end_task(*thread.task(), {.state = abi::TaskState::kFaulted,
                                   .status = static_cast<std::int32_t>(thread.fault_cause),
                                   .cause = thread.fault_cause,
                                   .address = thread.fault_address,
                                   .pc = thread.frame.pc()});
}

Result<void> keep_ending(Task& task) {
  Thread& first = task.threads.first();
  if (first.doomed) return {};
  return at_home(first, Asked::kEnd);
}

namespace {

// Of the threads of a task that has ended the first is there to go on with the end, whatever
// becomes of whoever began it; there is one at a time. Alone and here it needs not: nothing comes
// between.
Result<void> choose_ender(Task& task) {
  Thread* first = task.threads.front();
  // Those that never began, or were stopped on their way home, end nothing.
  while (first != nullptr && first->is_stopped()) {
    TRY(stop_thread(*first));
    first = task.threads.front();
    if (arch::interrupt_pending()) return kPreempted;
  }
  if (first == nullptr) return {};
  auto* self = static_cast<Thread*>(Hart::here().current);
  if (self != nullptr && self != first && self->task() == &task && !self->is_stopped()) {
    if (first->doomed) {
      TRY(stop_thread(*self));
      return kPreempted;
    }
    List<Thread, TaskMemberTag>::remove(*self);
    task.threads.push_front(*self);
    first = self;
  }
  if (first == self) {
    self->doomed = true;
    return {};
  }
  const bool alone = task.threads.after(*first) == nullptr;
  if (alone && first->is_at(Hart::here())) return {};
  return keep_ending(task);
}

void tell_the_end(Task& task) {
  if (&task == state.first_task && !state.uart_taken) stop_without_first_task(task);
  // It is told once. The slot stays until the task goes; without its rights it has done its work.
  if (task.supervisor.empty() || task.supervisor.rights() == 0) return;
  static_cast<void>(signal(Invoked(task.supervisor)));
  const ObjectLock lock(task.supervisor);
  task.supervisor.set_rights(0);
}

}  // namespace

Result<void> end_task(Task& task, const Ending& ending) {
  if (!task.ended()) {
    task.status = ending.status;
    task.cause = ending.cause;
    task.fault_address = ending.address;
    task.fault_pc = ending.pc;
    task.set_state(ending.state);
  }
  TRY(choose_ender(task));
  Thread* ender = task.threads.front();
  while (task.threads.back() != ender) {
    TRY(stop_thread(*task.threads.back()));
    if (arch::interrupt_pending()) return kPreempted;
  }
  // What is left, if anything, runs nothing but this, and may be stopped at any time.
  tell_the_end(task);
  if (ender != nullptr) TRY(stop_thread(*ender));
  return {};
}

}  // namespace tessera
