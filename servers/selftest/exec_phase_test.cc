// SELFTEST's phase exec against a stand-in of execd: it passes one that does what its contract
// says, and names what another one does.
#include "servers/selftest/exec_phase.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "gen/loopback.h"
#include "idl/abi.h"
#include "idl/service/execd_fake.h"
#include "idl/system_call.h"
#include "servers/child/crash.h"
#include "servers/elf/corpus.h"
#include "servers/elf/image.h"
#include "servers/execd/refusal.h"
#include "servers/runtime/slots.h"
#include "servers/selftest/layout.h"

namespace tessera::selftest {
namespace {

using abi::TaskState;
using execd::refuse;
using service::ChildClass;
using service::ExecStatus;
using service::Process;
using service::ProcessClient;
using Spawned = rt::Result<ProcessClient>;

// Where the phase has its memory mapped.
constexpr std::uint64_t kAt = 0x3800'0000;

// An execd whose children run as quickly as they are started.
class ExecPhaseTest : public ::testing::Test {
 protected:
  ExecPhaseTest() {
    page = static_cast<std::byte*>(
        ::mmap(reinterpret_cast<void*>(kAt), abi::kPageSize, PROT_READ | PROT_WRITE,
               MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0));
    EXPECT_EQ(reinterpret_cast<std::uint64_t>(page), kAt);
    kernel.held[rt::window_slot(0).index] = {abi::ObjectType::kEndpoint, 1};
    kernel.held[rt::window_slot(1).index] = {};
    kernel.intercept = [this](rt::Registers& r) { return on_call(r); };
    kernel.server_at[kExecdSlot.index] = [this](const rt::Registers& m) { return serve(m, false); };
    kernel.server_at[kExecSlots.index + 2] = [this](const rt::Registers& m) {
      return serve(m, true);
    };
    execd.on.spawn = [this](const rt::Caller&, std::string_view image, ChildClass wanted,
                            service::Withheld,
                            std::string_view argument) { return spawn(image, wanted, argument); };
    execd.on.spawn_with = [this](const rt::Caller&, std::string_view image, ChildClass wanted,
                                 service::Withheld withheld, std::string_view argument,
                                 rt::Received<kernel::Vmo>, rt::Received<kernel::Endpoint>) {
      std::memcpy(page, argument.data(), argument.size());
      page[child::kClassAt] = wanted == ChildClass::kIdle ? std::byte{0} : std::byte{1};
      page[child::kReachAt] = std::byte{withheld == service::Withheld{} || keeps_all};
      return spawn(image, wanted, argument);
    };
    execd.on.spawn_from = [this](const rt::Caller&, rt::Lent<kernel::Vmo>, std::uint64_t size,
                                 std::string_view image, ChildClass, service::Withheld,
                                 std::string_view) { return spawn_from(size, image); };
    execd.on.statistics = [this](const rt::Caller&) {
      return rt::Result<service::Execd::StatisticsResult>(statistics);
    };
    execd.on.wait = [this](const rt::Caller&, Process::WaitCompleter completer) {
      if (!by_process) return rt::ignore(completer.fail(execd::refusal(ExecStatus::kDenied)));
      if (is.state == TaskState::kRunning) return static_cast<void>(completer.release());
      return rt::ignore(completer.complete(is.state, is.status));
    };
    execd.on.kill = [this](const rt::Caller&) -> rt::Result<void> {
      if (!by_process) return refuse(ExecStatus::kDenied);
      if (is.state == TaskState::kRunning) {
        is.state = TaskState::kKilled;
        ended();
      }
      return {};
    };
    execd.on.info = [this](const rt::Caller&) { return rt::Result<Process::InfoResult>(is); };
    take_exec_options("storm=3");
  }
  ~ExecPhaseTest() override { ::munmap(page, abi::kPageSize); }

  rt::Registers serve(const rt::Registers& message, bool process) {
    by_process = process;
    kernel.held[rt::window_slot(0).index].type = abi::ObjectType::kVmo;
    kernel.held[rt::window_slot(0).index].rights = 0xff;
    const rt::Registers next = execd(message);
    kernel.held[rt::window_slot(0).index] = {abi::ObjectType::kEndpoint, 1};
    return next;
  }
  bool on_call(rt::Registers& r) {
    if (static_cast<abi::SystemCall>(r.a7) != abi::SystemCall::kSelfNow) return false;
    r = {};
    r.a0 = time += 1000;
    return true;
  }

