// load: uses timed and the console for as long as chaos runs, and is told in time of each death.
// Exits 0 when no call took longer than its deadline, and most were answered.
#include <cstdint>
#include <string_view>

#include "idl/kernel/self.h"
#include "idl/service/console_client.h"
#include "idl/service/routes_client.h"
#include "idl/service/timed_client.h"
#include "servers/runtime/print.h"
#include "servers/runtime/reach.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/start.h"
#include "servers/runtime/try.h"

namespace tessera {
namespace {

using service::ImageState;

// Nanoseconds: how long it waits for an answer, and how much later it may run again on a machine
// that is as busy as this one.
constexpr std::uint64_t kPatience = 500'000'000;
constexpr std::uint64_t kSlack = 2'000'000'000;

// Until it looks again whether its time has come: chaos may be done in less than kPatience.
constexpr std::uint64_t kMoment = 20'000'000;

std::uint64_t now() { return kernel::Self::now().value_or(abi::kNoDeadline); }

bool has_ended(std::string_view name) {
  const service::RoutesClient init(rt::start::slot(abi::StartSlot::kRoutes));
  const auto image = init.state(name);
  return image && image->state == ImageState::kDown;
}

}  // namespace

extern "C" std::int32_t server_main(std::uint64_t) {
  // The ladder is climbed in peace.
  while (!has_ended("SELFTEST")) rt::ignore(rt::start::timer().wait(now() + kMoment));
  const service::TimedClient timed(rt::start::timed());
  std::uint32_t calls = 0;
  std::uint32_t answered = 0;
  std::uint64_t longest = 0;
  while (!has_ended("chaos")) {
    const std::uint64_t begin = now();
    const auto slept = rt::reaching(rt::start::timed(), "timed", [&] {
      return timed.sleep_until_until(begin + kPatience, begin, service::TimerClass::kSender);
    });
    const std::uint64_t took = now() - begin;
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
