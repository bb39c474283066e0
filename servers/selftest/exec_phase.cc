#include "servers/selftest/exec_phase.h"

#include <cstddef>
#include <cstdint>
#include <span>

#include "idl/abi.h"
#include "idl/kernel/endpoint.h"
#include "idl/kernel/self.h"
#include "idl/kernel/vmo.h"
#include "idl/service/execd_client.h"
#include "servers/child/crash.h"
#include "servers/elf/corpus.h"
#include "servers/execd/refusal.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/time.h"
#include "servers/selftest/layout.h"

namespace tessera::selftest {
namespace {

using abi::TaskState;
using kernel::Access;
using service::ChildClass;
using service::ExecdClient;
using service::ExecStatus;
using service::ProcessClient;

constexpr ExecdClient kExecd(kExecdSlot);
constexpr kernel::Vmo kMemory(kExecSlots);
constexpr rt::Slot kThrough{kExecSlots.index + 1};
constexpr ProcessClient kProcess(rt::Slot{kExecSlots.index + 2});
constexpr service::Withheld kNothing{};  // withheld: nothing
constexpr std::uint64_t kAt = 0x3800'0000;
constexpr std::uint64_t kMillisecond = 1'000'000;

constinit std::uint32_t storm_rounds = 1000;

using Spawned = rt::Result<rt::Received<ProcessClient>>;

// The capability that came, as kProcess; the one before is dropped.
Result<void> keep(std::string_view what, const Spawned& spawned) {
  RT_TRY(must("drop a process", rt::start::cnode().delete_(kProcess.endpoint().index)));
  RT_TRY_ASSIGN(const auto process, must(what, spawned));
  return must("keep a process", process.keep(kProcess.endpoint()));
}
Result<void> spawn(std::string_view image, std::string_view argument) {
  return keep("spawn", kExecd.spawn(image, ChildClass::kOwn, kNothing, argument));
}
Result<void> ends(TaskState state, std::int32_t status) {
  RT_TRY_ASSIGN(const auto end, must("wait for a process", kProcess.wait()));
  RT_TRY(require(end.state == state, "a process ended in another way"));
  return require(end.status == status, "a process ended with another status");
}

// What execd has and has done: nothing of what came between is left.
Result<service::Execd::StatisticsResult> statistics() {
  return must("ask execd for its statistics", kExecd.statistics());
}
Result<void> nothing_is_left(const service::Execd::StatisticsResult& before,
                             std::uint64_t spawned) {
  RT_TRY_ASSIGN(const auto after, statistics());
  RT_TRY(
      require(after.spawned == before.spawned + spawned, "execd counts another number of spawns"));
  RT_TRY(require(after.reaped == before.reaped + spawned, "execd counts another number of reaps"));
  RT_TRY(require(after.live == before.live, "a process is left"));
  return require(after.free == before.free, "memory is left");
}

std::span<std::byte> page() { return {reinterpret_cast<std::byte*>(kAt), abi::kPageSize}; }

Result<void> make_memory() {
  const kernel::CNode own = rt::start::cnode();
  RT_TRY(must("set the window",
              kernel::Self::window(rt::start::slot(abi::StartSlot::kWindow0).index)));
  RT_TRY(must("make a VMO", rt::start::memory().retype(abi::ObjectType::kVmo, abi::kPageSize, own,
                                                       kMemory.slot().index, 1)));
  return must("map a VMO", kMemory.map(rt::start::task(), kAt, Access::kRead | Access::kWrite));
}

// A child that is started so says which class it has, and whether it has anybody to talk to.
Result<void> has(ChildClass wanted, service::Withheld withheld, abi::QosClass qos, bool reach) {
  RT_TRY(keep("spawn in a class", kExecd.spawn_with("child", wanted, withheld, "class", kMemory,
                                                    kernel::Endpoint(rt::Slot{}))));
  RT_TRY(ends(TaskState::kExited, 5));
  RT_TRY(require(page()[child::kClassAt] == std::byte{static_cast<std::uint8_t>(qos)},
                 "a child has another class"));
  return require(page()[child::kReachAt] == std::byte{reach}, "a child reaches what it should not");
}

}  // namespace

void take_exec_options(std::string_view argument) {
  constexpr std::string_view kStorm = "storm=";
  if (!argument.starts_with(kStorm)) return;
  std::uint32_t rounds = 0;
  for (const char c : argument.substr(kStorm.size())) {
    if (c < '0' || c > '9' || rounds > 100'000) return;
    rounds = rounds * 10 + static_cast<std::uint32_t>(c - '0');
  }
  storm_rounds = rounds;
}

// From the bundle into a task of its own, with an argument and a capability; and all of it back.
Result<void> e2e_exec_elf() {
  constexpr std::string_view kText = "an argument of some length, for whom it may concern";
  RT_TRY(make_memory());
  RT_TRY_ASSIGN(const auto before, statistics());
  RT_TRY(keep("spawn with memory", kExecd.spawn_with("child", ChildClass::kOwn, kNothing, kText,
                                                     kMemory, kernel::Endpoint(rt::Slot{}))));
  RT_TRY(ends(TaskState::kExited, static_cast<std::int32_t>(kText.size())));
  const std::string_view written(reinterpret_cast<const char*>(page().data()), kText.size());
  RT_TRY(require(written == kText, "the child has not written its argument"));
  RT_TRY(has(ChildClass::kOwn, kNothing, abi::QosClass::kNormal, true));
  RT_TRY(has(ChildClass::kIdle, service::Withheld::kServices, abi::QosClass::kIdle, false));
  return nothing_is_left(before, 3);
}

Result<void> child_exit() {
  RT_TRY_ASSIGN(const auto before, statistics());
  RT_TRY(spawn("child", "sixteen letters."));
  RT_TRY(ends(TaskState::kExited, 16));
  RT_TRY(ends(TaskState::kExited, 16));  // whoever asks late is told, too
  RT_TRY_ASSIGN(const auto exited, must("ask after a process", kProcess.info()));
  RT_TRY(require(exited.state == TaskState::kExited && exited.status == 16 && exited.task != 0,
                 "a process is told otherwise"));
  RT_TRY(require(exited.registers.empty(), "one that exited has registers"));
  RT_TRY(must("kill what has ended", kProcess.kill()));
  RT_TRY(ends(TaskState::kExited, 16));

  RT_TRY(spawn("child", "wait"));
  RT_TRY_ASSIGN(const std::uint64_t now, must("read the clock", kernel::Self::now()));
  RT_TRY(refused("waited past its deadline", kProcess.wait_until(now + 5 * kMillisecond),
                 abi::kEtimedout));
  RT_TRY_ASSIGN(const auto running, must("ask after a process", kProcess.info()));
  RT_TRY(require(running.state == TaskState::kRunning && running.task > exited.task,
                 "a process is told otherwise"));
  RT_TRY(must("kill a process", kProcess.kill()));
  RT_TRY(ends(TaskState::kKilled, 0));
  return nothing_is_left(before, 2);
}

Result<void> crash_report() {
  RT_TRY_ASSIGN(const auto before, statistics());
  RT_TRY(spawn("child", "fault"));
  RT_TRY(ends(TaskState::kFaulted, static_cast<std::int32_t>(abi::FaultCause::kReadFault)));
  RT_TRY_ASSIGN(const auto crash, must("ask after a crash", kProcess.info()));
  RT_TRY(require(crash.cause == abi::FaultCause::kReadFault, "a crash has another cause"));
  RT_TRY(require(crash.address == child::kNowhere, "a crash is over another address"));
  RT_TRY(require(crash.registers.size() == 32, "a crash has not all registers"));
  RT_TRY(require(crash.registers[0] == crash.pc, "a crash has another pc"));
  RT_TRY(require(crash.registers[child::kNowhereIn] == child::kNowhere &&
                     crash.registers[child::kMarkIn] == child::kMark,
                 "a crash has other registers"));
  return nothing_is_left(before, 1);
}

// Default deny; and neither a name nor a capability of the wrong kind is of any use.
Result<void> exec_denied() {
  RT_TRY_ASSIGN(const auto before, statistics());
  for (const std::string_view image : {"elf_reader", "execd", "SELFTEST", "nobody", ""}) {
    RT_TRY(refused("spawned what it may not", kExecd.spawn(image, ChildClass::kOwn, kNothing, ""),
                   ExecStatus::kDenied));
  }
  for (const ChildClass higher : {ChildClass::kInteractive, ChildClass::kPerfBurst}) {
    RT_TRY(refused("spawned in a class that is too high",
                   kExecd.spawn("child", higher, kNothing, ""), ExecStatus::kDenied));
  }
  RT_TRY(refused("spawned its own program as another image",
                 kExecd.spawn_from(kThrough, kMemory, abi::kPageSize, "elf_reader",
                                   ChildClass::kOwn, kNothing, ""),
                 ExecStatus::kDenied));
  RT_TRY(refused("waited for execd", ProcessClient(kExecdSlot).wait(), ExecStatus::kDenied));
  RT_TRY(refused("killed execd", ProcessClient(kExecdSlot).kill(), ExecStatus::kDenied));
  RT_TRY(nothing_is_left(before, 0));
  RT_TRY(spawn("execd-too", ""));
  RT_TRY(refused("spawned by a process's capability",
                 ExecdClient(kProcess.endpoint()).spawn("child", ChildClass::kOwn, kNothing, ""),
                 ExecStatus::kDenied));
  RT_TRY(ends(TaskState::kExited, 0));
  return nothing_is_left(before, 1);
}

namespace {

Spawned spawn_file(const elf::corpus::File& file) {
  file.write(page());
  return kExecd.spawn_from(kThrough, kMemory, file.size, "child", ChildClass::kOwn, kNothing, "");
}

Result<void> runs_the_sound_one() {
  const elf::corpus::File sound;
  RT_TRY(keep("spawn a sound file", spawn_file(sound)));
  RT_TRY(
      ends(TaskState::kFaulted, static_cast<std::int32_t>(abi::FaultCause::kIllegalInstruction)));
  RT_TRY_ASSIGN(const auto info, must("ask after a crash", kProcess.info()));
  return require(info.pc == sound.header.entry, "a file began elsewhere than at its entry");
}

Result<void> refuses_bad_sizes() {
  const rt::Error bad_size = execd::refusal(ExecStatus::kMalformed, service::ExecDetail::kBadSize);
  for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{abi::kPageSize} + 1,
                                   service::kMaxProgramBytes + 1, ~std::uint64_t{0}}) {
    const auto spawned =
        kExecd.spawn_from(kThrough, kMemory, size, "child", ChildClass::kOwn, kNothing, "");
    RT_TRY(require(!spawned && spawned.error() == bad_size, "took a file of a size that is none"));
  }
  return {};
}

// Whoever gives up takes back what was lent, at any moment: while it is read, too. Then the reader
// faults, not execd, and somebody reads for the next one. Of those who gave up too late, children
// run, for whom nobody waits.
Result<void> survives_who_gives_up() {
  constexpr std::uint64_t kStep = 25'000;
  constexpr std::uint64_t kPatience = 5'000 * kMillisecond;
  RT_TRY_ASSIGN(const auto before, statistics());
  for (std::uint64_t i = 0; i < 64; ++i) {
    RT_TRY_ASSIGN(const std::uint64_t now, must("read the clock", kernel::Self::now()));
    const auto spawned =
        kExecd.spawn_from_until(now + i * kStep, kThrough, kMemory, elf::corpus::File::kSize,
                                "child", ChildClass::kOwn, kNothing, "");
    const bool late = !spawned && (spawned.error().status == abi::kEtimedout ||
                                   spawned.error() == ExecStatus::kFailed);
    RT_TRY(require(spawned || late, "who gives up is told otherwise"));
  }
  const bool all_ended = rt::wait_until(kPatience, [&] {
    const auto after = kExecd.statistics();
    return after && after->live <= before.live;
  });
  RT_TRY(require(all_ended, "children of those who gave up are left"));
  return runs_the_sound_one();
}

}  // namespace