  void ended() {
    ++statistics.reaped;
    --statistics.live;
  }
  void begin(TaskState state, std::int32_t status) {
    is = {.task = is.task + 1, .state = state, .status = status};
    ++statistics.spawned;
    ++statistics.live;
    if (state != TaskState::kRunning) ended();
    statistics.free -= leak;
  }
  void crash(abi::FaultCause cause, std::uint64_t pc) {
    begin(TaskState::kFaulted, static_cast<std::int32_t>(cause));
    is.cause = cause;
    is.address = child::kNowhere;
    is.pc = pc;
    for (unsigned i = 0; i < 32; ++i) {
      is.registers.push(i == 0                   ? pc
                        : i == child::kNowhereIn ? child::kNowhere
                        : i == child::kMarkIn    ? mark
                                                 : 0);
    }
  }
  Spawned spawn(std::string_view image, ChildClass wanted, std::string_view argument) {
    const bool known = image == "child" || image == "child_exit" || image == "execd-too";
    if (!generous && (by_process || !known || wanted == ChildClass::kInteractive ||
                      wanted == ChildClass::kPerfBurst)) {
      return refuse(ExecStatus::kDenied);
    }
    if (argument == "fault") {
      crash(abi::FaultCause::kReadFault, 0x10044);
    } else if (argument == "wait") {
      begin(TaskState::kRunning, 0);
    } else {
      begin(TaskState::kExited, static_cast<std::int32_t>(argument.size()) + wrong);
    }
    return ProcessClient(rt::Slot{60});
  }
  Spawned spawn_from(std::uint64_t size, std::string_view image) {
    if (image != "child") return refuse(ExecStatus::kDenied);
    if (size == 0 || size > abi::kPageSize) {
      return refuse(ExecStatus::kMalformed, service::ExecDetail::kBadSize);
    }
    const auto program = elf::Image::parse(std::span(page, size));
    if (!program && same_error)
      return refuse(ExecStatus::kMalformed, service::ExecDetail::kTruncated);
    if (!program && !careless) return std::unexpected(execd::refusal(program.error()));
    crash(abi::FaultCause::kIllegalInstruction, program ? program->entry() : 0);
    return ProcessClient(rt::Slot{60});
  }

  static void expect_failed(const Result<void>& result, std::string_view why) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().text, why);
  }
  static void expect_passed(const Result<void>& result) {
    EXPECT_TRUE(result) << (result ? "" : std::string(result.error().text)) << ' '
                        << (result ? 0 : result.error().error.status);
  }

  gen::Loopback kernel;
  service::FakeExecd execd;
  std::byte* page = nullptr;
  std::uint64_t time = 1;
  service::Execd::StatisticsResult statistics{
      .spawned = 1, .reaped = 0, .live = 1, .free = 1 << 20};
  Process::InfoResult is{};
  bool by_process = false;
  // What may be wrong with it.
  std::uint64_t leak = 0;
  std::int32_t wrong = 0;
  std::uint64_t mark = child::kMark;
  bool generous = false;
  bool careless = false;
  bool same_error = false;
  bool keeps_all = false;
};

TEST_F(ExecPhaseTest, PassesAnExecdThatDoesWhatItSays) {
  expect_passed(e2e_exec_elf());
  expect_passed(child_exit());
  expect_passed(crash_report());
  expect_passed(exec_denied());
  expect_passed(execd_malformed());
  const std::uint64_t before = statistics.spawned;
  expect_passed(reap_storm());
  EXPECT_EQ(statistics.spawned, before + 3);
}

TEST_F(ExecPhaseTest, MemoryThatIsLeftIsFound) {
  leak = 1;
  expect_failed(e2e_exec_elf(), "memory is left");
  expect_failed(crash_report(), "memory is left");
  expect_failed(reap_storm(), "memory is left");
}

TEST_F(ExecPhaseTest, AnotherStatusIsFound) {
  wrong = 1;
  expect_failed(e2e_exec_elf(), "a process ended with another status");
  expect_failed(child_exit(), "a process ended with another status");
  expect_failed(exec_denied(), "a process ended with another status");
  expect_failed(reap_storm(), "a process ended with another status");
}

TEST_F(ExecPhaseTest, ServicesThatWereToBeWithheldAreFound) {
  keeps_all = true;
  expect_failed(e2e_exec_elf(), "a child reaches what it should not");
}

TEST_F(ExecPhaseTest, RegistersThatAreNotTheCrashsAreFound) {
  mark = 0;
  expect_failed(crash_report(), "a crash has other registers");
}

TEST_F(ExecPhaseTest, WhoMayDoEverythingIsFound) {
  generous = true;
  expect_failed(exec_denied(), "spawned what it may not");
}

TEST_F(ExecPhaseTest, AMalformedFileThatRunsIsFound) {
  careless = true;
  expect_failed(execd_malformed(), "a malformed file was started");
}

TEST_F(ExecPhaseTest, AnErrorThatIsAnothersIsFound) {
  same_error = true;
  const auto result = execd_malformed();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().text, elf::describe(elf::Error::kBadMagic));
  EXPECT_TRUE(result.error().error == ExecStatus::kMalformed);
}

TEST_F(ExecPhaseTest, ADeadExecdIsToldWithTheStep) {
  kernel.failure = gen::kPeerDied;
  const auto result = reap_storm();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().text, "ask execd for its statistics");
  EXPECT_EQ(result.error().error, gen::kPeerDied);
}

TEST_F(ExecPhaseTest, OptionsThatAreNoneChangeNothing) {
  for (const std::string_view text :
       {"", "storm", "storm=x", "storm=1x", "storm=9999999999", "x=5"}) {
    take_exec_options(text);
  }
  const std::uint64_t before = statistics.spawned;
  expect_passed(reap_storm());
  EXPECT_EQ(statistics.spawned, before + 3);
}

}  // namespace
}  // namespace tessera::selftest
