// What init says of the tasks it watches, and when it stops waiting for one.
#include "servers/init/supervisor.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "idl/system_call.h"
#include "idl/wire.h"
#include "servers/runtime/chunks.h"
#include "servers/runtime/ipc.h"

namespace tessera::init {
namespace {

using abi::SystemCall;
using abi::TaskState;

constexpr std::array<manifest::Image, 3> kImages = {
    {{.name = "console", .identity = 1}, {.name = "timed", .identity = 2}, {.name = "victim"}}};
constexpr manifest::Manifest kManifest = {.images = kImages};

// Signals that arrive one after the other; what the tasks are; what is printed.
struct FakeKernel {
  std::deque<std::uint64_t> signals;
  std::map<std::uint64_t, kernel::Task::InfoResult> tasks;  // by the slot that watches
  std::string printed;
  std::vector<std::uint64_t> reaped;  // the slots that were revoked

  void on_call(rt::Registers& r) {
    r.a6 = 0;
    switch (static_cast<SystemCall>(r.a7)) {
      case SystemCall::kNotificationWait:
        if (signals.empty()) {
          r.a6 = abi::word(abi::kEcanceled);
          r.a7 = 0;
          return;
        }
        r.a0 = signals.front();
        signals.pop_front();
        return;
      case SystemCall::kTaskInfo: {
        const auto& task = tasks.at(r.t0);
        r.a0 = abi::word(task.state);
        r.a1 = abi::word(task.status);
        r.a2 = abi::word(task.cause);
        r.a3 = task.address;
        r.a4 = task.pc;
        return;
      }
      case SystemCall::kCNodeRevoke:
        reaped.push_back(r.a0);
        return;
      case SystemCall::kBootInfoPrint:
        printed += abi::unpacked<rt::Chunk>(r.a0, std::array{r.a1, r.a2, r.a3, r.a4, r.a5}).view();
        return;
      default:
        FAIL() << "system call " << r.a7;
    }
  }
};

FakeKernel* fake = nullptr;

class SupervisorTest : public testing::Test {
 protected:
  void SetUp() override {
    fake = &kernel_;
    rt::host::syscall = [](rt::Registers& r) { fake->on_call(r); };
  }

  void ends(std::size_t image, const kernel::Task::InfoResult& how) {
    kernel_.tasks[watch_slot(image).index] = how;
  }

  FakeKernel kernel_;
  Supervisor supervisor_{kManifest};
};

TEST_F(SupervisorTest, WaitsForTheReadySignal) {
  kernel_.signals = {ready_bit(1), ready_bit(0)};
  EXPECT_TRUE(supervisor_.wait_until_ready(0));
  EXPECT_TRUE(supervisor_.wait_until_ready(1)) << "a signal that came early is not lost";
  EXPECT_EQ(kernel_.printed, "");
}

TEST_F(SupervisorTest, ADeathBeforeReadyIsAFailure) {
  ends(1, {.state = TaskState::kFaulted,
           .status = 1,
           .cause = abi::FaultCause::kReadFault,
           .address = 0,
           .pc = 0x10004});
  kernel_.signals = {ended_bit(1)};
  const auto waited = supervisor_.wait_until_ready(1);
  ASSERT_FALSE(waited);
  EXPECT_EQ(kernel_.printed,
            "timed died before it was ready: faulted cause=readFault address=0x0 pc=0x10004\n");
  kernel_.signals = {ended_bit(1)};
  supervisor_.watch();
  EXPECT_EQ(kernel_.printed.find("ended"), std::string::npos) << "said once";
}

TEST_F(SupervisorTest, OthersMayEndMeanwhile) {
  ends(2, {.state = TaskState::kExited, .status = -9});
  kernel_.signals = {ended_bit(2), ready_bit(0)};
  EXPECT_TRUE(supervisor_.wait_until_ready(0));
  EXPECT_EQ(kernel_.printed, "victim ended: exited status=-9\n");
}

TEST_F(SupervisorTest, EveryEndIsReportedOnce) {
  ends(0, {.state = TaskState::kKilled});
  ends(2, {.state = TaskState::kExited, .status = 0});
  kernel_.signals = {ended_bit(2) | ended_bit(0), ended_bit(2), ready_bit(2)};
  EXPECT_EQ(supervisor_.watch().error.status, abi::kEcanceled);
  EXPECT_EQ(kernel_.printed, "console ended: killed\nvictim ended: exited status=0\n");
  EXPECT_EQ(kernel_.reaped, (std::vector<std::uint64_t>{quota_slot(0).index, quota_slot(2).index}));
}

TEST(Layout, EveryImageHasBitsOfItsOwn) {
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < manifest::kMaxImages; ++i) {
    EXPECT_EQ(seen & (ready_bit(i) | ended_bit(i)), 0U);
    seen |= ready_bit(i) | ended_bit(i);
  }
  EXPECT_EQ(seen, ~std::uint64_t{0});
}

}  // namespace
}  // namespace tessera::init
