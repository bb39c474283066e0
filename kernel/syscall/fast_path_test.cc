// The short way and the long way do the same: every bit of state, every register, on the same
// random calls (fast_path_walk.h). SEED and ROUNDS in the environment choose others, and more;
// VERBOSE tells what was tried.
#include "kernel/syscall/fast_path.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

#include "kernel/ipc/message.h"
#include "kernel/object/task.h"
#include "kernel/syscall/trap.h"
#include "kernel/testing/entry.h"
#include "kernel/testing/fast_path_walk.h"
#include "kernel/testing/ipc_fixture.h"

namespace tessera::testing {
namespace {

// Calls and answers that were made in both ways, of all walks.
constexpr std::uint64_t kRounds = 100'000;
constexpr std::uint64_t kStepsOfAWalk = 400;

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 0);
}

void add(const Tally& from, Tally& to) {
  to.rounds += from.rounds;
  to.taken += from.taken;
  to.donated += from.donated;
  to.badged += from.badged;
  to.on_the_second_hart += from.on_the_second_hart;
  for (std::size_t i = 0; i < kObstacles; ++i) to.met[i] += from.met[i];
  for (std::size_t i = 0; i < to.words.size(); ++i) to.words[i] += from.words[i];
  for (std::size_t i = 0; i < to.types.size(); ++i) to.types[i] += from.types[i];
  for (std::size_t i = 0; i < 4; ++i) {
    for (std::size_t j = 0; j < 4; ++j) to.classes[i][j] += from.classes[i][j];
  }
}

void tell(const char* name, const Tally& tally) {
  std::cout << name << ": " << tally.rounds << " rounds, " << tally.taken << " taken, "
            << tally.donated << " donated, " << tally.badged << " badged, "
            << tally.on_the_second_hart << " on the second hart\n  alone in the way:";
  for (const std::uint64_t each : tally.met) std::cout << ' ' << each;
  std::cout << "\n  words:";
  for (const std::uint64_t each : tally.words) std::cout << ' ' << each;
  std::cout << "\n  types:";
  for (const std::uint64_t each : tally.types) std::cout << ' ' << each;
  std::cout << "\n  classes:";
  for (const auto& row : tally.classes) {
    for (const std::uint64_t each : row) std::cout << ' ' << each;
    std::cout << ';';
  }
  std::cout << '\n';
}
void tell(const char* name, const Walk::Signals& of) {
  std::cout << name << ": " << of.rounds << " rounds, " << of.woken << " wake by the short way\n";
}
void add(const Walk::Signals& some, Walk::Signals& to) {
  to.rounds += some.rounds;
  to.woken += some.woken;
}

// What the walk met of each kind; well below what it does meet, so that a change of the kernel may
// change the walk, and no part of the test can go empty.
// Each thing that is in the way, by itself.
void expect_met(const Tally& tally, std::initializer_list<Obstacle> obstacles) {
  for (const Obstacle each : obstacles) {
    EXPECT_GE(tally.met[static_cast<std::size_t>(each)], tally.rounds / 1000)
        << "obstacle " << int(each);
  }
}

// Of each type of capability that travels, or is cleaned up, a part.
void expect_types(const Tally& tally, std::initializer_list<abi::ObjectType> types) {
  EXPECT_GE(tally.taken, tally.rounds / 50);
  for (const abi::ObjectType each : types) {
    EXPECT_GE(tally.types[std::to_underlying(each)], tally.taken / 10) << "type " << int(each);
  }
}

void expect_enough(const Tally& tally, std::initializer_list<Obstacle> obstacles) {
  const std::uint64_t many = tally.taken / 20;
  const std::uint64_t some = tally.rounds / 1000;
  EXPECT_GE(tally.taken, tally.rounds / 4) << "the short way is taken a quarter of the time";
  EXPECT_GE(tally.donated, many);
  EXPECT_GE(tally.taken - tally.donated, many);
  EXPECT_GE(tally.badged, many);
  EXPECT_GE(tally.taken - tally.badged, many);
  EXPECT_GE(tally.on_the_second_hart, many / 4);
  for (const std::uint64_t each : tally.words) EXPECT_GE(each, many);
  for (const auto& row : tally.classes) {
    for (const std::uint64_t each : row) EXPECT_GE(each, some);
  }
  expect_met(tally, obstacles);
  EXPECT_GE(tally.met[static_cast<std::size_t>(Obstacle::kSeveral)], many);
}

