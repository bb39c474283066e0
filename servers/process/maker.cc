#include "servers/process/maker.h"

#include "idl/kernel/notification.h"
#include "servers/process/layout.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/try.h"

namespace tessera::process {
namespace {

using abi::ObjectType;
using abi::StartSlot;
using kernel::CNode;
using kernel::Notification;
using kernel::Task;

constexpr std::uint64_t kKiB = 1024;

// The upper half of the identities of an image's tasks.
constexpr unsigned kInstanceShift = 32;

Result<Child> make_objects(const Bench& bench, const Plan& plan) {
  const Child child{.memory = plan.memory,
                    .cspace = CNode(bench.cnode()),
                    .task = Task(plan.task),
                    .thread = kernel::Thread(plan.thread)};
  RT_TRY(step("retype its CSpace",
              make(child.memory, ObjectType::kCnode, bench.cnode(), plan.image.slots)));
  RT_TRY(step("retype its task", make(child.memory, ObjectType::kTask, plan.task)));
  RT_TRY(step("retype its thread", make(child.memory, ObjectType::kThread, plan.thread)));
  RT_TRY(step("retype its timer", make(child.memory, ObjectType::kNotification, bench.timer())));
  return child;
}

// The kernel never gives a task's number twice, and so no identity is either. They are 64 bits
// wide: there is an end to them.
Result<std::uint64_t> choose_identity(const Plan& plan) {
  if (!plan.is_one_of_many) return plan.image.identity;
  RT_TRY_ASSIGN(const auto info, step("ask for its number", Task(plan.task).info()));
  if (info.id >> kInstanceShift != 0) return failed("identify it", "the numbers are used up");
  return info.id << kInstanceShift | plan.image.identity;
}

// Whose it is and who is told of its end; before it runs.
Result<std::uint64_t> introduce(const Child& child, const Plan& plan) {
  RT_TRY(step("configure it",
              child.task.configure(child.cspace, child.memory, plan.image.pool_pages)));
  RT_TRY_ASSIGN(const std::uint64_t identity, choose_identity(plan));
  RT_TRY(step("identify it", child.task.identify(plan.identities, identity)));
  RT_TRY(step("supervise it", child.task.supervise(Notification(plan.ended))));
  return identity;
}

rt::Result<void> mint_to(const Child& child, StartSlot to, rt::Slot from, std::uint8_t rights) {
  return child.cspace.mint(rt::start::slot(to).index, rt::start::cnode(), from.index, rights, 0);
}

// A task may use its own slots, and map into its own space, but gets no `manage`: with that it
// could put threads of its own making under its identity. Its thread's capability holds no right at
// all: what a thread may do to itself is in Self.
Result<void> give_itself(const Bench& bench, const Child& child) {
  RT_TRY(
      step("give it its CSpace", mint_to(child, StartSlot::kCnode, bench.cnode(),
                                         rt::rights(CNode::Right::kRead, CNode::Right::kWrite))));
  RT_TRY(step("give it its task", mint_to(child, StartSlot::kTask, child.task.slot(),
                                          rt::rights(Task::Right::kMap, Task::Right::kInspect))));
  RT_TRY(step("give it its thread", mint_to(child, StartSlot::kThread, child.thread.slot(), 0)));
  return step("give it its timer",
              mint_to(child, StartSlot::kTimer, bench.timer(),
                      rt::rights(Notification::Right::kSignal, Notification::Right::kWait)));
}

}  // namespace

Result<Made> make_task(const Bench& bench, const Plan& plan, const elf::Image& program) {
  RT_TRY_ASSIGN(const Child child, make_objects(bench, plan));
  RT_TRY_ASSIGN(const std::uint64_t identity, introduce(child, plan));
  RT_TRY(load_segments(bench, child, program));
  RT_TRY_ASSIGN(const std::uint64_t stack,
                load_stack(bench, child, plan.image.stack_kib * kKiB, plan.argument));
  RT_TRY(step("configure its thread", child.thread.configure(child.task)));
  RT_TRY(load_buffer(bench, child));
  RT_TRY(give_itself(bench, child));
  return Made{.child = child,
              .identity = identity,
              .entry = program.entry(),
              .stack = stack,
              .argument = plan.argument.empty() ? 0 : stack};
}

Result<void> give_memory(const Child& child) {
  RT_TRY_ASSIGN(const auto quota, step("ask what its quota has left", child.memory.info()));
  const std::uint64_t whole_pages = quota.free - quota.free % abi::kPageSize;
  return step("give it the rest of its quota",
              child.memory.retype(ObjectType::kUntyped, whole_pages, child.cspace,
                                  rt::start::slot(StartSlot::kMemory).index, 1));
}

Result<void> start(const Bench& bench, const Made& made, kernel::QosControl authority,
                   abi::QosClass qos) {
  const Child& child = made.child;
  RT_TRY(step("set its class", authority.set(child.task, qos)));
  RT_TRY(step("bind its timer", child.thread.bind(Notification(bench.timer()))));
  RT_TRY(
      step("start it", child.thread.start(made.entry, made.stack, made.argument, kBufferAddress)));
  for (const rt::Slot slot : {bench.timer(), bench.cnode()}) {
    RT_TRY(step("drop what is its own", drop(slot)));
  }
  return {};
}

// An empty slot is fine.
void clear(const Bench& bench) {
  for (std::uint32_t i = 0; i < Bench::kSlots; ++i) rt::ignore(drop({bench.first.index + i}));
}

}  // namespace tessera::process
