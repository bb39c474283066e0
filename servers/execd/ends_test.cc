// How processes end, who is told, and what is left: nothing.
#include <algorithm>

#include "servers/execd/testing/fixture.h"
#include "servers/runtime/audit_log.h"

namespace tessera::execd {
namespace {

TEST_F(ExecdServerTest, WhoWaitsIsToldAndNothingIsLeft) {
  const auto before = state();
  const std::uint64_t bytes = free();
  const std::uint64_t badge = started();
  EXPECT_LT(free(), bytes);
  EXPECT_TRUE(waits(badge, 100));
  EXPECT_TRUE(waits(badge, 101));
  lines.clear();
  ends(badge, TaskState::kExited, -3);
  EXPECT_EQ(loopback.waiting(), 0U);
  EXPECT_EQ(kept_answers().size(), 2U);
  for (const auto& [slot, answer] : kept_answers()) {
    EXPECT_EQ(answer.status, 0U);
    EXPECT_EQ(answer.words[0], abi::word(TaskState::kExited));
    EXPECT_EQ(answer.words[1], abi::word(std::int32_t{-3}));
  }
  EXPECT_EQ(forgotten, kernel.started) << "timed is told who has ended";
  const std::string task = std::to_string(table->find(badge)->task);
  EXPECT_EQ(lines, "child exited task=" + task + " status=-3\nreaped task=" + task + "\n");
  EXPECT_EQ(free(), bytes);
  EXPECT_EQ(state(), before);
  const auto statistics = *server->statistics(caller());
  EXPECT_EQ(statistics.spawned, 2U);
  EXPECT_EQ(statistics.reaped, 1U);
  EXPECT_EQ(statistics.live, 1U) << "the reader";
}

TEST_F(ExecdServerTest, WhoAsksLateIsToldToo) {
  const std::uint64_t badge = started();
  ends(badge, TaskState::kExited, 5);
  const auto end = process(badge).wait();
  ASSERT_TRUE(end);
  EXPECT_EQ(end->state, TaskState::kExited);
  EXPECT_EQ(end->status, 5);
  EXPECT_TRUE(process(badge).kill()) << "fine when it has ended";
}

TEST_F(ExecdServerTest, ACrashIsReportedWithItsRegisters) {
  const std::uint64_t badge = started();
  lines.clear();
  ends(badge, TaskState::kFaulted, 2, abi::FaultCause::kWriteFault, 0x10044);
  EXPECT_TRUE(lines.starts_with("crash report task=" + std::to_string(table->find(badge)->task) +
                                " cause=writeFault pc=0x10044 image=child\n"))
      << lines;
  EXPECT_NE(lines.find(" s2=0x0000000000001012"), std::string::npos) << lines;
  EXPECT_NE(lines.find(" t6=0x000000000000101f\n"), std::string::npos) << lines;
  const auto info = process(badge).info();
  ASSERT_TRUE(info);
  EXPECT_EQ(info->cause, abi::FaultCause::kWriteFault);
  EXPECT_EQ(info->pc, 0x10044U);
  ASSERT_EQ(info->registers.size(), 32U);
  EXPECT_EQ(info->registers[0], 0x10044U);
  EXPECT_EQ(info->registers[31], 0x101fU);
}

// Nobody waits long for a console that takes nothing, and what it did not take is said.
TEST_F(ExecdServerTest, ASilentConsoleCostsTheTimeOfALine) {
  bool silent = true;
  loopback.intercept = [&](rt::Registers& r) {
    const bool prints = static_cast<abi::SystemCall>(r.a7) == abi::SystemCall::kEndpointCallWith &&
                        r.t0 == rt::start::console().index;
    if (!silent || !prints) return kernel.on_call(r);
    EXPECT_LE(r.t1, kernel.now + rt::kAuditWithin);
    kernel.now = std::max(kernel.now, r.t1);
    r = {};
    r.a6 = abi::word(gen::kTimedOut.status);
    r.a7 = gen::kTimedOut.detail;
    return true;
  };
  const std::uint64_t badge = started();
  EXPECT_EQ(kernel.now, rt::kAuditWithin) << "its start";
  ends(badge, TaskState::kFaulted, 2, abi::FaultCause::kWriteFault, 0x10044);
  EXPECT_EQ(kernel.now, 3 * rt::kAuditWithin) << "the whole report, and the reaping";
  EXPECT_EQ(lines, "");
  silent = false;
  started();
  EXPECT_TRUE(lines.starts_with("audit lost=11\nelf load ok image=child task=")) << lines;
}

TEST_F(ExecdServerTest, KillEnds) {
  const std::uint64_t badge = started();
  EXPECT_TRUE(waits(badge));
  EXPECT_EQ(process(badge).info()->state, TaskState::kRunning);
  EXPECT_TRUE(process(badge).info()->registers.empty());
  EXPECT_TRUE(process(badge).kill());
  server->on_notification(Place{table->find(badge)->place}.bit());
  ASSERT_EQ(kept_answers().size(), 1U);
  EXPECT_EQ(kept_answers().begin()->second.words[0], abi::word(TaskState::kKilled));
  EXPECT_NE(lines.find("child killed task="), std::string::npos);
}

// The kernel may tell of an end twice, and of one that a place had before.
TEST_F(ExecdServerTest, ASignalThatIsOldDoesNothing) {
  const std::uint64_t badge = started();
  const std::uint64_t bit = Place{table->find(badge)->place}.bit();
  server->on_notification(bit);
  EXPECT_FALSE(table->find(badge)->ended);
  ends(badge, TaskState::kExited, 0);
  const std::uint64_t next = started();
  server->on_notification(~std::uint64_t{0});
  EXPECT_FALSE(table->find(next)->ended);
  EXPECT_EQ(server->statistics(caller())->reaped, 1U);
}

TEST_F(ExecdServerTest, AStaleCapabilityIsRefused) {
  const std::uint64_t badge = started();
  ends(badge, TaskState::kExited, 0);
  for (std::uint32_t i = 0; i + 1 < service::kKnownProcesses; ++i) {
    ends(started(), TaskState::kExited, 0);
  }
  expect_refused(process(badge).wait(), ExecStatus::kFailed, ExecDetail::kNotFound);
  expect_refused(process(badge).kill(), ExecStatus::kFailed, ExecDetail::kNotFound);
  expect_refused(process(badge).info(), ExecStatus::kFailed, ExecDetail::kNotFound);
}

TEST_F(ExecdServerTest, ACapabilityIsForItsOwnMethods) {
  expect_refused(process(kClientBadge).wait(), ExecStatus::kDenied);
  expect_refused(process(kClientBadge).kill(), ExecStatus::kDenied);
  expect_refused(process(kClientBadge).info(), ExecStatus::kDenied);
  const std::uint64_t badge = started();
  expect_refused(server->spawn(caller(badge), "child", ChildClass::kOwn, {}, ""),
                 ExecStatus::kDenied);
}

TEST_F(ExecdServerTest, WaitersAreBounded) {
  const std::uint64_t badge = started();
  for (std::uint32_t i = 0; i < service::kMaxWaiters; ++i) EXPECT_TRUE(waits(badge, 100 + i));
  expect_refused(process(badge, 1).wait(), ExecStatus::kFailed, ExecDetail::kTooManyWaiters);
  EXPECT_EQ(loopback.waiting(), service::kMaxWaiters);
  // Whoever asks again has given up before.
  rt::ignore(process(badge, 110).wait());
  EXPECT_EQ(loopback.waiting(), service::kMaxWaiters);
  ends(badge, TaskState::kExited, 0);
  EXPECT_EQ(loopback.waiting(), 0U);
}

// However many processes wait for one and end themselves, others may wait for it.
TEST_F(ExecdServerTest, WhoHasEndedWaitsForNobody) {
  const std::uint64_t badge = started();
  for (std::uint32_t i = 0; i < 2 * service::kMaxWaiters; ++i) {
    const std::uint64_t waiter = started();
    EXPECT_TRUE(waits(badge, kernel.started.back()));
    EXPECT_EQ(loopback.waiting(), 1U);
    ends(waiter, TaskState::kExited, 0);
    EXPECT_EQ(loopback.waiting(), 0U);
  }
  EXPECT_TRUE(waits(badge, 1));
}

}  // namespace
}  // namespace tessera::execd
