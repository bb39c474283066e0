// bench, of the image timed_bench: what it costs to register a timer with timed and to cancel one,
// while ten others are pending, and a thousand. Calls to timed with their answers, timed's work
// included.
//
//   bench=NAME       on the kernel's command line: this row alone
#include <array>
#include <cstdint>
#include <utility>

#include "servers/bench/measure.h"
#include "servers/bench/timed.h"
#include "servers/runtime/start.h"
#include "servers/runtime/time.h"
#include "servers/runtime/try.h"

namespace tessera {
namespace {

using bench::kTimed;

constexpr std::uint32_t kFew = 10;
constexpr std::uint32_t kMany = 1000;
// Of those the owners have the rest.
constexpr std::uint32_t kOwn = kMany - bench::kOwners * bench::kOfAnOwner;
static_assert(kOwn < bench::kOfAnOwner, "there must be room for the one that is measured");
// Each so many is to fire before all others, which is what takes longest: it comes through the
// whole heap, and the Alarm is set anew. So it must be due before timed says what it folded of its
// audit, a second after that began, and after all has been measured, which takes some milliseconds.
constexpr int kFirstEach = 8;
constexpr std::uint64_t kSoon = 900'000'000;
constexpr std::uint64_t kStep = service::kWindowNormal;

constinit bench::Deadlines deadlines(1);
constinit std::uint64_t first_deadline = 0;
constinit int turn = 0;
constinit std::uint64_t id = 0;  // of the timer that is measured
// Of those that stay, so many; the next that is cancelled, but for one that is first, is one of
// them, wherever it lies, and the new one stays for it.
constinit std::array<std::uint64_t, kOwn> ids{};
constinit std::uint32_t held = 0;

bool is_first() { return turn % kFirstEach == 0; }

rt::Result<void> add() {
  ++turn;
  const std::uint64_t deadline = is_first() ? first_deadline -= kStep : deadlines.next();
  RT_TRY_ASSIGN(const auto timer, bench::register_timer(deadline));
  id = timer.id;
  return {};
}
rt::Result<void> add_and_choose() {
  RT_TRY(add());
  if (!is_first()) std::swap(id, ids[deadlines.next() % held]);
  return {};
}
rt::Result<void> take_away() { return kTimed.cancel(id); }
rt::Result<void> nothing() { return {}; }

bool measure(std::string_view register_row, std::string_view cancel_row) {
  first_deadline = rt::now() + kSoon;
  bool all = bench::measure(register_row, nothing, add, take_away);
  all &= bench::measure(cancel_row, add_and_choose, take_away, nothing);
  return all;
}

// Up to so many of its own.
rt::Result<void> fill(std::uint32_t timers) {
  while (held < timers) {
    RT_TRY_ASSIGN(const auto timer, bench::register_timer(deadlines.next()));
    ids[held++] = timer.id;
  }
  return {};
}

// Waits until the owners have all that they may.
rt::Result<void> wait_for_owners() {
  RT_TRY_ASSIGN(const auto before, kTimed.statistics());
  const std::uint64_t due =
      before.registrations + std::uint64_t{bench::kOwners} * bench::kOfAnOwner;
  for (std::uint64_t registered = 0; registered < due;) {
    rt::pause(bench::kOwnersBegin);
    RT_TRY_ASSIGN(const auto now, kTimed.statistics());
    if (now.fired != 0) return rt::failure(abi::kEbusy, abi::Detail::kBadState);
    registered = now.registrations;
  }
  return {};
}

}  // namespace

extern "C" std::int32_t server_main(std::uint64_t argument) {
  bench::only = rt::argument_text(argument);
  if (const auto filled = fill(kFew); !filled) return bench::fail("few", filled.error());
  bool all = measure("timed_register_10", "timed_cancel_10");
  if (rt::now() >= bench::kOwnersBegin) return bench::fail("few", {.status = abi::kEtimedout});
  if (const auto filled = fill(kOwn); !filled) return bench::fail("many", filled.error());
  if (const auto there = wait_for_owners(); !there) return bench::fail("many", there.error());
  all &= measure("timed_register_1000", "timed_cancel_1000");
  rt::print("end");
  return all ? 0 : 1;
}

}  // namespace tessera
