// watch: asks timed while a thousand sleep there, and is answered at once; and sees that they are
// woken together, none before its time. Exits 0 when it was so.
#include <cstdint>

#include "idl/service/timed_client.h"
#include "servers/crowd/crowd.h"
#include "servers/runtime/print.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/start.h"
#include "servers/runtime/time.h"

namespace tessera::crowd {
namespace {

using Statistics = service::Timed::StatisticsResult;

constexpr service::TimedClient kTimed(rt::start::timed());
constexpr std::uint32_t kAsked = 200;
constexpr std::uint32_t kAll = kSleepers * kImages;
// Nanoseconds; on a busy machine a call may be this late. Who waited behind a sleeper would wait
// for seconds.
constexpr std::uint64_t kAtOnce = 500'000'000;
// Not more than a window for each image: their times are some milliseconds apart.
constexpr std::uint64_t kMostWakeUps = std::uint64_t{2} * kImages;

bool failed(std::string_view why) {
  rt::print("FAIL ", why);
  return false;
}

// Waits until `holds` of what timed tells; false: it never does.
template <class Holds>
bool until(Statistics& told, Holds holds) {
  return rt::wait_until(kPatience, [&] {
    const auto answer = kTimed.statistics_until(rt::now() + kPatience);
    if (answer) told = *answer;
    return answer && holds();
  });
}

// The longest that a request took; abi::kNoDeadline: one was refused.
std::uint64_t longest_answer() {
  std::uint64_t longest = 0;
  for (std::uint32_t i = 0; i < kAsked; ++i) {
    const std::uint64_t begin = rt::now();
    const auto timer = kTimed.register_until(begin + kAtOnce, begin + kPatience,
                                             service::TimerClass::kSender, rt::start::timer());
    if (!timer || !kTimed.cancel_until(begin + kAtOnce, timer->id)) return abi::kNoDeadline;
    if (const std::uint64_t took = rt::now() - begin; took > longest) longest = took;
  }
  return longest;
}

bool watches() {
  Statistics before;
  if (!until(before, [] { return true; })) return failed("timed does not answer");
  Statistics told;
  const auto asleep = [&] { return told.registrations - before.registrations >= kAll; };
  if (!until(told, asleep)) return failed("they do not all sleep");
  if (told.fired != before.fired) return failed("one was woken before all slept");
  const std::uint64_t longest = longest_answer();
  if (longest > kAtOnce) return failed("timed does not answer while they sleep");
  Statistics after;
  if (!until(after, [] { return true; })) return failed("timed does not answer");
  if (after.fired != before.fired) return failed("one was woken while it was asked");
  const auto awake = [&] { return told.fired - before.fired >= kAll; };
  if (!until(told, awake)) return failed("they are not all woken");
  const std::uint64_t wake_ups = told.wake_ups - before.wake_ups;
  rt::print(kAll, " slept; the longest of ", kAsked, " answers took ", longest / 1000, " us; ",
            wake_ups, " wake-ups");
  return wake_ups <= kMostWakeUps || failed("they were not woken together");
}

}  // namespace
}  // namespace tessera::crowd

extern "C" std::int32_t tessera::server_main(std::uint64_t) {
  tessera::rt::wait_for_ladder();
  return tessera::crowd::watches() ? 0 : 1;
}
