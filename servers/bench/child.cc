#include "servers/bench/child.h"

#include "servers/runtime/slots.h"
#include "servers/runtime/try.h"

// The image's first byte (servers/runtime/start.S).
extern "C" const char _start[];

namespace tessera::bench {
namespace {

using abi::ObjectType;
using kernel::Access;

// The root, and two tables: code and stack share theirs.
constexpr std::uint32_t kPoolPages = 3;

rt::Result<void> make(const ChildPlan& plan, ObjectType type, rt::Slot to, std::uint64_t size = 0) {
  return plan.memory.retype(type, size, rt::start::cnode(), to.index, 1);
}

}  // namespace

std::uint64_t code_address() { return reinterpret_cast<std::uint64_t>(_start); }

rt::Result<Child> make_child(const ChildPlan& plan) {
  const std::uint32_t first = plan.first.index;
  const Child child{.cspace = kernel::CNode({first}),
                    .task = kernel::Task({first + 1}),
                    .thread = kernel::Thread({first + 2}),
                    .stack = kernel::Vmo({first + 3})};
  RT_TRY(make(plan, ObjectType::kCnode, child.cspace.slot(), plan.slots));
  RT_TRY(make(plan, ObjectType::kTask, child.task.slot()));
  RT_TRY(make(plan, ObjectType::kThread, child.thread.slot()));
  RT_TRY(make(plan, ObjectType::kVmo, child.stack.slot(), abi::kPageSize));
  RT_TRY(child.task.configure(child.cspace, plan.memory, kPoolPages));
  RT_TRY(plan.code.map(child.task, plan.address, Access::kRead | Access::kExecute));
  RT_TRY(child.stack.map(child.task, Child::kStack, Access::kRead | Access::kWrite));
  RT_TRY(child.thread.configure(child.task));
  return child;
}

}  // namespace tessera::bench
