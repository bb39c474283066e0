// timers: goes to each limit of timed. As many timers as an owner may have, and ten thousand more;
// ten thousand in the past; all at one time, again and again; at the end of time; and cancelled
// while they fire. Then others have all that there may be, and it is refused. Exits 0 when timed
// counted each exactly once.
#include <cstdint>
#include <optional>
#include <string_view>

#include "bootimage/limits/limits.h"
#include "servers/runtime/start.h"
#include "servers/runtime/time.h"
#include "servers/runtime/try.h"

namespace tessera::limits {
namespace {

constinit Ids ids{};

// As many as it may have.
bool fill(std::uint64_t deadline) {
  for (std::uint64_t& id : ids) {
    const auto timer = ask(deadline);
    if (!timer) return failed("a timer was refused");
    id = timer->id;
  }
  return true;
}

// Each timer that fires signals, and ends a wait.
void sleep_until(std::uint64_t time) {
  while (rt::now() < time) rt::ignore(rt::start::timer().wait(time));
}

// Waits until so many have fired since `before`, and sees that no more do.
bool fired_since(std::uint64_t before, std::uint64_t count) {
  rt::wait_until(kPatience, [&] { return statistics().fired - before >= count; });
  sleep_until(rt::now() + 2 * service::kWindowNormal);
  return statistics().fired - before == count || failed("not each fired once");
}

bool has_no_more_than_its_own() {
  const auto before = statistics();
  for (const std::uint64_t late : {kEndOfTime + 1, abi::kNoDeadline - 1, abi::kNoDeadline}) {
    if (!is_refused(late, Status::kInvalidArgs)) return failed("a time behind the end");
  }
  if (!fill(kEndOfTime)) return false;
  for (std::uint32_t i = 0; i < kMany; ++i) {
    if (!is_refused(kEndOfTime, Status::kOverLimit)) return failed("one more than it may have");
  }
  for (const std::uint64_t id : ids) {
    if (!kTimed.cancel(id)) return failed("a timer that cannot fire is gone");
    const auto again = kTimed.cancel(id);
    if (again || again.error() != Status::kNotFound) return failed("it was cancelled twice");
  }
  const auto after = statistics();
  if (after.registrations - before.registrations != kMost) return failed("not each was counted");
  rt::print(kMost, " at the end of time, ", kMany, " refused");
  return after.fired == before.fired || failed("one fired at the end of time");
}

bool fires_what_is_past() {
  const auto before = statistics();
  for (std::uint32_t i = 0; i < kMany; ++i) {
    const std::uint64_t past = i % 2 == 0 ? 0 : rt::now() - service::kWindowNormal;
    if (ask_until_there_is_room(past) == 0) return failed("a time in the past");
  }
  if (!fired_since(before.fired, kMany)) return false;
  rt::print(kMany, " in the past");
  return true;
}

bool fires_all_at_once() {
  constexpr std::uint64_t kHeadStart = 20'000'000;
  const auto before = statistics();
  for (std::uint32_t round = 0; round < kRounds; ++round) {
    if (!fill(rt::now() + kHeadStart)) return false;
    if (!fired_since(before.fired, std::uint64_t{kMost} * (round + 1))) return false;
  }
  rt::print(kRounds, " times ", kMost, " at one time: ", statistics().wake_ups - before.wake_ups,
            " wake-ups");
  return true;
}

// How many it cancelled, all the others having fired; nothing: that is not so.
std::optional<std::uint32_t> races(std::uint64_t head_start) {
  const auto before = statistics();
  // So that all of them are there before the first is due.
  const std::uint64_t due = (rt::now() / service::kWindowNormal + 4) * service::kWindowNormal;
  if (!fill(due)) return std::nullopt;
  sleep_until(due - head_start);
  std::uint32_t cancelled = 0;
  for (const std::uint64_t id : ids) {
    const auto done = kTimed.cancel(id);
    if (!done && done.error() != Status::kNotFound) return std::nullopt;
    if (done) ++cancelled;
  }
  if (!fired_since(before.fired, kMost - cancelled)) return std::nullopt;
  return cancelled;
}

// The time between the first cancel and the alarm comes nearer to where both happen in a round.
bool cancels_while_they_fire() {
  constexpr std::uint64_t kStep = 20'000;
  std::uint64_t head_start = 0;
  std::uint32_t both = 0;
  for (std::uint32_t round = 0; round < kRaces; ++round) {
    const auto cancelled = races(head_start);
    if (!cancelled) return failed("a cancelled timer fired, or another did not");
    if (cancelled == 0) head_start += kStep;
    if (cancelled == kMost && head_start >= kStep) head_start -= kStep;
    if (cancelled != 0 && cancelled != kMost) ++both;
  }
  rt::print(kRaces, " times ", kMost, " cancelled while they fire; ",
            std::string_view(both != 0 ? "some were" : "none was"), " in time");
  return true;
}

bool has_none_when_all_are_taken() {
  constexpr std::uint64_t kAll = kAlone + service::kMaxTimers;
  const auto all_taken = [] { return statistics().registrations >= kAll; };
  if (!rt::wait_until(kPatience, all_taken)) return failed("the owners do not have all");
  for (const std::uint64_t deadline : {std::uint64_t{0}, kEndOfTime}) {
    if (!is_refused(deadline, Status::kOverLimit)) return failed("one more than there may be");
  }
  if (statistics().registrations != kAll) return failed("not each was counted");
  rt::print(kOwners, " owners have ", service::kMaxTimers, ", and nobody has one more");
  return true;
}

bool goes_to_the_limits() {
  return has_no_more_than_its_own() && fires_what_is_past() && fires_all_at_once() &&
         cancels_while_they_fire() && has_none_when_all_are_taken();
}

}  // namespace
}  // namespace tessera::limits

extern "C" std::int32_t tessera::server_main(std::uint64_t) {
  return tessera::limits::goes_to_the_limits() ? 0 : 1;
}
