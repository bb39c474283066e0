// scaling-0 and scaling-1: what two harts do in the time in which one does it. Each is the client
// of a pair that stays on a hart of its own; nothing is meant to be shared between the pairs. They
// work by the clock (schedule.h), and print at the end, in things done a second:
//
//   SCALING 0 user_one=N calls_one=N user_two=N calls_two=N    an alternation
//   end
//
// The sums are the host's: bootimage/scaling/scaling.py.
#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "idl/kernel/self.h"
#include "idl/service/echo_client.h"
#include "servers/bench/schedule.h"
#include "servers/runtime/error_text.h"
#include "servers/runtime/print.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/start.h"
#include "servers/runtime/try.h"

namespace tessera {
namespace {

using bench::kAlternations;
using bench::kPhases;
using bench::kRates;
using bench::Schedule;
using bench::Work;

constexpr std::uint64_t kSecond = 1'000 * bench::kMillisecond;
constexpr std::uint64_t kBatch = 64;  // between looks at the clock, so that these are few
constexpr int kPiece = 100;           // of user code: about as long as a call
constexpr service::EchoClient kEcho(rt::start::peer(0));

// No other failure has this status: a sleep that ends by its deadline is none.
constexpr rt::Error kLate{.status = abi::kEtimedout};

// In the order of the phases that the pair takes part in: alone, then both; user code, then calls.
using Rates = std::array<std::array<std::uint64_t, kRates>, kAlternations>;

rt::Result<void> batch(Work work) {
  for (std::uint64_t i = 0; i < kBatch; ++i) {
    if (work == Work::kCalls) {
      RT_TRY(kEcho.nothing());
    } else {
      for (int k = 0; k < kPiece; ++k) asm volatile("");
    }
  }
  return {};
}

// Asleep, so that a hart whose pair is not wanted leaves the host's core alone.
rt::Result<void> sleep_until(std::uint64_t time) {
  const auto woken = rt::start::timer().wait(time);
  if (woken || woken.error().status == abi::kEtimedout) return {};
  return rt::failure(woken.error());
}

// Counted from when it was to begin: a host that lets a pair begin late takes that from its rate.
rt::Result<std::uint64_t> measure(Work work, std::uint64_t begin, std::uint64_t end) {
  RT_TRY(sleep_until(begin));
  std::uint64_t done = 0;
  for (;;) {
    RT_TRY_ASSIGN(const std::uint64_t now, kernel::Self::now());
    if (now >= end) return done * kSecond / (now - begin);
    RT_TRY(batch(work));
    done += kBatch;
  }
}

// QEMU translates code when it first runs.
rt::Result<void> warm_up(const Schedule& schedule) {
  for (const Work work : {Work::kUser, Work::kCalls}) {
    RT_TRY_ASSIGN(const std::uint64_t now, kernel::Self::now());
    RT_TRY(measure(work, now, now + std::min(schedule.window, 50 * bench::kMillisecond)));
  }
  return {};
}

rt::Result<void> measure_all(const Schedule& schedule, Rates& rates) {
  for (std::size_t i = 0; i < kAlternations; ++i) {
    auto rate = rates[i].begin();
    for (std::size_t p = 0; p < kPhases.size(); ++p) {
      if (!schedule.takes_part(kPhases[p])) continue;
      const std::uint64_t begin = schedule.begin(i, p);
      RT_TRY_ASSIGN(*rate++, measure(kPhases[p].work, begin, begin + schedule.window));
    }
  }
  return {};
}

void print_all(const Rates& rates) {
  for (std::size_t i = 0; i < kAlternations; ++i) {
    const auto& [user_one, calls_one, user_two, calls_two] = rates[i];
    rt::print("SCALING ", i, " user_one=", user_one, " calls_one=", calls_one,
              " user_two=", user_two, " calls_two=", calls_two);
  }
  rt::print("end");
}

rt::Result<void> run(const Schedule& schedule) {
  RT_TRY(kernel::Self::affinity(1U << schedule.hart));
  RT_TRY(warm_up(schedule));
  RT_TRY_ASSIGN(const std::uint64_t now, kernel::Self::now());
  if (now > Schedule::kFirst) return rt::failure(kLate);
  Rates rates{};
  RT_TRY(measure_all(schedule, rates));
  RT_TRY(sleep_until(schedule.report()));
  print_all(rates);
  return {};
}

std::int32_t fail(std::string_view why) {
  rt::print("SCALING FAIL ", why);
  return 1;
}

}  // namespace

extern "C" std::int32_t server_main(std::uint64_t argument) {
  const auto schedule = bench::parse_schedule(rt::argument_text(argument));
  if (!schedule) return fail("its argument is no HART or HART,MILLISECONDS");
  const auto done = run(*schedule);
  if (done) return 0;
  if (done.error() == kLate) return fail("it was up too late: the host has too much else to do");
  rt::FixedText<64> text;
  rt::write_error(text, done.error());
  return fail(text.text());
}

}  // namespace tessera
