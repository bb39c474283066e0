// The lower classes' share of a hart on which a higher one is always busy: when it comes, and how
// long it is.
#include <array>
#include <cstdint>

#include "idl/kernel/alarm.h"
#include "servers/contract/authority.h"
#include "servers/contract/behaviour.h"
#include "servers/contract/events.h"
#include "servers/contract/messages.h"
#include "servers/contract/world.h"
#include "servers/runtime/exit.h"

namespace tessera::contract {
namespace {

using kernel::Alarm;
using kernel::Endpoint;
using kernel::Notification;
using kernel::Self;

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

// --- Every hart is busy at the highest class

constexpr std::uint64_t kHarts = 8;

// A hart's busy thread. Several harts share what machine there is, and one may stand still for
// longer than anybody promises; so what counts is when this one last ran while another should have.
struct Busy {
  volatile std::uint64_t ran = 0;
  // Nobody waits for it: with --icount, one hart has the machine until a timer is due.
  Alarm alarm;
  std::uint64_t due = 0;
};
constinit Busy busy[kHarts];
constexpr std::uint64_t kTick = 100'000;

void turn(Busy& hart) {
  const std::uint64_t time = now();
  hart.ran = time;
  if (!options.icount || time < hart.due) return;
  hart.due = time + kTick;
  OK(hart.alarm.set(hart.due));
}

// Only then does each visit count. A host with much to do is late with timers, and so are harts
// that have the machine in turn; some visit is in time.
bool is_exact() { return options.icount && options.harts == 1; }

bool exists(std::uint64_t hart) { return (options.harts >> hart & 1) != 0; }
void move_to(std::uint64_t harts) { OK(Self::affinity(static_cast<std::uint32_t>(harts))); }

void never_give_way(std::uint64_t hart) {
  move_to(std::uint64_t{1} << hart);
  EXPECT(own_class() == abi::QosClass::kPerfBurst);
  for (;;) turn(busy[hart]);
}

// How long a hart's busy one ran on while the idle one was ready there: what counts of some visits.
volatile std::uint64_t ran_on[kHarts];
volatile bool was_everywhere = false;

// Goes to each hart, and is ready there at a moment that it knows. It may run on any.
void run_on_each_hart(std::uint64_t) {
  constexpr std::uint64_t kVisits = 4;
  lower_oneself();
  const auto never = make<Notification>();
  for (std::uint64_t visit = 0; visit < kVisits * kHarts; ++visit) {
    const std::uint64_t hart = visit % kHarts;
    if (!exists(hart)) continue;
    move_to(std::uint64_t{1} << hart);
    move_to(options.harts);
    const std::uint64_t ready = now() + kMillisecond;
    REFUSED(never.wait(ready), kTimedOut);
    const std::uint64_t last = busy[hart].ran;
    const std::uint64_t time = last > ready ? last - ready : 1;
    const bool counts = is_exact() ? time > ran_on[hart] : time < ran_on[hart];
    if (counts || ran_on[hart] == 0) ran_on[hart] = time;
  }
  was_everywhere = true;
}

void an_idle_one_runs_though_every_hart_is_busy() {
  set_by_authority(rt::start::task().slot(), abi::QosClass::kPerfBurst);
  for (std::uint64_t hart = 0; hart < kHarts; ++hart) {
    if (!exists(hart)) continue;
    busy[hart].alarm = make<Alarm>();
    OK(busy[hart].alarm.bind(make<Notification>()));
    if (hart != 0) spawn(never_give_way, hart);
  }
  spawn(run_on_each_hart);
  // This one is the busy one of hart 0. Nobody is waited for: that would give way.
  EXPECT(own_class() == abi::QosClass::kPerfBurst);
  const std::uint64_t from = now();
  while (!was_everywhere) {
    turn(busy[0]);
    EXPECT(busy[0].ran - from < 400 * abi::kShareWithin);
  }
  for (std::uint64_t hart = 0; hart < kHarts; ++hart) {
    if (!exists(hart)) continue;
    EXPECT(ran_on[hart] != 0);
    if (ran_on[hart] > abi::kShareWithin && !is_exact()) rt::exit(kTooLate);
    EXPECT(ran_on[hart] <= abi::kShareWithin);
  }
}

}  // namespace

std::span<const Behaviour> share_behaviours() {
  static constexpr Behaviour kAll[] = {
      {"share.the_lowest_runs_within_the_promised_time", the_lowest_runs_within_the_promised_time},
      {"share.each_of_a_class_has_its_turn", each_of_a_class_has_its_turn},
      {"share.calls_for_ever_do_not_keep_it", calls_for_ever_do_not_keep_it},
      {"share.an_idle_one_runs_though_every_hart_is_busy",
       an_idle_one_runs_though_every_hart_is_busy},
  };
  return kAll;
}

}  // namespace tessera::contract
