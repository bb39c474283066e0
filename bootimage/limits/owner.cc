// owner: one of those who have all the timers that there may be; holds them until `timers` has seen
// that there are no more.
#include <cstdint>

#include "bootimage/limits/limits.h"
#include "servers/runtime/start.h"
#include "servers/runtime/time.h"

namespace tessera::limits {
namespace {

bool holds_all() {
  while (statistics().registrations < kAlone) rt::pause(10 * rt::kMoment);
  Ids ids;
  for (std::uint64_t& id : ids) {
    // The last ones of `timers` may be there yet.
    id = ask_until_there_is_room(kEndOfTime);
    if (id == 0) return failed("a timer was refused");
  }
  while (!rt::has_ended("timers")) rt::pause(10 * rt::kMoment);
  for (const std::uint64_t id : ids) {
    if (!kTimed.cancel(id)) return failed("a timer that cannot fire is gone");
  }
  return true;
}

}  // namespace
}  // namespace tessera::limits

extern "C" std::int32_t tessera::server_main(std::uint64_t) {
  return tessera::limits::holds_all() ? 0 : 1;
}
