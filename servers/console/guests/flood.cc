// flood: four threads of one task print as fast as they can, each its numbered lines.
//
// A program may put no threads under its own identity, but into a task that it made: with the grant
// `identity` that one is `flood`, too, to whoever it calls.
#include <atomic>
#include <cstdint>

#include "idl/kernel/cnode.h"
#include "idl/kernel/identity_control.h"
#include "idl/kernel/notification.h"
#include "idl/kernel/self.h"
#include "idl/kernel/task.h"
#include "idl/kernel/thread.h"
#include "idl/kernel/vmo.h"
#include "idl/service/console_client.h"
#include "servers/process/layout.h"
#include "servers/runtime/chunks.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/start.h"
#include "servers/runtime/text.h"
#include "servers/runtime/try.h"

// The image's first byte (servers/runtime/start.S).
extern "C" const char _start[];

namespace tessera {
namespace {

using kernel::Access;
using kernel::CNode;
using kernel::Vmo;

constexpr std::uint64_t kThreads = 4;
constexpr std::uint32_t kLines = 3000;
// Whoever is refused tries again so much later.
constexpr std::uint64_t kPause = 1'000'000;

// The program's own memory that does not change: text and constants, in the order of
// servers/runtime/user.ld.
constexpr rt::Slot kText = process::kFirstSegment;
constexpr rt::Slot kConstants{kText.index + 1};
// Its slots; those of the other task that are alike are in the same places.
constexpr rt::Slot kNever{abi::kStartSlots};
constexpr rt::Slot kMemory{kNever.index + 1};
constexpr CNode kOthers(rt::Slot{kNever.index + 2});
constexpr kernel::Task kTask(rt::Slot{kNever.index + 3});
constexpr rt::Slot kTemporary{kNever.index + 4};
constexpr rt::Slot kFirstThread{kNever.index + 5};
constexpr std::uint32_t kSlots = 64;
constexpr std::uint32_t kPoolPages = 8;

// A page for a stack each, and one for what they count, in memory that both tasks have mapped.
constexpr std::uint64_t kAddress = 0x1000'0000;
constexpr std::uint64_t kCountAddress = kAddress + kThreads * abi::kPageSize;
constexpr std::uint64_t kMemorySize = (kThreads + 1) * abi::kPageSize;
struct Count {
  std::atomic<std::uint32_t> ended;
  std::atomic<std::uint32_t> failed;
};
Count& count() { return *reinterpret_cast<Count*>(kCountAddress); }

void pause() {
  const auto now = kernel::Self::now();
  if (now) rt::ignore(kernel::Notification(kNever).wait(*now + kPause));
}

// One write: what two threads of a task print is not told apart.
bool print_line(std::uint64_t thread, std::uint32_t line) {
  rt::Chunk text;
  rt::Chunks out([&text](const rt::Chunk& chunk) { text = chunk; });
  rt::write(out, "thread ", thread, " line ", line, '\n');
  out.flush();
  for (;;) {
    const auto done = service::ConsoleClient(rt::start::console()).write(text);
    if (done) return true;
    if (!(done.error() == service::ConsoleStatus::kBusy)) return false;
    pause();
  }
}

// Of the other task.
void thread_main(std::uint64_t thread) {
  bool good = true;
  for (std::uint32_t line = 0; good && line < kLines; ++line) good = print_line(thread, line);
  if (!good) ++count().failed;
  ++count().ended;
  for (;;) rt::ignore(kernel::Notification(kNever).wait(abi::kNoDeadline));
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

rt::Result<void> share_memory() {
  const auto text = reinterpret_cast<std::uint64_t>(_start);
  RT_TRY_ASSIGN(const auto text_info, Vmo(kText).info());
  RT_TRY(share(kText, text, Access::kRead | Access::kExecute));
  RT_TRY(share(kConstants, text + text_info.size, Access::kRead));
  RT_TRY(make(abi::ObjectType::kVmo, kMemory, kMemorySize));
  RT_TRY(Vmo(kMemory).map(rt::start::task(), kAddress, Access::kRead | Access::kWrite));
  return share(kMemory, kAddress, Access::kRead | Access::kWrite);
}

rt::Result<void> make_task() {
  const CNode own = rt::start::cnode();
  RT_TRY(make(abi::ObjectType::kCnode, kOthers.slot(), kSlots));
  RT_TRY(make(abi::ObjectType::kTask, kTask.slot()));
  RT_TRY(make(abi::ObjectType::kNotification, kNever));
  RT_TRY(kTask.configure(kOthers, rt::start::memory(), kPoolPages));
  RT_TRY_ASSIGN(const auto control, own.query(rt::start::identity_control().slot().index));
  RT_TRY(kTask.identify(rt::start::identity_control(), control.badge));
  RT_TRY(kOthers.copy(rt::start::console().index, own, rt::start::console().index));
  RT_TRY(kOthers.copy(kNever.index, own, kNever.index));
  return share_memory();
}

rt::Result<void> start(std::uint64_t number) {
  const kernel::Thread thread({kFirstThread.index + static_cast<std::uint32_t>(number)});
  RT_TRY(make(abi::ObjectType::kThread, thread.slot()));
  RT_TRY(thread.configure(kTask));
  return thread.start(reinterpret_cast<std::uint64_t>(&thread_main),
                      kAddress + (number + 1) * abi::kPageSize, number, 0);
}

rt::Result<void> run() {
  RT_TRY(make_task());
  for (std::uint64_t thread = 0; thread < kThreads; ++thread) RT_TRY(start(thread));
  while (count().ended < kThreads) pause();
  return {};
}

}  // namespace

extern "C" std::int32_t server_main(std::uint64_t) {
  if (const auto done = run(); !done) return done.error().status;
  return count().failed == 0 ? 0 : 1;
}

}  // namespace tessera
