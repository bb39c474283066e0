// Faults: the handler is asked, or the task ends; nobody else is touched.
#include <gtest/gtest.h>

#include "idl/service/fault_handler.h"
#include "idl/service/fault_handler_message.h"
#include "kernel/testing/ipc_fixture.h"

namespace tessera::testing {
namespace {

using abi::Detail;
using abi::FaultCause;
using abi::TaskState;
using service::FaultAction;

struct Cause {
  std::uint64_t scause;
  FaultCause cause;
};
// RISC-V privileged 1.12, table 4.2.
constexpr Cause kCauses[] = {
    {0, FaultCause::kMisaligned},         {1, FaultCause::kExecuteFault},
    {2, FaultCause::kIllegalInstruction}, {3, FaultCause::kBreakpoint},
    {4, FaultCause::kMisaligned},         {5, FaultCause::kReadFault},
    {6, FaultCause::kMisaligned},         {7, FaultCause::kWriteFault},
    {12, FaultCause::kExecuteFault},      {13, FaultCause::kReadFault},
    {15, FaultCause::kWriteFault},
};

constexpr std::uint64_t kFaultAddress = 0xffff'ffff'dead'beef;

class FaultTest : public IpcTest {
 protected:
  FaultTest() { client.thread->frame.pc() = 0x2002; }
  auto info() {
    world.act_as(world.main());
    return *kernel::Task(rt::Slot{client.task_slot}).info();
  }
  void fault(std::uint64_t cause = 13, std::uint64_t address = kFaultAddress) {
    as(client);
    world.fault(cause, address);
  }
  // A client that has not started, with the server as its handler; then it runs.
  void with_handler() {
    world.act_as(world.main());
    std::uint32_t slot = world.fresh_slot();
    ASSERT_TRUE(kernel::CNode(World::kNode)
                    .mint(slot, kernel::CNode(World::kNode), made.slot().index, kSend, 0x99));
    client.thread->started = false;
    ASSERT_TRUE(
        kernel::Thread(rt::Slot{client.thread_slot}).handler(kernel::Endpoint(rt::Slot{slot})));
    client.thread->started = true;
  }
  void answer(std::uint64_t action, std::int32_t status = 0, std::uint32_t shape = 1) {
    reply_and_wait(server, {action}, status, shape);
  }
};

TEST(UnhandledFaultTest, ItsTaskEnds) {
  for (const Cause& cause : kCauses) {
    World fresh;
    Player victim = fresh.make_task();
    Player sibling = fresh.make_thread(victim);
    Player bystander = fresh.make_task();
    victim.thread->frame.pc() = 0x2002;
    fresh.act_as(*victim.thread);
    fresh.fault(cause.scause, kFaultAddress);
    EXPECT_EQ(victim.thread->wait(), Wait::kStopped);
    EXPECT_EQ(sibling.thread->wait(), Wait::kStopped);
    EXPECT_EQ(bystander.thread->wait(), Wait::kNone);
    fresh.act_as(fresh.main());
    auto info = kernel::Task(rt::Slot{victim.task_slot}).info();
    ASSERT_TRUE(info);
    EXPECT_EQ(info->state, TaskState::kFaulted);
    EXPECT_EQ(info->cause, cause.cause);
    EXPECT_EQ(info->status, static_cast<std::int32_t>(cause.cause));
    EXPECT_EQ(info->address, kFaultAddress);
    EXPECT_EQ(info->pc, 0x2002u);
    EXPECT_EQ(kernel::Task(rt::Slot{bystander.task_slot}).info()->state, TaskState::kRunning);
  }
}

TEST_F(FaultTest, TheSupervisorIsToldOnce) {
  auto notification = world.make<kernel::Notification>();
  world.act_as(world.main());
  ASSERT_TRUE(kernel::Task(rt::Slot{client.task_slot}).supervise(notification));
  fault();
  world.act_as(world.main());
  EXPECT_EQ(*notification.poll(), 1u);
  world.advance(100'000'000);
  EXPECT_FALSE(notification.poll());
}

TEST_F(FaultTest, TheEndOfAFaultingTaskIsPreempted) {
  for (int i = 0; i < 4; ++i) (void)world.make_thread(client);
  world.interrupt_always(true);
  fault();
  world.interrupt_always(false);
  EXPECT_EQ(client.thread->wait(), Wait::kStopped);
  EXPECT_TRUE(client.task->threads.empty());
  EXPECT_EQ(info().state, TaskState::kFaulted);
}

TEST(UnhandledFaultTest, AnUnknownSystemCallIsAFault) {
  for (std::uint64_t number : {std::uint64_t{0}, std::uint64_t{66}, std::uint64_t{200},
                               std::uint64_t{1} << 32 | 12, ~std::uint64_t{0}}) {
    World fresh;
    Player victim = fresh.make_task();
    victim.thread->frame.pc() = 0x2000;
    victim.thread->frame.x[17] = number;
    fresh.act_as(*victim.thread);
    EXPECT_FALSE(fresh.system_call());
    fresh.act_as(fresh.main());
    auto info = kernel::Task(rt::Slot{victim.task_slot}).info();
    EXPECT_EQ(info->state, TaskState::kFaulted);
    EXPECT_EQ(info->cause, FaultCause::kUnknownSystemCall);
    EXPECT_EQ(info->address, number);
    EXPECT_EQ(info->pc, 0x2000u) << "the ecall itself";
  }
}

// The handler is told all; the thread goes on with its registers untouched.
TEST_F(FaultTest, AHandlerResumes) {
  with_handler();
  client.task->identity = 0x1d;
  for (bool receiver_first : {true, false}) {
    for (unsigned i = 1; i < 32; ++i) client.thread->frame.x[i] = 0xabc0 + i;
    if (receiver_first) start_receive(server);
    fault();
    EXPECT_NE(client.thread->wait(), Wait::kNone);
    if (!receiver_first) EXPECT_TRUE(receive_now(server));
    Outcome message = result_of(server);
    EXPECT_EQ(message.tag, service::FaultHandler::kFaultTag);
    EXPECT_EQ(message.badge, 0x99u);
    EXPECT_EQ(message.identity, 0x1du);
    EXPECT_EQ(message.info, 1u | abi::kInfoAnswerDue);
    EXPECT_EQ(message.words,
              (Words{static_cast<std::uint64_t>(FaultCause::kReadFault), kFaultAddress, 0x2002}))
        << "and nothing of its registers";
    answer(static_cast<std::uint64_t>(FaultAction::kResume));
    EXPECT_EQ(client.thread->wait(), Wait::kNone);
    EXPECT_EQ(client.thread->frame.pc(), 0x2002u);
    for (unsigned i = 1; i < 32; ++i) EXPECT_EQ(client.thread->frame.x[i], 0xabc0 + i);
    as(client);
    EXPECT_TRUE(send(tag(0))) << "it runs";
    client.thread->frame.pc() = 0x2002;
  }
}

TEST_F(FaultTest, AnythingButResumeKills) {
  struct {
    std::uint64_t action;
    std::int32_t status;
  } const kAnswers[] = {{static_cast<std::uint64_t>(FaultAction::kKill), 0},
                        {2, 0},
                        {~std::uint64_t{0}, 0},
                        {0, 1},
                        {0, -5}};
  for (const auto& given : kAnswers) {
    Player victim = world.make_task();
    std::swap(victim, client);
    with_handler();
    client.thread->frame.pc() = 0x2002;
    start_receive(server);
    fault();
    answer(given.action, given.status);
    EXPECT_EQ(client.thread->wait(), Wait::kStopped);
    EXPECT_EQ(info().state, TaskState::kFaulted);
    EXPECT_EQ(info().cause, FaultCause::kReadFault);
    EXPECT_EQ(info().address, kFaultAddress);
    EXPECT_EQ(info().pc, 0x2002u);
    std::swap(victim, client);
    as(client);
    EXPECT_TRUE(send(tag(0)));
  }
}

// An answer of another shape is no answer to a fault, whatever its registers have.
TEST_F(FaultTest, AnAnswerWithoutItsWordKills) {
  for (std::uint32_t shape : {0u, 2u, 1u | 1u << abi::kTagCapabilitiesShift}) {
    Player victim = world.make_task();
    std::swap(victim, client);
    with_handler();
    start_receive(server);
    fault();
    as(server);
    ASSERT_TRUE(world.waits([&] {
      (void)endpoint.reply_receive_with(static_cast<std::uint64_t>(FaultAction::kResume), 0, 0, 0,
                                        0, 0, 0, shape, shape >> abi::kTagCapabilitiesShift, 0, 0,
                                        kForever);
    }));
    EXPECT_EQ(info().state, TaskState::kFaulted) << shape;
    std::swap(victim, client);
    world.act_as(world.main());
    ASSERT_TRUE(kernel::Thread(rt::Slot{server.thread_slot}).suspend());
    ASSERT_TRUE(kernel::Thread(rt::Slot{server.thread_slot}).resume());
  }
}

// What a thread has received is deleted when it calls or receives next; to fault is neither.
TEST_F(FaultTest, AFaultKeepsWhatWasReceived) {
  std::swap(client, server);
  with_handler();
  std::swap(client, server);
  auto handler = world.make_task();
  world.give(handler, 2, made.slot(), kReceive, 0);
  give_item(client);
  set_window(server);
  start_receive(server);
  as(client);
  ASSERT_TRUE(send(tag(0, 1), kForever, kItem));
  ASSERT_EQ(type_at(server, kWindow), abi::ObjectType::kNotification);
  start_receive(handler);
  as(server);
  world.fault(13, kFaultAddress);
  reply_and_wait(handler, {static_cast<std::uint64_t>(FaultAction::kResume)}, 0, 1);
  EXPECT_EQ(type_at(server, kWindow), abi::ObjectType::kNotification);
}

TEST_F(FaultTest, AHandlerThatDiesKills) {
  with_handler();
  start_receive(server);
  fault();
  world.act_as(world.main());
  ASSERT_TRUE(kernel::Task(rt::Slot{server.task_slot}).kill());
  world.let_all_run();
  EXPECT_EQ(client.thread->wait(), Wait::kStopped);
  EXPECT_EQ(info().state, TaskState::kFaulted);
}

TEST_F(FaultTest, AHandlerThatDoesNotAnswerKills) {
  with_handler();
  fault();
  ASSERT_TRUE(receive_now(server));
  start_receive(server);
  world.let_all_run();
  EXPECT_EQ(client.thread->wait(), Wait::kStopped);
  EXPECT_EQ(info().cause, FaultCause::kReadFault);
}

TEST_F(FaultTest, AHandlersEndpointThatDiesKills) {
  with_handler();
  fault();
  EXPECT_EQ(client.thread->wait(), Wait::kSending);
  world.act_as(world.main());
  ASSERT_TRUE(kernel::CNode(World::kNode).revoke(made.slot().index));
  EXPECT_EQ(client.thread->wait(), Wait::kSending) << "the endpoint lives on";
  ASSERT_TRUE(kernel::CNode(World::kNode).delete_(made.slot().index));
  world.let_all_run();
  EXPECT_EQ(client.thread->wait(), Wait::kStopped);
  EXPECT_EQ(info().state, TaskState::kFaulted);
}

TEST_F(FaultTest, AHandlerThatWasRevokedIsNone) {
  with_handler();
  world.act_as(world.main());
  ASSERT_TRUE(kernel::CNode(World::kNode).revoke(made.slot().index));
  fault();
  EXPECT_EQ(info().state, TaskState::kFaulted);
}

TEST_F(FaultTest, AKeptFaultIsAnsweredLater) {
  with_handler();
  server.cspace->slot(25)->take(world.slot(world.make<kernel::Reply>().slot().index));
  fault();
  ASSERT_TRUE(receive_now(server));
  ASSERT_TRUE(kernel::Reply(rt::Slot{25}).keep());
  start_receive(server);
  EXPECT_EQ(client.thread->wait(), Wait::kAnswer);
  as(client);
  Player other = world.make_task();
  world.give(other, 2, made.slot(), kSend, 0);
  as(other);
  ASSERT_TRUE(send(tag(0)));
  as(server);
  ASSERT_TRUE(kernel::Reply(rt::Slot{25}).send(0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0));
  EXPECT_EQ(client.thread->wait(), Wait::kNone);
}

TEST_F(FaultTest, TheHandlerIsSetOnceBeforeTheStart) {
  world.act_as(world.main());
  const kernel::Thread running(rt::Slot{client.thread_slot});
  expect_refused(world, [&] { return running.handler(made); }, abi::kEbusy, Detail::kBadState);
  kernel::Thread fresh = world.make<kernel::Thread>();
  ASSERT_TRUE(kernel::CNode(World::kNode)
                  .mint(300, kernel::CNode(World::kNode), made.slot().index, kReceive, 0));
  expect_refused(
      world, [&] { return fresh.handler(kernel::Endpoint(rt::Slot{300})); }, abi::kEperm,
      Detail::kBadRights, 1);
  ASSERT_TRUE(fresh.handler(made));
  expect_refused(world, [&] { return fresh.handler(made); }, abi::kEbusy, Detail::kBadState);
}

}  // namespace
}  // namespace tessera::testing