TEST(FastPathTest, DoesWhatTheLongWayDoes) {
  const std::uint64_t seed = from_environment("SEED", 1);
  const std::uint64_t rounds = from_environment("ROUNDS", kRounds);
  Tally calls;
  Tally answers;
  Tally faults;
  Walk::Signals signals;
  Walk::Signals interrupts;
  Tally carrying;
  Tally cleaning;
  std::uint64_t anothers_turns = 0;
  const auto taken = [&] { return calls.taken + answers.taken + carrying.taken + cleaning.taken; };
  for (std::uint64_t i = 0; taken() < rounds; ++i) {
    Walk walk(seed + i);
    for (std::uint64_t step = 0; step < kStepsOfAWalk && !walk.is_over(); ++step) {
      walk.step();
      ASSERT_EQ(walk.failure(), "") << "SEED=" << seed + i << ", step " << step;
    }
    ASSERT_TRUE(walk.is_over() || walk.rest_is_untouched()) << "SEED=" << seed + i;
    add(walk.calls, calls);
    add(walk.answers, answers);
    add(walk.faults, faults);
    add(walk.signals, signals);
    add(walk.interrupts, interrupts);
    add(walk.carrying, carrying);
    add(walk.cleaning, cleaning);
    anothers_turns += walk.anothers_turns;
  }
  if (std::getenv("VERBOSE") != nullptr) {
    tell("calls", calls);
    tell("answers", answers);
    tell("faults", faults);
    tell("signals", signals);
    tell("interrupts", interrupts);
    tell("carrying a capability", carrying);
    tell("cleaning one up", cleaning);
    std::cout << "not compared, since it was another's turn: " << anothers_turns << '\n';
  }
  if (rounds < kRounds) return;
  using enum Obstacle;
  expect_enough(calls, {kShape, kBuffer, kTag, kCapability, kNobody, kElsewhere, kDeadline,
                        kImportant, kRaised, kCrowd});
  expect_enough(answers, {kShape, kBuffer, kTag, kCapability, kNobody, kElsewhere, kDeadline,
                          kImportant, kFault, kSenders, kSignalled, kCrowd});
  EXPECT_GE(calls.met[static_cast<std::size_t>(kReceived)], calls.rounds / 2000);
  expect_met(faults, {kNobody, kElsewhere, kImportant, kRaised});
  using enum abi::ObjectType;
  expect_types(carrying, {kEndpoint, kNotification, kVmo});
  expect_types(cleaning, {kEndpoint, kNotification});
  EXPECT_GE(carrying.taken, rounds / 100);
  EXPECT_GE(cleaning.taken, rounds / 100);
  EXPECT_GE(faults.taken, faults.rounds / 50);
  EXPECT_GE(faults.taken, rounds / 1000);
  EXPECT_GE(signals.woken, rounds / 1000);
  EXPECT_GE(interrupts.woken, rounds / 1000);
  EXPECT_LE(anothers_turns, rounds / 25);
}

// What the walk comes to seldom, or never.
class PartnerTest : public IpcTest {
 protected:
  // Both have run on the hart.
  PartnerTest() {
    for (const Player& player : {client, server}) {
      as(player);
      EXPECT_TRUE(kernel::Self::now());
    }
  }
  // Somebody has begun to end the partner's task, and has not come to its thread.
  bool takes_short_way(const Player& player, const Player& partner, abi::SystemCall call) {
    as(player);
    EXPECT_TRUE(kernel::Self::now());  // it runs
    arch::Frame& frame = player.thread->frame;
    frame.x[ipc::kInvoked] = 2;
    frame.x[ipc::kAnswerShape] = 0;
    frame.x[ipc::kTag] = call == abi::SystemCall::kEndpointCall ? tag(0) : 0;
    frame.x[ipc::kNumber] = abi::word(call);
    partner.task->set_state(abi::TaskState::kKilled);
    const bool of_the_ended = take_short_way(world.hart);
    partner.task->set_state(abi::TaskState::kRunning);
    EXPECT_TRUE(of_the_ended || take_short_way(world.hart)) << "nothing else was in the way";
    return of_the_ended;
  }
};

TEST_F(PartnerTest, ACallToAnEndedOneGoesTheLongWay) {
  start_receive(server);
  EXPECT_FALSE(takes_short_way(client, server, abi::SystemCall::kEndpointCall));
}

TEST_F(PartnerTest, AnAnswerToAnEndedOneGoesTheLongWay) {
  start_receive(server);
  start_call(client);
  EXPECT_FALSE(takes_short_way(server, client, abi::SystemCall::kEndpointReplyReceive));
}

// A receiver that was moved while it waits lives on a hart where its task may never have been. That
// hart has translations of whoever had the ASID before, and is told of nothing that the task
// unmaps.
TEST_F(PartnerTest, ATaskThatIsNewToTheHart) {
  start_receive(server);
  Hart& second = state.harts[1];
  second.id = {1};
  ipi::online.set_bits(second.bit);
  world.checks = false;  // of threads on the way they know nothing
  world.act_as(world.main());
  for (const Player& player : {server, client}) {
    EXPECT_EQ(kernel::Thread(rt::Slot{player.thread_slot}).affinity(2), 2u);
  }
  world.machine.run_as(second);
  ASSERT_EQ(leave_kernel(second), &client.thread->frame) << "it came by mail";
  ASSERT_EQ(server.task->harts.peek() & 2, 0) << "it has been on the first hart only";
  arch::Frame& frame = client.thread->frame;
  frame.x[ipc::kInvoked] = 2;
  frame.x[ipc::kTag] = tag(0);
  frame.x[ipc::kNumber] = abi::word(abi::SystemCall::kEndpointCall);
  const bool taken = take_short_way(second);
  EXPECT_TRUE(!taken || (server.task->harts.peek() & 2) != 0);
  if (!taken) EXPECT_EQ(trap(second, kSystemCall, 0), &server.thread->frame);
  world.machine.run_as(world.hart);
}

}  // namespace
}  // namespace tessera::testing
