// load: uses timed and the console for as long as chaos runs, and is told in time of each death.
// Exits 0 when no call took longer than its deadline, and most were answered.
#include <cstdint>

#include "idl/service/console_client.h"
#include "idl/service/timed_client.h"
#include "servers/runtime/print.h"
#include "servers/runtime/reach.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/start.h"
#include "servers/runtime/time.h"
#include "servers/runtime/try.h"

namespace tessera {
namespace {

// Nanoseconds: how long it waits for an answer, and how much later it may run again on a machine
// that is as busy as this one.
constexpr std::uint64_t kPatience = 500'000'000;
constexpr std::uint64_t kSlack = 2'000'000'000;

}  // namespace

extern "C" std::int32_t server_main(std::uint64_t) {
  rt::wait_for_ladder();
  const service::TimedClient timed(rt::start::timed());
  std::uint32_t calls = 0;
  std::uint32_t answered = 0;
  std::uint64_t longest = 0;
  while (!rt::has_ended("chaos")) {
    const std::uint64_t begin = rt::now();
    const auto slept = rt::reaching(rt::start::timed(), "timed", [&] {
      return timed.sleep_until_until(begin + kPatience, begin, service::TimerClass::kSender);
    });
    const std::uint64_t took = rt::now() - begin;
    if (took > longest) longest = took;
    ++calls;
    if (slept) ++answered;
    if (calls % 64 == 0) rt::print("still here");
  }
  rt::print(answered, " of ", calls, " calls answered, the longest took ", longest / 1000, " us");
  if (longest > 2 * kPatience + kSlack) return 1;
  return answered > calls / 2 ? 0 : 2;
}

}  // namespace tessera