// Each file of the corpus is refused with its own error, and nothing of it is left.
Result<void> execd_malformed() {
  RT_TRY_ASSIGN(const auto before, statistics());
  RT_TRY(runs_the_sound_one());
  RT_TRY(refuses_bad_sizes());
  Result<void> result;
  std::uint32_t files = 0;
  elf::corpus::for_each([&](const elf::corpus::File& file) {
    if (!result) return;
    ++files;
    const auto spawned = spawn_file(file);
    if (spawned) {
      result = require(false, "a malformed file was started");
    } else if (spawned.error() != execd::refusal(file.expected)) {
      result = std::unexpected(Why{.text = elf::describe(file.expected), .error = spawned.error()});
    }
  });
  RT_TRY(result);
  RT_TRY(require(files >= 200, "the corpus is small"));
  RT_TRY(nothing_is_left(before, 1));
  elf::corpus::File().write(page());
  RT_TRY(survives_who_gives_up());
  RT_TRY_ASSIGN(const auto after, statistics());
  RT_TRY(require(after.live == before.live, "a process is left"));
  return require(after.free == before.free, "memory is left");
}

Result<void> reap_storm() {
  RT_TRY_ASSIGN(const auto before, statistics());
  for (std::uint32_t i = 0; i < storm_rounds; ++i) {
    RT_TRY(spawn("child_exit", ""));
    RT_TRY(ends(TaskState::kExited, 0));
  }
  return nothing_is_left(before, storm_rounds);
}

}  // namespace tessera::selftest
