#include "servers/process/worker.h"

#include "idl/kernel/notification.h"
#include "idl/kernel/thread.h"
#include "idl/kernel/vmo.h"
#include "servers/process/bench.h"
#include "servers/process/layout.h"
#include "servers/runtime/try.h"

// The image's first byte (servers/runtime/start.S).
extern "C" const char _start[];

namespace tessera::process {
namespace {

using abi::ObjectType;
using kernel::Access;
using kernel::CNode;
using kernel::Vmo;

// The program's own memory that does not change: text and constants, in the order of
// servers/runtime/user.ld.
constexpr rt::Slot kText = kFirstSegment;
constexpr rt::Slot kConstants{kText.index + 1};

}  // namespace

rt::Result<void> Worker::make() const {
  const CNode own = rt::start::cnode();
  const auto memory = rt::start::memory();
  RT_TRY(process::make(memory, ObjectType::kCnode, cspace().slot(), kCSpaceSlots));
  RT_TRY(process::make(memory, ObjectType::kTask, task().slot()));
  RT_TRY(process::make(memory, ObjectType::kNotification, timer()));
  RT_TRY(task().configure(cspace(), memory, kPoolPages));
  RT_TRY_ASSIGN(const auto control, own.query(rt::start::identity_control().slot().index));
  RT_TRY(task().identify(rt::start::identity_control(), control.badge));
  RT_TRY(give(rt::start::timer().slot(), timer()));
  return share_memory();
}

rt::Result<void> Worker::give(rt::Slot to, rt::Slot from) const {
  return cspace().copy(to.index, rt::start::cnode(), from.index);
}

rt::Result<void> Worker::start(std::uint32_t nth, Main main, std::uint64_t argument) const {
  const kernel::Thread one(thread(nth));
  RT_TRY(process::make(rt::start::memory(), ObjectType::kThread, one.slot()));
  RT_TRY(one.configure(task()));
  return one.start(reinterpret_cast<std::uint64_t>(main), plan_.address + (nth + 1) * plan_.stack,
                   argument, 0);
}

// As this task has it mapped, and in the same slot: a capability carries one mapping.
rt::Result<void> Worker::share(rt::Slot vmo, std::uint64_t address, Access access) const {
  const CNode own = rt::start::cnode();
  RT_TRY(own.copy(temporary().index, own, vmo.index));
  RT_TRY(Vmo(temporary()).map(task(), address, access));
  return cspace().move(vmo.index, own, temporary().index);
}

rt::Result<void> Worker::share_memory() const {
  const auto text = reinterpret_cast<std::uint64_t>(_start);
  constexpr Access kReadWrite = Access::kRead | Access::kWrite;
  RT_TRY_ASSIGN(const auto text_info, Vmo(kText).info());
  RT_TRY(share(kText, text, Access::kRead | Access::kExecute));
  RT_TRY(share(kConstants, text + text_info.size, Access::kRead));
  RT_TRY(process::make(rt::start::memory(), ObjectType::kVmo, memory(),
                       stack_bytes() + abi::kPageSize));
  RT_TRY(Vmo(memory()).map(rt::start::task(), plan_.address, kReadWrite));
  return share(memory(), plan_.address, kReadWrite);
}

void rest() {
  for (;;) rt::ignore(rt::start::timer().wait(abi::kNoDeadline));
}

}  // namespace tessera::process
