#include "servers/bench/helper.h"

#include "idl/kernel/self.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/try.h"

namespace tessera::bench {
namespace {

constexpr kernel::CNode own() { return rt::start::cnode(); }

}  // namespace

Result<Child> make_helper(Arena& arena) {
  RT_TRY_ASSIGN(const rt::Slot code, arena.take_slot());
  RT_TRY(step("copy the code", own().copy(code.index, own(), kCode.slot().index)));
  RT_TRY_ASSIGN(const rt::Slot first, arena.take_slots(Child::kSlots));
  return step("make a helper", make_child({.memory = arena.memory(),
                                           .first = first,
                                           .code = kernel::Vmo(code),
                                           .address = code_address(),
                                           .slots = kHelperSlots}));
}

Result<void> give(const Child& helper, rt::Slot to, rt::Slot from) {
  return step("give a helper a capability", helper.cspace.copy(to.index, own(), from.index));
}

Result<void> start_helper(const Child& helper, std::uint64_t pc, std::uint64_t argument,
                          std::uint64_t buffer) {
  return step("start a helper", helper.thread.start(pc, Child::kStackTop, argument, buffer));
}

void run_as_idle() { must(kernel::Self::qos(abi::QosOp::kSet, 0, abi::QosClass::kIdle)); }

}  // namespace tessera::bench
