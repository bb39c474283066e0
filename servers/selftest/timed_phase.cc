#include "servers/selftest/timed_phase.h"

#include <array>
#include <cstdint>

#include "idl/abi.h"
#include "idl/kernel/notification.h"
#include "idl/kernel/self.h"
#include "idl/service/timed_client.h"
#include "servers/runtime/slots.h"
#include "servers/selftest/layout.h"

namespace tessera::selftest {
namespace {

using service::TimedClient;
using service::TimedStatus;
using service::TimerClass;

constexpr TimedClient kTimed(rt::start::timed());

// The task's own Notification, and two signals on it that can be told apart.
constexpr kernel::Notification kWoken(kTimedSlots);
constexpr kernel::Notification kFirst(rt::Slot{kTimedSlots.index + 1});
constexpr kernel::Notification kSecond(rt::Slot{kTimedSlots.index + 2});
constexpr std::uint64_t kFirstBit = 1;
constexpr std::uint64_t kSecondBit = 2;

constexpr std::uint64_t kMillisecond = 1'000'000;
constexpr std::uint64_t kOneSecond = 1000 * kMillisecond;
constexpr std::uint64_t kHour = 3600 * kOneSecond;
constexpr std::uint64_t kGiveUpAfter = 10 * kOneSecond;

constexpr std::uint64_t rounded_up(std::uint64_t deadline) {
  return (deadline + service::kWindowNormal - 1) / service::kWindowNormal * service::kWindowNormal;
}

Result<std::uint64_t> now() { return must("read the clock", kernel::Self::now()); }

Result<void> prepare() {
  const kernel::CNode own = rt::start::cnode();
  constexpr std::uint8_t kSignal = rt::rights(kernel::Notification::Right::kSignal);
  const std::uint32_t woken = kWoken.slot().index;
  RT_TRY(must("make a notification",
              rt::start::memory().retype(abi::ObjectType::kNotification, 0, own, woken, 1)));
  RT_TRY(must("mint a signal", own.mint(kFirst.slot().index, own, woken, kSignal, kFirstBit)));
  return must("mint a signal", own.mint(kSecond.slot().index, own, woken, kSignal, kSecondBit));
}

// Waits until all of `bits` have come.
Result<void> wait_for(std::uint64_t bits) {
  RT_TRY_ASSIGN(const std::uint64_t start, now());
  std::uint64_t seen = 0;
  while ((seen & bits) != bits) {
    RT_TRY_ASSIGN(const std::uint64_t came,
                  must("a timer did not fire", kWoken.wait(start + kGiveUpAfter)));
    seen |= came;
  }
  return require(seen == bits, "another timer fired");
}

Result<service::Timed::RegisterResult> register_timer(std::uint64_t deadline,
                                                      TimerClass wanted = TimerClass::kSender) {
  return must("register a timer", kTimed.register_(deadline, wanted, kFirst));
}

Result<void> rounds_up() {
  RT_TRY_ASSIGN(const auto up, register_timer(10'000'001));
  RT_TRY(require(up.coalesced_deadline == 12'000'000, "10000001 did not become 12000000"));
  RT_TRY(wait_for(kFirstBit));
  RT_TRY_ASSIGN(const auto stays, register_timer(12'000'000));
  RT_TRY(require(stays.coalesced_deadline == 12'000'000, "12000000 did not stay"));
  RT_TRY(wait_for(kFirstBit));
  RT_TRY_ASSIGN(const auto coarser, register_timer(10'000'001, TimerClass::kIdle));
  RT_TRY(require(coarser.coalesced_deadline == 16'000'000, "idle is not coarser"));
  RT_TRY(wait_for(kFirstBit));
  RT_TRY_ASSIGN(const auto finer, register_timer(10'000'001, TimerClass::kPerfBurst));
  RT_TRY(require(finer.coalesced_deadline == 12'000'000, "perfBurst was granted"));
  RT_TRY(wait_for(kFirstBit));
  return require(up.id != stays.id, "an id was given twice");
}

Result<void> fires_not_before() {
  RT_TRY_ASSIGN(const std::uint64_t start, now());
  const std::uint64_t deadline = start + 20 * kMillisecond + 1;
  RT_TRY_ASSIGN(const auto timer, register_timer(deadline));
  RT_TRY(require(timer.coalesced_deadline == rounded_up(deadline), "the window is another"));
  RT_TRY(wait_for(kFirstBit));
  RT_TRY_ASSIGN(const std::uint64_t woken, now());
  return require(woken >= timer.coalesced_deadline, "a timer fired too early");
}

// Both are in the window that ends at `end`; whether they were registered in time.
Result<bool> two_in_a_window(std::uint64_t end) {
  RT_TRY_ASSIGN(const auto before, must("ask for the statistics", kTimed.statistics()));
  RT_TRY_ASSIGN(const auto first,
                must("register", kTimed.register_(end - 2, TimerClass::kSender, kFirst)));
  RT_TRY_ASSIGN(const auto second,
                must("register", kTimed.register_(end - 1, TimerClass::kSender, kSecond)));
  RT_TRY_ASSIGN(const std::uint64_t registered, now());
  RT_TRY(require(first.coalesced_deadline == end && second.coalesced_deadline == end,
                 "two timers of a window were rounded differently"));
  RT_TRY(wait_for(kFirstBit | kSecondBit));
  RT_TRY_ASSIGN(const auto after, must("ask for the statistics", kTimed.statistics()));
  RT_TRY(require(after.registrations == before.registrations + 2, "registrations miscounted"));
  RT_TRY(require(after.fired == before.fired + 2, "fired timers miscounted"));
  if (registered >= end) return false;
  RT_TRY(require(after.wake_ups == before.wake_ups + 1, "two timers, more than one wake-up"));
  return true;
}

// Nothing keeps the machine from being late, so a late try is tried again.
Result<void> shares_a_wake_up() {
  for (std::uint64_t wait = 20; wait <= 1280; wait *= 4) {
    RT_TRY_ASSIGN(const std::uint64_t start, now());
    RT_TRY_ASSIGN(const bool in_time, two_in_a_window(rounded_up(start + wait * kMillisecond)));
    if (in_time) return {};
  }
  return require(false, "never in time to register two timers");
}

// As many as it may have, of class idle, all in the window before `end`. False: it was too late to
// tell; then all have fired.
Result<bool> a_window_full(std::uint64_t end) {
  constexpr std::uint32_t kMany = service::kMaxTimersPerOwner;
  RT_TRY_ASSIGN(const auto before, must("ask for the statistics", kTimed.statistics()));
  for (std::uint32_t i = 0; i < kMany; ++i) {
    const std::uint64_t deadline = end - i * (service::kWindowIdle / kMany);
    RT_TRY_ASSIGN(const auto timer, register_timer(deadline, TimerClass::kIdle));
    RT_TRY(require(timer.coalesced_deadline == end, "idle timers of a window are apart"));
  }
  RT_TRY_ASSIGN(const std::uint64_t registered, now());
  RT_TRY(wait_for(kFirstBit));
  RT_TRY_ASSIGN(const std::uint64_t woken, now());
  RT_TRY(require(woken >= end, "an idle timer fired early"));
  if (registered >= end) {
    // Some fire one by one.
    RT_TRY(must("sleep", kTimed.sleep_until(woken + 20 * kMillisecond, TimerClass::kSender)));
    rt::ignore(kWoken.poll());  // fine if all had fired
    return false;
  }
  RT_TRY_ASSIGN(const auto after, must("ask for the statistics", kTimed.statistics()));
  RT_TRY(require(after.fired == before.fired + kMany, "not all idle timers fired"));
  RT_TRY(require(after.wake_ups == before.wake_ups + 1, "idle timers, more than one wake-up"));
  return true;
}

Result<void> idle_timers_share_a_wake_up() {
  for (std::uint64_t wait = 40; wait <= 2560; wait *= 4) {
    RT_TRY_ASSIGN(const std::uint64_t start, now());
    const std::uint64_t window = (start + wait * kMillisecond) / service::kWindowIdle + 1;
    RT_TRY_ASSIGN(const bool in_time, a_window_full(window * service::kWindowIdle));
    if (in_time) return {};
  }
  return require(false, "never in time to register as many timers");
}

Result<void> cancels() {
  RT_TRY_ASSIGN(const std::uint64_t start, now());
  RT_TRY_ASSIGN(const auto timer, register_timer(start + kHour));
  RT_TRY(refused("cancelled a timer that is not", kTimed.cancel(timer.id + service::kMaxTimers),
                 TimedStatus::kNotFound));
  RT_TRY(refused("cancelled id 0", kTimed.cancel(0), TimedStatus::kNotFound));
  RT_TRY(must("cancel a timer", kTimed.cancel(timer.id)));
  return refused("cancelled a timer twice", kTimed.cancel(timer.id), TimedStatus::kNotFound);
}

Result<void> refuses_bad_values() {
  RT_TRY(refused("took a deadline that overflows",
                 kTimed.register_(abi::kNoDeadline - 1, TimerClass::kSender, kFirst),
                 TimedStatus::kInvalidArgs));
  // That it is no class is the point. NOLINTNEXTLINE(clang-analyzer-optin.core.EnumCastOutOfRange)
  constexpr auto kNoClass = static_cast<TimerClass>(9);
  RT_TRY(refused("took a class that is none", kTimed.register_(0, kNoClass, kFirst),
                 TimedStatus::kInvalidArgs));
  const kernel::Notification not_one(rt::start::cnode().slot());
  return refused("took a CNode for a notification",
                 kTimed.register_(0, TimerClass::kSender, not_one), TimedStatus::kMalformed);
}

Result<void> keeps_the_limit() {
  RT_TRY_ASSIGN(const std::uint64_t start, now());
  std::array<std::uint64_t, service::kMaxTimersPerOwner> ids{};
  for (std::uint64_t& id : ids) {
    RT_TRY_ASSIGN(const auto timer, register_timer(start + kHour));
    id = timer.id;
  }
  RT_TRY(refused("took one timer too many",
                 kTimed.register_(start + kHour, TimerClass::kSender, kFirst),
                 TimedStatus::kOverLimit));
  for (const std::uint64_t id : ids) RT_TRY(must("cancel a timer", kTimed.cancel(id)));
  return {};
}

Result<void> sleeps() {
  RT_TRY_ASSIGN(const std::uint64_t start, now());
  const std::uint64_t deadline = start + 10 * kMillisecond;
  RT_TRY_ASSIGN(const std::uint64_t woke_at,
                must("sleep", kTimed.sleep_until(deadline, TimerClass::kSender)));
  RT_TRY_ASSIGN(const std::uint64_t end, now());
  RT_TRY(require(woke_at >= rounded_up(deadline), "woke too early"));
  return require(end >= woke_at, "woke at a time that has not come");
}

// A caller that gives up leaves a reply right behind that answers nobody; timed goes on.
Result<void> a_sleeper_may_give_up() {
  RT_TRY_ASSIGN(const std::uint64_t start, now());
  RT_TRY(refused("slept on past the call's deadline",
                 kTimed.sleep_until_until(start + kMillisecond, start + 40 * kMillisecond,
                                          TimerClass::kSender),
                 abi::kEtimedout));
  RT_TRY(must("ask while another sleeps", kTimed.statistics()));
  RT_TRY(
      must("sleep behind it", kTimed.sleep_until(start + 60 * kMillisecond, TimerClass::kSender)));
  return sleeps();
}

}  // namespace

Result<void> timed_coalesce() {
  RT_TRY(prepare());
  RT_TRY(rounds_up());
  RT_TRY(fires_not_before());
  RT_TRY(shares_a_wake_up());
  RT_TRY(idle_timers_share_a_wake_up());
  RT_TRY(cancels());
  RT_TRY(refuses_bad_values());
  RT_TRY(keeps_the_limit());
  RT_TRY(sleeps());
  return a_sleeper_may_give_up();
}

}  // namespace tessera::selftest
