#include "servers/contract/runner.h"

#include "idl/kernel/boot_info.h"
#include "idl/kernel/notification.h"
#include "idl/kernel/self.h"
#include "idl/kernel/untyped.h"
#include "idl/kernel/vmo.h"
#include "servers/contract/program.h"
#include "servers/contract/report.h"
#include "servers/contract/world.h"
#include "servers/runtime/error_text.h"
#include "servers/runtime/print.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/text.h"
#include "servers/runtime/try.h"

namespace tessera::contract {
namespace {

using abi::ObjectType;
using abi::TaskState;

// The runner's own slots.
constexpr kernel::Untyped kPool(rt::Slot{kFirstFree});  // nothing but an arena comes from it
constexpr kernel::Untyped kArena(rt::Slot{kFirstFree + 1});
constexpr kernel::Notification kEnded(rt::Slot{kFirstFree + 2});
constexpr rt::Slot kMemory{kFirstFree + 3};
constexpr rt::Slot kProgram{kFirstFree + 4};
constexpr rt::Slot kWindow{kFirstFree + 4 + kProgramSlots};
// A device's window, of which each behaviour gets all there is.
constexpr kernel::Untyped kDevice(rt::start::slot(abi::StartSlot::kDevice));

// A behaviour's memory(), and with it all that its first task is made of: multiples of 2 MiB, at
// which runs of that size begin.
constexpr std::uint64_t kMemorySize = 0x1e0'0000;
constexpr std::uint64_t kArenaSize = 0x200'0000;
// How long a behaviour may take, in milliseconds: more than any does, and more with each round.
std::uint64_t patience() { return 20'000 + 30 * options.rounds; }

template <class T>
Outcome<T> step(std::string_view name, const rt::Result<T>& result) {
  if (!result) return std::unexpected(Trouble{.step = name, .error = result.error()});
  if constexpr (std::is_void_v<T>) {
    return {};
  } else {
    return *result;
  }
}

rt::Result<void> make_one(kernel::Untyped from, ObjectType type, rt::Slot to,
                          std::uint64_t size = 0) {
  return from.retype(type, size, own(), to.index, 1);
}

void write_ending(rt::Sink auto& sink, const kernel::Task::InfoResult& info) {
  rt::write(sink, abi::to_string(info.state));
  if (info.state == TaskState::kExited) rt::write(sink, " status=", info.status);
  if (info.state == TaskState::kFaulted) {
    rt::write(sink, " cause=", abi::to_string(info.cause), " address=", rt::hex(info.address),
              " pc=", rt::hex(info.pc));
  }
}

bool has_passed(const kernel::Task::InfoResult& info) {
  return info.state == TaskState::kExited && info.status == kPassed && report().text().empty();
}

constexpr kernel::BootInfo kCensus = rt::start::boot_info();

// As init would give it to a task that has the grant.
Outcome<void> give_device(const Program& program) {
  RT_TRY_ASSIGN(const auto info, step("ask for the device's window", kDevice.info()));
  RT_TRY(step("make its window", make_one(kDevice, ObjectType::kUntyped, kWindow, info.size)));
  return step("give it its window",
              program.cspace.move(kDevice.slot().index, own(), kWindow.index));
}

// What the suite's own identity may, for behaviours to try; they are nobody themselves.
Outcome<void> give_controls(const Program& program) {
  const auto give = [&program](rt::Slot from, std::uint8_t rights) {
    return program.cspace.mint(from.index, own(), from.index, rights, 0);
  };
  RT_TRY(step("give it the audit",
              give(rt::start::boot_info().slot(), rt::rights(kernel::BootInfo::Right::kAudit))));
  RT_TRY(step("give it a QosControl",
              give(rt::start::qos_control().slot(), rt::rights(kernel::QosControl::Right::kUse))));
  RT_TRY(step("give it an IrqControl",
              give(rt::start::irq().slot(), rt::rights(kernel::IrqControl::Right::kUse))));
  return step("give it an IdentityControl", give(rt::start::identity_control().slot(),
                                                 rt::rights(kernel::IdentityControl::Right::kUse)));
}

}  // namespace

Outcome<void> Runner::prepare() {
  const kernel::Untyped memory = rt::start::memory();
  const kernel::Vmo page(kReport);
  RT_TRY(step("make the report", make_one(memory, ObjectType::kVmo, kReport, kPage)));
  RT_TRY(step("map the report", page.map(rt::start::task(), kReportAddress, kReadWrite)));
  RT_TRY(step("make a notification", make_one(memory, ObjectType::kNotification, kEnded.slot())));
  RT_TRY(step("make the pool", make_one(memory, ObjectType::kUntyped, kPool.slot(), kArenaSize)));
  return wait_for_init();
}

// init gives up its capabilities while this task begins; afterwards it only waits, and every
// capability that comes or goes is this task's or its children's.
Outcome<void> Runner::wait_for_init() {
  constexpr int kQuietTimes = 5;
  std::uint64_t last = 0;
  for (int quiet = 0; quiet < kQuietTimes; ++quiet) {
    rt::ignore(kEnded.wait(in_milliseconds(5)));
    RT_TRY_ASSIGN(const auto count, step("count capabilities", kCensus.census(ObjectType::kNull)));
    if (count.capabilities != last) quiet = 0;
    last = count.capabilities;
  }
  return {};
}

Outcome<Runner::Holdings> Runner::holdings() {
  Holdings result;
  RT_TRY_ASSIGN(const auto pool, step("ask for the pool", kPool.info()));
  result.free_bytes = pool.free;
  for (std::uint32_t i = 1; i < kSlots; ++i) {
    RT_TRY_ASSIGN(const auto slot, step("query a slot", own().query(i)));
    result.slots[i] = slot.type;
  }
  for (std::size_t i = 0; i < result.objects.size(); ++i) {
    RT_TRY_ASSIGN(const auto count,
                  step("count objects", kCensus.census(static_cast<ObjectType>(i))));
    result.objects[i] = count.objects;
    result.capabilities = count.capabilities;
  }
  return result;
}

// Ends when the task does, or when time is up: then it is still running.
Outcome<kernel::Task::InfoResult> Runner::run_in_arena(std::uint64_t index) {
  RT_TRY(step("make the arena", make_one(kPool, ObjectType::kUntyped, kArena.slot(), kArenaSize)));
  RT_TRY(step("make its memory", make_one(kArena, ObjectType::kUntyped, kMemory, kMemorySize)));
  RT_TRY_ASSIGN(const Program program,
                step("make its task", make_program(kArena, kProgram, kSlots)));
  RT_TRY(step("give it its memory",
              program.cspace.move(rt::start::memory().slot().index, own(), kMemory.index)));
  RT_TRY(give_device(program));
  RT_TRY(give_controls(program));
  RT_TRY(step("supervise it", program.task.supervise(kEnded)));
  RT_TRY(step("start it", start_program(program, begin, index)));
  rt::ignore(kEnded.wait(in_milliseconds(patience())));
  return step("ask how it ended", program.task.info());
}

Outcome<void> Runner::give_back() {
  RT_TRY(step("revoke the arena", own().revoke(kArena.slot().index)));
  RT_TRY(step("revoke the window", own().revoke(kDevice.slot().index)));
  RT_TRY(step("drop the arena", own().delete_(kArena.slot().index)));
  rt::ignore(kEnded.poll());
  return {};
}

// `kept`: whether all is as it was before.
Outcome<kernel::Task::InfoResult> Runner::run_once(std::uint64_t index, Outcome<void>& kept) {
  report().clear();
  const auto before = holdings();
  const auto ending = run_in_arena(index);
  kept = give_back();
  const auto after = holdings();
  if (kept && !before) kept = std::unexpected(before.error());
  if (kept && !after) kept = std::unexpected(after.error());
  if (kept && before->free_bytes != after->free_bytes) {
    kept = std::unexpected(Trouble{.step = "memory is missing afterwards"});
  }
  if (kept && before->objects != after->objects) {
    kept = std::unexpected(Trouble{.step = "objects of the kernel's are left or missing"});
  }
  if (kept && before->capabilities != after->capabilities) {
    kept = std::unexpected(Trouble{.step = "capabilities are left or missing"});
  }
  if (kept && before->slots != after->slots) {
    kept = std::unexpected(Trouble{.step = "slots differ afterwards"});
  }
  return ending;
}

void Runner::run(const Behaviour& behaviour, std::uint64_t index) {
  constexpr int kTries = 20;
  for (int tries = 1;; ++tries) {
    Outcome<void> kept;
    const auto ending = run_once(index, kept);
    const bool too_late =
        ending && ending->state == TaskState::kExited && ending->status == kTooLate;
    if (too_late && kept && tries < kTries) continue;
    report_result(behaviour, ending, kept);
    return;
  }
}

void Runner::report_result(const Behaviour& behaviour,
                           const Outcome<kernel::Task::InfoResult>& ending,
                           const Outcome<void>& kept) {
  if (ending && kept && has_passed(*ending)) {
    ++passed_;
    rt::print("RESULT ", behaviour.name, " ok");
    return;
  }
  ++failed_;
  rt::FixedText<400> why;
  const auto write_trouble = [&why](const Trouble& trouble) {
    rt::write(why, trouble.step, ' ');
    if (trouble.error.status != 0) rt::write_error(why, trouble.error);
  };
  if (!ending) {
    write_trouble(ending.error());
  } else {
    write_ending(why, *ending);
    rt::write(why, ' ', report().text());
  }
  if (!kept) {
    rt::write(why, "; ");
    write_trouble(kept.error());
  }
  rt::print("RESULT ", behaviour.name, " FAIL ", why.text());
}

}  // namespace tessera::contract
