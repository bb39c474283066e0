#include "kernel/object/vmo.h"

#include "idl/kernel_rights.h"
#include "kernel/base/bits.h"
#include "kernel/object/round.h"
#include "kernel/object/state.h"

namespace tessera {
namespace {

// A map that failed takes back what it had mapped, and may be preempted in that: which error it
// was.
constexpr std::uint8_t kUndoing = 0x80;
constexpr std::uint8_t kUndoingNoMemory = 0x40;
// All is unmapped, and a round goes on after which nobody has it any more; mapping.done is its
// number.
constexpr std::uint8_t kForgetting = 0x20;
// Nothing is mapped yet, and a round goes on after which no hart has instructions from before the
// seal; mapping.done is its number.
constexpr std::uint8_t kSynchronizing = 0x10;
constexpr std::uint8_t kAccessBits = 0x07;

Task* task_of_mapping(Slot& slot) {
  if (slot.generation == 0) return nullptr;
  Task* task = Task::find({slot.asid}, slot.generation);
  if (task == nullptr) slot.generation = 0;
  return task;
}

Run run_of(const Slot& slot) {
  return {.va = {std::uint64_t{slot.mapping.page} * kPageSize},
          .pa = {slot.object()},
          .pages = slot.pages,
          .done = slot.mapping.done,
          .access = {static_cast<std::uint8_t>(slot.access & kAccessBits)}};
}

// Whether the whole run lies where user space may have mappings.
bool in_user_space(VirtAddr address, std::uint32_t pages) {
  std::uint64_t bytes = std::uint64_t{pages} * kPageSize;
  return address.value >= abi::kUserBase && address.value < abi::kUserLimit &&
         bytes <= abi::kUserLimit - address.value;
}

Result<void> check_map(const Slot& slot, const Task& task, VirtAddr address, Access access) {
  if (!task.configured() || task.ended())
    return refused(abi::kEbusy, abi::Detail::kNotConfigured, 1);
  if (!is_aligned(address.value, kPageSize))
    return refused(abi::kEinval, abi::Detail::kBadAlignment, 2);
  if (!in_user_space(address, slot.pages)) return refused(abi::kEinval, abi::Detail::kBadRange, 2);
  if (!access.mappable()) return refused(abi::kEinval, abi::Detail::kWriteExecute, 3);
  // The rights read, write and execute are the same bits as the accesses.
  if ((access.bits & ~slot.rights()) != 0) return refused(abi::kEperm, abi::Detail::kBadRights, 3);
  // What runs cannot be written any more, by no other capability to it: that is what a seal says.
  // A device's memory has none.
  if (access.has(kExecute) && !slot.sealed) {
    return refused(abi::kEperm, abi::Detail::kWriteExecute, 3);
  }
  return {};
}

// Whether a hart other than this one may have translations of the task's addresses.
bool is_mapped_elsewhere(const Task& task) {
  return (task.harts.load() & ~bit_of(Hart::here())) != 0;
}

// The round that is waited for with `state`; kPreempted: it is not over.
Result<void> pass_round(Slot& slot, std::uint8_t state) {
  auto round = static_cast<std::uint16_t>(slot.mapping.done);
  const Result<void> over = wait_for_round(round);
  slot.mapping.done = round;
  TRY(over);
  slot.access &= static_cast<std::uint8_t>(~state);
  return {};
}

// The pages that the task's tables do not need any more are its pool's again when nobody may still
// walk them, whosever round that was. Nobody runs in a task that is at its end: its ASID and its
// memory wait for rounds of their own.
Result<void> forget_everywhere(Slot& slot, Task& task) {
  if ((slot.access & kForgetting) == 0) {
    const bool is_run = !task.ended() || !task.threads.empty();
    if (!is_run || !is_mapped_elsewhere(task)) {
      if (task.forgetting == 0) task.pool.settle();
      return {};
    }
    slot.access |= kForgetting;
    slot.mapping.done = 0;
    ++task.forgetting;
  }
  TRY(pass_round(slot, kForgetting));
  if (--task.forgetting == 0) task.pool.settle();
  return {};
}

// Unmaps what is mapped of it, when that is not known to be all of one leaf.
[[gnu::noinline]] Result<void> undo_on(Slot& slot, Task& task) {
  if ((slot.access & kSynchronizing) != 0) {
    slot.access &= static_cast<std::uint8_t>(~kSynchronizing);
    slot.mapping.done = 0;
  }
  if ((slot.access & kForgetting) != 0) return {};
  Run run = run_of(slot);
  while (!task.table.unmap_step(run)) {
    slot.mapping.done = run.done;
    if (arch::interrupt_pending()) return kPreempted;
  }
  return {};
}

Result<void> undo(Slot& slot, Task& task) {
  const bool begins = (slot.access & ~kAccessBits) == 0 && slot.mapping.done == slot.pages;
  if (!begins || !task.table.unmap_leaf(run_of(slot))) TRY(undo_on(slot, task));
  TRY(forget_everywhere(slot, task));
  slot.generation = 0;
  slot.badge = 0;
  return {};
}

Result<void> fail_map(Slot& slot, Task& task) {
  bool no_memory = (slot.access & kUndoingNoMemory) != 0;
  TRY(undo(slot, task));
  slot.access = 0;
  if (no_memory) return Error{abi::kEnomem, abi::Detail::kNoMemory, 1};
  return Error{abi::kEexist, abi::Detail::kOverlap, 2};
}

// Goes on with a map that has begun.
[[gnu::noinline]] Result<void> map_on(Slot& slot, Task& task) {
  if ((slot.access & kUndoing) != 0) return fail_map(slot, task);
  if ((slot.access & kSynchronizing) != 0) TRY(pass_round(slot, kSynchronizing));

  Run run = run_of(slot);
  for (;;) {
    Result<bool> step = task.table.map_step(run);
    slot.mapping.done = run.done;
    if (!step.has_value()) {
      slot.access |= kUndoing;
      if (step.error().status == abi::kEnomem) slot.access |= kUndoingNoMemory;
      return fail_map(slot, task);
    }
    if (*step) return {};
    if (arch::interrupt_pending()) return kPreempted;
  }
}

// Begins one, and does all of it when that is one leaf.
[[gnu::always_inline]] inline Result<void> begin_map(Slot& slot, Task& task, VirtAddr address,
                                                     Access access) {
  const Asid asid = task.table.asid();
  slot.generation = state.generations[asid.value];
  slot.asid = asid.value;
  slot.access = access.bits;
  slot.mapping = {.page = static_cast<std::uint32_t>(address.value / kPageSize), .done = 0};
  // A hart that is in the task already may run it as soon as it is mapped; whichever comes later
  // begins without old instructions (enter()).
  if (access.has(kExecute) && is_mapped_elsewhere(task)) {
    slot.access |= kSynchronizing;
  } else if (task.table.map_leaf(
                 {.va = address, .pa = {slot.object()}, .pages = slot.pages, .access = access})) {
    slot.mapping.done = slot.pages;
    return {};
  }
  return map_on(slot, task);
}

}  // namespace

std::uint32_t mapped_pages(const Slot& slot) {
  return (slot.access & (kForgetting | kSynchronizing)) != 0 ? 0 : slot.mapping.done;
}

Result<void> map_vmo(Slot& slot, Task& task, VirtAddr address, Access access) {
  Task* mapped_in = task_of_mapping(slot);
  if (mapped_in == nullptr) {
    TRY(check_map(slot, task, address, access));
    TRY(begin_map(slot, task, address, access));
  } else if (((slot.access & kForgetting) != 0 && (slot.access & kUndoing) == 0) ||
             mapped_in != &task || mapped_pages(slot) == slot.pages || run_of(slot).va != address ||
             run_of(slot).access != access) {
    return Error{abi::kEexist, abi::Detail::kOccupied, 0};
  } else {
    TRY(map_on(slot, task));
  }
  if (access.has(kExecute)) arch::sync_instructions();
  if (slot.device && state.uart.value - slot.object() < std::uint64_t{slot.pages} * kPageSize) {
    state.uart_taken = true;
  }
  return {};
}

Result<void> unmap_vmo(Slot& slot) {
  Task* task = task_of_mapping(slot);
  if (task == nullptr) return {};
  return undo(slot, *task);
}

Access mapped_access(Slot& slot) {
  if (task_of_mapping(slot) == nullptr) return {};
  return run_of(slot).access;
}

Result<void> retire_address_space(Task& task) {
  Asid asid = task.table.asid();
  if (asid.value == 0 || state.tasks[asid.value] != &task) return {};
  if (is_mapped_elsewhere(task)) TRY(wait_for_round(task.round));
  arch::leave_user_space();
  arch::flush_space(asid);
  state.tasks[asid.value] = nullptr;
  // A slot may still say that it is mapped in a task of this generation: none comes again.
  if (state.generations[asid.value] == kLastGeneration) return {};
  state.asids_in_use[asid.value / 64] &= ~(std::uint64_t{1} << asid.value % 64);
  return {};
}

Task* Task::find(Asid asid, std::uint32_t generation) {
  const bool is_current = tessera::state.generations[asid.value] == generation;
  return is_current ? tessera::state.tasks[asid.value] : nullptr;
}

}  // namespace tessera
