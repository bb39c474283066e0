// The timer's interrupt, wherever it comes: to a thread that knows each of its registers, and as an
// Alarm, to whoever waits for it.
#include <array>
#include <cstdint>

#include "idl/kernel/alarm.h"
#include "servers/contract/behaviour.h"
#include "servers/contract/raw.h"
#include "servers/contract/world.h"
#include "servers/runtime/try.h"

namespace tessera::contract {
namespace {

using kernel::Alarm;
using kernel::Notification;

constexpr std::uint8_t kSignal = rt::rights(Notification::Right::kSignal);
constexpr std::uint64_t kMicrosecond = 1'000;

constinit RawRegisters block{};
constinit Notification notification;

Alarm make_alarm(std::uint64_t badge) {
  const auto alarm = make<Alarm>();
  OK(alarm.bind(mint(notification, kSignal, badge)));
  return alarm;
}

// What raw_churn does, in C++.
void churn(std::array<std::uint64_t, 32>& x) {
  for (; x[kT6] != 0; --x[kT6]) {
    std::uint64_t before = x[kT5];
    for (unsigned i = 1; i <= kT5; ++i) {
      if (i == kTp) continue;
      x[i] += before;
      before = x[i];
    }
  }
}

constexpr unsigned kAlarms = 48;
constexpr std::uint64_t kAllBits = (std::uint64_t{1} << kAlarms) - 1;
// A clock's tick is 100 ns on QEMU; the loop is 30 instructions. Alarms that far apart come to
// other instructions of it each time, in all rounds together to each.
constexpr std::uint64_t kApart = 10 * kMicrosecond + 100;

// Sets registers, churns, and looks at them.
void churn_and_compare(std::uint64_t seed, std::uint64_t loops, auto before) {
  std::array<std::uint64_t, 32> due{};
  for (unsigned i = 1; i < 32; ++i) due[i] = block.in[i] = raw_value(i + seed);
  due[kT6] = block.in[kT6] = loops;
  churn(due);
  before();
  raw_churn(&block);
  for (unsigned i = 1; i < 32; ++i) {
    if (i != kTp) EXPECT(block.out[i] == due[i]);
  }
}

// Whether all alarms rang in the loop: none before it, all at its end.
bool ring_in_the_loop(const std::array<Alarm, kAlarms>& alarms, std::uint64_t round,
                      std::uint64_t loops) {
  bool early = false;
  churn_and_compare(round, loops, [&] {
    const std::uint64_t first = now() + kMillisecond + round * 100;
    for (unsigned i = 0; i < kAlarms; ++i) OK(alarms[i].set(first + i * kApart));
    early = notification.poll().has_value() || now() >= first;
  });
  for (const Alarm& alarm : alarms) OK(alarm.clear());
  const auto rang = notification.poll();
  return !early && rang && *rang == kAllBits;
}

// A thread whose every register depends on every other, while alarms ring: the end is as if there
// had been none. Nobody knows how quick the machine is: longer loops, until all rang in enough of
// them.
void any_instruction_may_be_interrupted() {
  constexpr std::uint64_t kRounds = 40;
  notification = make<Notification>();
  std::array<Alarm, kAlarms> alarms;
  for (unsigned i = 0; i < kAlarms; ++i) alarms[i] = make_alarm(std::uint64_t{1} << i);
  std::uint64_t loops = 50'000;
  std::uint64_t good = 0;
  for (std::uint64_t tried = 0; good < kRounds; ++tried) {
    EXPECT(tried < 20 * kRounds);
    if (ring_in_the_loop(alarms, good, loops)) {
      ++good;
    } else {
      loops += loops / 8;
    }
    if (loops > 2'000'000) loops = 50'000;
  }
}

// The same with a thread that the alarm wakes, and whose turn comes in between.
void the_woken_thread_spoils_nothing() {
  notification = make<Notification>();
  static volatile std::uint64_t woken;
  static constinit Alarm alarm;
  alarm = make_alarm(1);
  woken = 0;
  spawn([](std::uint64_t) {
    for (;;) {
      OK(alarm.set(now() + 50 * kMicrosecond));
      OK(notification.wait(abi::kNoDeadline));
      woken = woken + 1;
    }
  });
  for (int round = 0; woken < 5; ++round) {
    EXPECT(round < 1000);
    churn_and_compare(0, 200'000, [] {});
  }
}

// Whatever the deadline, between two ticks of the clock too.
void an_alarm_is_never_early() {
  notification = make<Notification>();
  const Alarm alarm = make_alarm(1);
  for (std::uint64_t i = 0; i < 200; ++i) {
    const std::uint64_t deadline = now() + i * 997;
    OK(alarm.set(deadline));
    EXPECT(OK(notification.wait(abi::kNoDeadline)) == 1);
    EXPECT(now() >= deadline);
  }
}

// The same for the kernel's own deadlines.
void a_deadline_is_never_early() {
  notification = make<Notification>();
  for (std::uint64_t i = 0; i < 200; ++i) {
    const std::uint64_t deadline = now() + i * 997;
    REFUSED(notification.wait(deadline), kTimedOut);
    EXPECT(now() >= deadline);
  }
}

// Each to its own waiter, in the order of the deadlines, not of the settings.
void alarms_wake_in_their_order() {
  static constinit std::array<Notification, 4> bells;
  static constinit std::array<std::uint64_t, 4> order{};
  static constinit std::uint64_t came;
  came = 0;
  std::array<Alarm, 4> alarms;
  for (std::uint64_t i = 0; i < 4; ++i) {
    bells[i] = make<Notification>();
    alarms[i] = make<Alarm>();
    OK(alarms[i].bind(bells[i]));
    spawn(
        [](std::uint64_t number) {
          OK(bells[number].wait(abi::kNoDeadline));
          order[came++] = number;
        },
        i);
  }
  settle();
  const std::uint64_t start = in_milliseconds(4);
  constexpr std::array<std::uint64_t, 4> kPlace = {2, 0, 3, 1};
  for (std::uint64_t i = 0; i < 4; ++i) OK(alarms[i].set(start + kPlace[i] * kMillisecond));
  in_time(start);
  const auto end = make<Notification>();
  REFUSED(end.wait(start + 5 * kMillisecond), kTimedOut);
  settle();
  in_time(start + 9 * kMillisecond);  // no slice has ended in between: it would change their turns
  EXPECT(came == 4);
  EXPECT(order == (std::array<std::uint64_t, 4>{1, 3, 0, 2}));
}

// Set again by the thread that it woke: a period.
void an_alarm_is_set_again_by_whom_it_wakes() {
  notification = make<Notification>();
  const Alarm alarm = make_alarm(1);
  std::uint64_t deadline = now();
  for (int i = 0; i < 50; ++i) {
    deadline += 100 * kMicrosecond;
    OK(alarm.set(deadline));
    EXPECT(OK(notification.wait(abi::kNoDeadline)) == 1);
    EXPECT(now() >= deadline);
    REFUSED(notification.poll(), kNothingToTake);
  }
}

// Whatever takes the deadline away: nothing comes.
void a_cancelled_alarm_never_fires() {
  notification = make<Notification>();
  const auto far = [] { return in_milliseconds(4); };
  const auto silent = [](std::uint64_t deadline) {
    in_time(deadline);
    REFUSED(notification.wait(deadline + kMillisecond), kTimedOut);
  };
  const Alarm cleared = make_alarm(1);
  std::uint64_t deadline = far();
  OK(cleared.set(deadline));
  OK(cleared.clear());
  silent(deadline);
  const Alarm deleted = make_alarm(2);
  deadline = far();
  OK(deleted.set(deadline));
  drop(deleted.slot());
  silent(deadline);
  // Cleared when it has fired already: what came stays.
  OK(cleared.set(0));
  OK(notification.wait(in_milliseconds(1000)));
  OK(cleared.set(0));
  OK(kernel::Self::yield());
  EXPECT(OK(notification.wait(in_milliseconds(1000))) == 1);
  OK(cleared.clear());
  REFUSED(notification.poll(), kNothingToTake);
}

// Memory that an armed alarm was in, or a thread that waited with a deadline, is somebody else's:
// the time comes, and nobody looks for them there.
void a_deadline_of_what_is_gone_touches_nothing() {
  const auto part = make<kernel::Untyped>(2 * kPage);
  const rt::Slot alarm = take_slot();
  const rt::Slot thread = take_slot();
  notification = make<Notification>();
  OK(part.retype(abi::ObjectType::kAlarm, 0, own(), alarm.index, 1));
  OK(part.retype(abi::ObjectType::kThread, 0, own(), thread.index, 1));
  static std::uint64_t deadline;
  static volatile bool is_gone;
  deadline = in_milliseconds(6);
  is_gone = false;
  OK(Alarm(alarm).bind(notification));
  OK(Alarm(alarm).set(deadline));
  void (*wait)() = [] {
    rt::ignore(notification.wait(deadline));
    if (!is_gone) in_time(deadline);
    fail("a destroyed thread ran", {}, Where::current());
  };
  OK(kernel::Thread(thread).configure(rt::start::task()));
  OK(kernel::Thread(thread).start(reinterpret_cast<std::uint64_t>(wait), spare_stack(), 0, 0));
  settle();
  revoke(part.slot());
  is_gone = true;
  in_time(deadline);
  const kernel::Vmo reused(take_slot());
  OK(part.retype(abi::ObjectType::kVmo, 2 * kPage, own(), reused.slot().index, 1));
  map(reused, kFree, kReadWrite);
  for (std::uint64_t at = 0; at < 2 * kPage; at += 8) word_at(kFree + at) = ~at;
  REFUSED(notification.wait(deadline + kMillisecond), kTimedOut);
  for (std::uint64_t at = 0; at < 2 * kPage; at += 8) EXPECT(word_at(kFree + at) == ~at);
}

// The first of several is cancelled, the next keeps its time; and one in between is put before
// them.
void the_others_keep_their_deadlines() {
  notification = make<Notification>();
  const std::array alarms = {make_alarm(1), make_alarm(2), make_alarm(4)};
  const std::uint64_t start = in_milliseconds(4);
  for (std::uint64_t i = 0; i < 3; ++i) OK(alarms[i].set(start + i * kMillisecond));
  OK(alarms[0].clear());
  OK(alarms[2].set(start));
  in_time(start);
  std::uint64_t seen = OK(notification.wait(abi::kNoDeadline));
  EXPECT(now() >= start && (seen & 4) != 0 && (seen & 1) == 0);
  while (seen != 6) seen |= OK(notification.wait(start + 1000 * kMillisecond));
  EXPECT(now() >= start + kMillisecond);
  REFUSED(notification.wait(start + 3 * kMillisecond), kTimedOut);
}

}  // namespace

std::span<const Behaviour> interrupt_behaviours() {
  static constexpr Behaviour kAll[] = {
      {"interrupt.any_instruction_may_be_interrupted", any_instruction_may_be_interrupted},
      {"interrupt.the_woken_thread_spoils_nothing", the_woken_thread_spoils_nothing},
      {"interrupt.an_alarm_is_never_early", an_alarm_is_never_early},
      {"interrupt.a_deadline_is_never_early", a_deadline_is_never_early},
      {"interrupt.alarms_wake_in_their_order", alarms_wake_in_their_order},
      {"interrupt.an_alarm_is_set_again_by_whom_it_wakes", an_alarm_is_set_again_by_whom_it_wakes},
      {"interrupt.a_cancelled_alarm_never_fires", a_cancelled_alarm_never_fires},
      {"interrupt.a_deadline_of_what_is_gone_touches_nothing",
       a_deadline_of_what_is_gone_touches_nothing},
      {"interrupt.the_others_keep_their_deadlines", the_others_keep_their_deadlines},
  };
  return kAll;
}

}  // namespace tessera::contract
