// crowd: a task of its own making in which as many threads as fit sleep in timed at once, all to
// the same time. Exits 0 when each of them was woken, and none before its time.
//
// Several images are this program, since an owner has a bound; watch (watch.cc) looks at timed
// meanwhile.
#include <atomic>
#include <cstdint>

#include "idl/kernel/identity_control.h"
#include "idl/kernel/notification.h"
#include "idl/kernel/self.h"
#include "idl/kernel/task.h"
#include "idl/kernel/thread.h"
#include "idl/kernel/vmo.h"
#include "idl/service/timed_client.h"
#include "servers/crowd/crowd.h"
#include "servers/process/layout.h"
#include "servers/runtime/print.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/start.h"
#include "servers/runtime/time.h"
#include "servers/runtime/try.h"

// The image's first byte (servers/runtime/start.S).
extern "C" const char _start[];

namespace tessera::crowd {
namespace {

using kernel::Access;
using kernel::CNode;
using kernel::Notification;
using kernel::Vmo;

constexpr std::uint64_t kStackOfOne = 1024;  // for a call and little else
constexpr std::uint64_t kStackPages =
    (kSleepers * kStackOfOne + abi::kPageSize - 1) / abi::kPageSize;

// Addresses, away from the image, which begins at the bottom.
constexpr std::uint64_t kStacks = 0x1000'0000;
constexpr std::uint64_t kCountAddress = 0x2000'0000;

// The program's own memory that does not change: text and constants, in the order of
// servers/runtime/user.ld.
constexpr rt::Slot kText = process::kFirstSegment;
constexpr rt::Slot kConstants{kText.index + 1};

// Its slots; those of the other task that are alike are in the same places.
constexpr rt::Slot kBell{abi::kStartSlots};  // the other task's, to signal
constexpr rt::Slot kNever{kBell.index + 1};
constexpr rt::Slot kCount{kNever.index + 1};
constexpr CNode kOthers(rt::Slot{kCount.index + 1});
constexpr kernel::Task kTask(rt::Slot{kCount.index + 2});
constexpr rt::Slot kStackVmo{kCount.index + 3};
constexpr rt::Slot kTemporary{kCount.index + 4};
constexpr rt::Slot kFirstThread{kCount.index + 5};
constexpr std::uint32_t kSlots = 64;
constexpr std::uint32_t kPoolPages = 16;

// What the threads count, in memory that both tasks have mapped.
struct Count {
  std::atomic<std::uint32_t> woken;
  std::atomic<std::uint32_t> wrong;
};
Count& count() { return *reinterpret_cast<Count*>(kCountAddress); }

// A thread of the other task.
void sleep_till(std::uint64_t deadline) {
  const service::TimedClient timed(rt::start::timed());
  const auto woke_at = timed.sleep_until(deadline, service::TimerClass::kSender);
  const auto now = kernel::Self::now();
  if (!woke_at || !now || *woke_at < deadline || *now < *woke_at) ++count().wrong;
  ++count().woken;
  rt::ignore(Notification(kBell).signal());
  for (;;) rt::ignore(Notification(kNever).wait(abi::kNoDeadline));
}

rt::Result<void> make(abi::ObjectType type, rt::Slot to, std::uint64_t size = 0) {
  return rt::start::memory().retype(type, size, rt::start::cnode(), to.index, 1);
}

// The other task has it mapped as this one has, and in the same slot.
rt::Result<void> share(rt::Slot vmo, std::uint64_t address, Access access) {
  const CNode own = rt::start::cnode();
  RT_TRY(own.copy(kTemporary.index, own, vmo.index));
  RT_TRY(Vmo(kTemporary).map(kTask, address, access));
  return kOthers.move(vmo.index, own, kTemporary.index);
}

rt::Result<void> make_count() {
  RT_TRY(make(abi::ObjectType::kVmo, kCount, abi::kPageSize));
  return Vmo(kCount).map(rt::start::task(), kCountAddress, Access::kRead | Access::kWrite);
}

rt::Result<void> give_memory() {
  const auto text = reinterpret_cast<std::uint64_t>(_start);
  RT_TRY_ASSIGN(const auto text_info, Vmo(kText).info());
  RT_TRY(share(kText, text, Access::kRead | Access::kExecute));
  RT_TRY(share(kConstants, text + text_info.size, Access::kRead));
  RT_TRY(share(kCount, kCountAddress, Access::kRead | Access::kWrite));
  RT_TRY(make(abi::ObjectType::kVmo, kStackVmo, kStackPages * abi::kPageSize));
  return Vmo(kStackVmo).map(kTask, kStacks, Access::kRead | Access::kWrite);
}

// A task with this one's identity, which timed and nobody else is told of.
rt::Result<void> make_task() {
  const CNode own = rt::start::cnode();
  RT_TRY(make(abi::ObjectType::kCnode, kOthers.slot(), kSlots));
  RT_TRY(make(abi::ObjectType::kTask, kTask.slot()));
  RT_TRY(make(abi::ObjectType::kNotification, kNever));
  RT_TRY(kTask.configure(kOthers, rt::start::memory(), kPoolPages));
  RT_TRY_ASSIGN(const auto control, own.query(rt::start::identity_control().slot().index));
  RT_TRY(kTask.identify(rt::start::identity_control(), control.badge));
  RT_TRY(kOthers.copy(rt::start::timed().index, own, rt::start::timed().index));
  RT_TRY(kOthers.copy(kBell.index, own, rt::start::timer().slot().index));
  RT_TRY(kOthers.copy(kNever.index, own, kNever.index));
  return give_memory();
}

rt::Result<void> start(std::uint32_t index, std::uint64_t deadline) {
  const kernel::Thread thread({kFirstThread.index + index});
  RT_TRY(make(abi::ObjectType::kThread, thread.slot()));
  RT_TRY(thread.configure(kTask));
  return thread.start(reinterpret_cast<std::uint64_t>(&sleep_till),
                      kStacks + (index + 1) * kStackOfOne, deadline, 0);
}

rt::Result<void> all_sleep_and_wake() {
  RT_TRY(make_count());
  RT_TRY(make_task());
  RT_TRY_ASSIGN(const std::uint64_t begin, kernel::Self::now());
  // watch is to have looked before; nobody signals yet.
  rt::ignore(rt::start::timer().wait(begin + kHeadStart));
  const std::uint64_t deadline = begin + kHeadStart + kSleep;
  for (std::uint32_t i = 0; i < kSleepers; ++i) RT_TRY(start(i, deadline));
  while (count().woken < kSleepers) RT_TRY(rt::start::timer().wait(deadline + kPatience));
  return {};
}

}  // namespace
}  // namespace tessera::crowd

extern "C" std::int32_t tessera::server_main(std::uint64_t) {
  using namespace tessera::crowd;
  rt::wait_for_ladder();
  if (const auto done = all_sleep_and_wake(); !done) {
    tessera::rt::print("FAIL status ", done.error().status, " detail ", done.error().detail);
    return 1;
  }
  return count().wrong == 0 ? 0 : 2;
}
