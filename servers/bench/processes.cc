// The rows of whole tasks: made until the first instruction runs, and destroyed until all memory is
// back.
//
// A task here is an address space with its three page tables, a CSpace of the least size, a page of
// code, mapped from the bench, a page of stack, zeroed, and one thread.
#include <cstdint>

#include "idl/kernel/self.h"
#include "servers/bench/child.h"
#include "servers/bench/entry.h"
#include "servers/bench/helper.h"
#include "servers/bench/rows.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/try.h"

namespace tessera::bench {
namespace {

constexpr std::uint64_t kMemory = 0x8000;  // a minimal task is 24 KiB at most

constexpr kernel::CNode own() { return rt::start::cnode(); }

// What is there once, for all the tasks of a row.
Result<ChildPlan> plan_child(Arena& arena) {
  RT_TRY_ASSIGN(const auto memory, arena.make<kernel::Untyped>(kMemory));
  RT_TRY_ASSIGN(const rt::Slot first, arena.take_slots(Child::kSlots));
  RT_TRY_ASSIGN(const rt::Slot code, arena.take_slot());
  constexpr std::uint8_t kRights =
      rt::rights(kernel::Vmo::Right::kRead, kernel::Vmo::Right::kExecute, kernel::Vmo::Right::kMap);
  RT_TRY(step("take a page of code", kCode.slice(entry_page() - code_address(), abi::kPageSize,
                                                 own(), code.index, kRights)));
  return ChildPlan{
      .memory = memory, .first = first, .code = kernel::Vmo(code), .address = entry_page()};
}

// The hart is its when the bench, whose class it has, lets go of it.
[[gnu::always_inline]] inline rt::Result<Child> spawn(const ChildPlan& plan, Entered work) {
  RT_TRY_ASSIGN(const Child child, make_child(plan));
  RT_TRY(child.thread.start(address_of(bench_enter), Child::kStackTop, address_of(work), 0));
  RT_TRY(kernel::Self::yield());
  return child;
}

// Of all that was made out of it nothing is left.
Result<void> require_free(const ChildPlan& plan, const Child& child) {
  RT_TRY_ASSIGN(const auto info, step("ask what is free", plan.memory.info()));
  if (info.free != kMemory) return failed("destroy the task", "some of its memory is not free");
  RT_TRY_ASSIGN(const auto held, step("look for the task", own().query(child.task.slot().index)));
  if (held.type != abi::ObjectType::kNull) return failed("destroy the task", "it is still there");
  return {};
}

Result<void> process_spawn(Arena& arena, Figures& figures) {
  RT_TRY_ASSIGN(const ChildPlan plan, plan_child(arena));
  for (int i = 0; i < kTimes; ++i) {
    const std::uint64_t before = begin_sample();
    const auto spawned = spawn(plan, exit_with_counter);
    RT_TRY_ASSIGN(const Child child, step("spawn a task", spawned));
    RT_TRY_ASSIGN(const auto info, step("ask how it is", child.task.info()));
    if (info.state != abi::TaskState::kExited) return failed("spawn a task", "it did not exit");
    // The half that is known of the counter tells how much later it was.
    const auto later = static_cast<std::uint32_t>(info.status) - static_cast<std::uint32_t>(before);
    figures.add(before, before + later);
    RT_TRY(step("destroy the task", own().revoke(plan.memory.slot().index)));
    RT_TRY(require_free(plan, child));
  }
  return {};
}

// Of a task that runs: its thread is ready when it is destroyed.
Result<void> process_reap(Arena& arena, Figures& figures) {
  RT_TRY_ASSIGN(const ChildPlan plan, plan_child(arena));
  for (int i = 0; i < kTimes; ++i) {
    RT_TRY_ASSIGN(const Child child, step("spawn a task", spawn(plan, yield_for_ever)));
    RT_TRY_ASSIGN(const auto info, step("ask how it is", child.task.info()));
    if (info.state != abi::TaskState::kRunning) return failed("spawn a task", "it does not run");
    const std::uint64_t before = begin_sample();
    const auto revoked = own().revoke(plan.memory.slot().index);
    const std::uint64_t after = end_sample();
    RT_TRY(step("destroy the task", revoked));
    RT_TRY(require_free(plan, child));
    figures.add(before, after);
  }
  return {};
}

constexpr Row kRows[] = {
    {.name = "process_spawn", .run = process_spawn},
    {.name = "process_reap", .run = process_reap},
};

}  // namespace

std::span<const Row> process_rows() { return kRows; }

}  // namespace tessera::bench
