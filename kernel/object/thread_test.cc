// Threads that others stop, look into and let go on; and senders that a server sends away.
#include "kernel/object/thread.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "idl/service/fault_handler.h"
#include "kernel/sched/scheduler.h"
#include "kernel/testing/ipc_fixture.h"

namespace tessera::testing {
namespace {

using abi::Detail;

class ThreadTest : public IpcTest {
 protected:
  ThreadTest() { world.act_as(world.main()); }
  void as_main() { world.act_as(world.main()); }
  bool runs(const Player& who) {
    as_main();
    world.let_all_run();
    return sched::run_state(*who.thread) != sched::RunState::kWaiting;
  }
  kernel::Thread handle(const Player& who) { return kernel::Thread(rt::Slot{who.thread_slot}); }

  kernel::Thread thread{rt::Slot{client.thread_slot}};
};

TEST_F(ThreadTest, ASuspendedThreadDoesNotRun) {
  ASSERT_TRUE(thread.suspend());
  EXPECT_EQ(client.thread->wait(), Wait::kSuspended);
  EXPECT_FALSE(runs(client));
  EXPECT_TRUE(thread.suspend()) << "fine again";
  ASSERT_TRUE(thread.resume());
  EXPECT_TRUE(runs(client));
  expect_refused(world, [&] { return thread.resume(); }, abi::kEbusy, Detail::kBadState);
}

TEST_F(ThreadTest, WhatItWaitsForEnds) {
  world.give(client, 3, world.make<kernel::Notification>().slot());
  struct {
    const char* name;
    std::function<void()> begin;
  } const kWaits[] = {
      {"send", [&] { start_call(client); }},
      {"answer",
       [&] {
         start_receive(server);
         start_call(client);
       }},
      {"wait",
       [&] {
         as(client);
         ASSERT_TRUE(world.waits([] { (void)kernel::Notification(rt::Slot{3}).wait(kForever); }));
       }},
  };
  for (const auto& wait : kWaits) {
    SCOPED_TRACE(wait.name);
    wait.begin();
    as_main();
    ASSERT_TRUE(thread.suspend());
    EXPECT_FALSE(runs(client));
    ASSERT_TRUE(thread.resume());
    EXPECT_TRUE(runs(client));
    EXPECT_TRUE(refused(result_of(client), abi::kEcanceled, Detail::kCancelled));
  }
}

TEST_F(ThreadTest, ASuspendedReceiverIsNotSentTo) {
  start_receive(server);
  as_main();
  ASSERT_TRUE(handle(server).suspend());
  as(client);
  EXPECT_TRUE(
      refused(send(tag(0), world.machine.time().value), abi::kEtimedout, Detail::kTimedOut));
  as_main();
  ASSERT_TRUE(handle(server).resume());
  EXPECT_TRUE(refused(result_of(server), abi::kEcanceled, Detail::kCancelled));
  EXPECT_EQ(result_of(server).tag, 0u);
}

// The answer to a caller that is gone is dropped, and the server learns nothing.
TEST_F(ThreadTest, ASuspendedCallersAnswerIsDropped) {
  start_receive(server);
  start_call(client);
  as_main();
  ASSERT_TRUE(thread.suspend());
  reply_and_wait(server, kWords, 0, 6);
  as_main();
  ASSERT_TRUE(thread.resume());
  EXPECT_TRUE(refused(result_of(client), abi::kEcanceled, Detail::kCancelled));
  start_call(client);
  EXPECT_EQ(result_of(server).words, kWords) << "the next call is answered as any";
}

TEST_F(ThreadTest, AServerThatIsSuspendedKeepsItsCaller) {
  start_receive(server);
  start_call(client);
  as_main();
  ASSERT_TRUE(handle(server).suspend());
  world.let_all_run();
  EXPECT_EQ(client.thread->wait(), Wait::kAnswer);
  ASSERT_TRUE(handle(server).resume());
  reply_and_wait(server, kWords, 0, 6);
  EXPECT_EQ(result_of(client).words, kWords);
}

TEST_F(ThreadTest, AThreadSuspendsItself) {
  world.give(client, 3, thread.slot());
  as(client);
  EXPECT_TRUE(world.waits([] { (void)kernel::Thread(rt::Slot{3}).suspend(); }));
  EXPECT_EQ(client.thread->wait(), Wait::kSuspended);
  as_main();
  ASSERT_TRUE(thread.resume());
  EXPECT_EQ(result_of(client).status, 0);
  EXPECT_TRUE(runs(client));
}

TEST_F(ThreadTest, OnlyAThreadThatLives) {
  const auto fresh = world.make<kernel::Thread>();
  expect_refused(world, [&] { return fresh.suspend(); }, abi::kEbusy, Detail::kBadState);
  expect_refused(world, [&] { return fresh.resume(); }, abi::kEbusy, Detail::kBadState);
  ASSERT_TRUE(kernel::Task(rt::Slot{client.task_slot}).kill());
  expect_refused(world, [&] { return thread.suspend(); }, abi::kEbusy, Detail::kBadState);
  expect_refused(world, [&] { return thread.resume(); }, abi::kEbusy, Detail::kBadState);
  expect_refused(
      world, [&] { return thread.write(0, 0x2000, 0, 0, 0, 0, 0); }, abi::kEbusy,
      Detail::kBadState);
}

// Who reports a crash finds the registers as the fault left them.
TEST_F(ThreadTest, RegistersOfAThreadWhoseTaskHasEndedAreRead) {
  for (unsigned i = 0; i < 32; ++i) client.thread->frame.x[i] = 0x1000 + 2 * i;
  as(client);
  world.fault(13, 0xdead'beef);
  as_main();
  ASSERT_EQ(kernel::Task(rt::Slot{client.task_slot}).info()->state, abi::TaskState::kFaulted);
  for (std::uint8_t group = 0; group < 6; ++group) {
    const auto read = thread.read(group);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->r0, 0x1000u + 12 * group);
    EXPECT_EQ(read->r1, 0x1002u + 12 * group);
    EXPECT_EQ(read->r5, group < 5 ? 0x100a + 12 * group : 0u);
  }
}

TEST_F(ThreadTest, ASuspendedThreadsTaskEnds) {
  ASSERT_TRUE(thread.suspend());
  ASSERT_TRUE(kernel::Task(rt::Slot{client.task_slot}).kill());
  EXPECT_EQ(client.thread->wait(), Wait::kStopped);
  expect_refused(world, [&] { return thread.resume(); }, abi::kEbusy, Detail::kBadState);
}

TEST_F(ThreadTest, RegistersAreReadAndWritten) {
  ASSERT_TRUE(thread.suspend());
  for (unsigned i = 0; i < 32; ++i) client.thread->frame.x[i] = 0x1000 + 2 * i;
  for (std::uint8_t group = 0; group < 6; ++group) {
    const auto read = thread.read(group);
    ASSERT_TRUE(read);
    const std::uint64_t values[] = {read->r0, read->r1, read->r2, read->r3, read->r4, read->r5};
    for (unsigned i = 0; i < 6; ++i) {
      const unsigned x = group * 6u + i;
      EXPECT_EQ(values[i], x < 32 ? 0x1000 + 2 * x : 0) << "x" << x;
    }
  }
  ASSERT_TRUE(thread.write(0, 0x2000, 1, 2, 3, 4, 5));
  ASSERT_TRUE(thread.write(5, 30, 31, 0, 0, 0, 0));
  EXPECT_EQ(client.thread->frame.pc(), 0x2000u);
  EXPECT_EQ(client.thread->frame.x[5], 5u);
  EXPECT_EQ(client.thread->frame.x[6], 0x100cu) << "the next group is untouched";
  EXPECT_EQ(client.thread->frame.x[31], 31u);
  ASSERT_TRUE(thread.resume());
  EXPECT_TRUE(runs(client));
  EXPECT_EQ(client.thread->frame.x[30], 30u);
}

TEST_F(ThreadTest, RegistersThatDoNotFit) {
  ASSERT_TRUE(thread.suspend());
  expect_refused(
      world, [&] { return thread.write(0, 0x2001, 0, 0, 0, 0, 0); }, abi::kEinval,
      Detail::kBadAlignment, 2);
  for (std::uint64_t pc : {std::uint64_t{0}, abi::kUserLimit, ~std::uint64_t{1}}) {
    expect_refused(
        world, [&] { return thread.write(0, pc, 0, 0, 0, 0, 0); }, abi::kEinval, Detail::kBadRange,
        2);
  }
  expect_refused(
      world, [&] { return thread.write(5, 0, 0, 0, 0, 0, 1); }, abi::kEinval, Detail::kBadRange, 7);
}

TEST_F(ThreadTest, OnlyAThreadThatRests) {
  expect_refused(world, [&] { return thread.read(0); }, abi::kEbusy, Detail::kBadState);
  start_call(client);
  as_main();
  expect_refused(
      world, [&] { return thread.write(0, 0x2000, 0, 0, 0, 0, 0); }, abi::kEbusy,
      Detail::kBadState);
}

TEST_F(ThreadTest, AFreshThreadStartsWithWhatWasWritten) {
  const auto fresh = world.make<kernel::Thread>();
  ASSERT_TRUE(fresh.configure(kernel::Task(rt::Slot{client.task_slot})));
  ASSERT_TRUE(fresh.write(3, 18, 19, 20, 21, 22, 23));
  ASSERT_TRUE(fresh.start(0x3000, 0x4000, 7, 8));
  const auto& made = *reinterpret_cast<Thread*>(world.slot(fresh.slot().index).object());
  EXPECT_EQ(made.frame.x[18], 18u);
  EXPECT_EQ(made.frame.x[10], 7u);
  EXPECT_EQ(made.frame.x[24], 0u);
}

// A handler looks at the registers, mends what is wrong, and lets the thread go on.
TEST_F(ThreadTest, AHandlerRepairs) {
  world.give(server, 3, thread.slot());
  client.thread->started = false;
  ASSERT_TRUE(thread.handler(made));
  client.thread->started = true;
  client.thread->frame.pc() = 0x2000;
  client.thread->frame.x[10] = 0xbad;
  start_receive(server);
  as(client);
  world.fault(13, 0xbad);
  as(server);
  const kernel::Thread faulted(rt::Slot{3});
  ASSERT_EQ(faulted.read(1)->r4, 0xbadu);  // x10
  const auto group = *faulted.read(1);
  ASSERT_TRUE(faulted.write(1, group.r0, group.r1, group.r2, group.r3, 0x600d, group.r5));
  reply_and_wait(server, {static_cast<std::uint64_t>(service::FaultAction::kResume)}, 0, 1);
  EXPECT_EQ(client.thread->frame.x[10], 0x600du);
  EXPECT_EQ(client.thread->frame.pc(), 0x2000u);
  EXPECT_TRUE(runs(client));
}

// Suspended over its fault it faults anew when it is resumed.
TEST_F(ThreadTest, ASuspendedFaultHappensAgain) {
  client.thread->started = false;
  ASSERT_TRUE(thread.handler(made));
  client.thread->started = true;
  client.thread->frame.pc() = 0x2000;
  start_receive(server);
  as(client);
  world.fault(13, 0xbad);
  as_main();
  ASSERT_TRUE(thread.suspend());
  reply_and_wait(server, {static_cast<std::uint64_t>(service::FaultAction::kKill)}, 0, 1);
  as_main();
  EXPECT_EQ(kernel::Task(rt::Slot{client.task_slot}).info()->state, abi::TaskState::kRunning)
      << "an answer to nobody kills nobody";
  ASSERT_TRUE(thread.resume());
  EXPECT_EQ(client.thread->frame.pc(), 0x2000u);
  EXPECT_TRUE(runs(client));
}

class CancelSendsTest : public ThreadTest {
 protected:
  static constexpr std::uint64_t kOther = 5;
  CancelSendsTest() {
    for (int i = 0; i < 6; ++i) {
      senders.push_back(world.make_task());
      world.give(senders.back(), 2, made.slot(), kSend, i % 2 == 0 ? kBadge : kOther);
      start_call(senders.back());
    }
  }
  std::vector<Player> senders;
};

TEST_F(CancelSendsTest, ThoseOfABadge) {
  for (bool preempted : {false, true}) {
    as(server);
    world.interrupt_always(preempted);
    ASSERT_TRUE(endpoint.cancel_sends(preempted ? kOther : kBadge));
    world.interrupt_always(false);
    for (int i = 0; i < 6; ++i) {
      const bool cancelled = preempted || i % 2 == 0;
      EXPECT_EQ(result_of(senders[i]).back, cancelled) << i;
      if (cancelled) {
        EXPECT_TRUE(refused(result_of(senders[i]), abi::kEcanceled, Detail::kCancelled));
      }
    }
  }
  EXPECT_EQ(world.preemptions, 2) << "one for each but the last";
}

TEST_F(CancelSendsTest, TheOthersKeepTheirOrder) {
  as(server);
  ASSERT_TRUE(endpoint.cancel_sends(kOther));
  for (int i = 0; i < 6; i += 2) {
    ASSERT_TRUE(receive_now(server));
    EXPECT_EQ(senders[i].thread->wait(), Wait::kAnswer) << i;
  }
}

// Who is received, cancelled or dies while a cancellation is interrupted takes nobody else with it.
TEST_F(CancelSendsTest, TheQueueChangesInTheMiddle) {
  int step = 0;
  world.on_preempted = [&] {
    world.interrupt_always(false);
    world.act_as(world.main());
    // Before, at and after where it goes on.
    if (step < 3) {
      ASSERT_TRUE(kernel::Task(rt::Slot{senders[step * 2 + 1].task_slot}).kill());
    }
    ++step;
    world.act_as(*server.thread);
    world.interrupt_always(true);
  };
  as(server);
  world.interrupt_always(true);
  ASSERT_TRUE(endpoint.cancel_sends(kBadge));
  world.interrupt_always(false);
  world.on_preempted = nullptr;
  for (int i = 0; i < 6; i += 2) {
    EXPECT_TRUE(refused(result_of(senders[i]), abi::kEcanceled, Detail::kCancelled)) << i;
  }
}

TEST_F(CancelSendsTest, NobodyElseIsTouched) {
  as(server);
  ASSERT_TRUE(endpoint.cancel_sends(0x1234));
  for (const Player& sender : senders) EXPECT_EQ(sender.thread->wait(), Wait::kSending);
  ASSERT_TRUE(endpoint.cancel_sends(kBadge));
  ASSERT_TRUE(endpoint.cancel_sends(kOther));
  ASSERT_TRUE(endpoint.cancel_sends(kOther)) << "fine when nobody waits";
  start_receive(server);
  as(client);
  EXPECT_TRUE(refused(endpoint.cancel_sends(0), abi::kEperm, Detail::kBadRights));
  EXPECT_EQ(server.thread->wait(), Wait::kReceiving);
}

}  // namespace
}  // namespace tessera::testing
