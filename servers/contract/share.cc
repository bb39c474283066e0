// The lower classes' share of a hart on which a higher one is always busy: when it comes, and how
// long it is.
#include <array>
#include <cstdint>

#include "servers/contract/behaviour.h"
#include "servers/contract/events.h"
#include "servers/contract/messages.h"
#include "servers/contract/world.h"
#include "servers/runtime/exit.h"

namespace tessera::contract {
namespace {

using kernel::Endpoint;

constexpr std::uint64_t kWorkers = 3;

// When each low worker began to run, the first to the last; 0: it has not.
volatile std::uint64_t began[kWorkers];
volatile std::uint64_t ran_until = 0;  // the one that ran last
volatile bool stop = false;

void spin_low(std::uint64_t number) {
  lower_oneself();
  if (began[number] == 0) began[number] = now();
  while (!stop) ran_until = now();
}
// Ready, and low, the one after the other.
std::array<Worker, kWorkers> start_low(std::uint64_t count) {
  stop = false;
  for (auto& each : began) each = 0;
  std::array<Worker, kWorkers> workers;
  for (std::uint64_t i = 0; i < count; ++i) workers[i] = spawn(spin_low, i);
  settle();  // each has lowered itself
  return workers;
}
void end(const std::array<Worker, kWorkers>& workers, std::uint64_t count) {
  stop = true;
  for (std::uint64_t i = 0; i < count; ++i) workers[i].join();
}

// Where time is the host's, whoever comes late came late because the machine stood still; where it
// is exact, nobody does.
void within(std::uint64_t time, std::uint64_t limit) {
  if (time > limit && !options.icount) rt::exit(kTooLate);
  EXPECT(time <= limit);
}

void the_lowest_runs_within_the_promised_time() {
  const auto workers = start_low(1);
  const std::uint64_t from = now();
  while (began[0] == 0) EXPECT(now() - from < 100 * abi::kShareWithin);
  const std::uint64_t time = ran_until - began[0];
  within(began[0] - from, abi::kShareWithin);
  // It sees a little less than the whole of its turn.
  constexpr std::uint64_t kSeen = abi::kShareTurn - abi::kShareTurn / 20;
  if (options.icount) EXPECT(time >= kSeen && time <= abi::kShareTurn);
  end(workers, 1);
}

void each_of_a_class_has_its_turn() {
  const auto workers = start_low(kWorkers);
  const std::uint64_t from = now();
  while (began[kWorkers - 1] == 0) EXPECT(now() - from < 100 * abi::kShareWithin);
  for (std::uint64_t i = 0; i < kWorkers; ++i) {
    within(began[i] - from, (i + 1) * abi::kShareWithin);
    if (i > 0) EXPECT(began[i] > began[i - 1]);
  }
  end(workers, kWorkers);
}

// Two that call each other for ever, the short way.
void calls_for_ever_do_not_keep_it() {
  static constinit Endpoint endpoint;
  endpoint = make<Endpoint>();
  spawn([](std::uint64_t) {
    OK(endpoint.receive(abi::kNoDeadline));
    for (;;) OK(endpoint.reply_receive(0, 0, 0, 0, 0, 0, 0, shape(0)));
  });
  const auto workers = start_low(1);
  const std::uint64_t from = now();
  for (std::uint64_t calls = 0; began[0] == 0; ++calls) {
    OK(call(endpoint, 1));
    if (calls % 1000 == 0) EXPECT(now() - from < 100 * abi::kShareWithin);
  }
  within(began[0] - from, abi::kShareWithin);
  end(workers, 1);
}

}  // namespace

std::span<const Behaviour> share_behaviours() {
  static constexpr Behaviour kAll[] = {
      {"share.the_lowest_runs_within_the_promised_time", the_lowest_runs_within_the_promised_time},
      {"share.each_of_a_class_has_its_turn", each_of_a_class_has_its_turn},
      {"share.calls_for_ever_do_not_keep_it", calls_for_ever_do_not_keep_it},
  };
  return kAll;
}

}  // namespace tessera::contract
