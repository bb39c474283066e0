// What timers and the owners agree on.
#ifndef BOOTIMAGE_LIMITS_LIMITS_H_
#define BOOTIMAGE_LIMITS_LIMITS_H_

#include <array>
#include <cstdint>

#include "idl/abi.h"
#include "idl/service/timed_client.h"
#include "servers/runtime/print.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/time.h"

namespace tessera::limits {

inline constexpr std::uint32_t kMany = 10'000;
// Of one owner.
inline constexpr std::uint32_t kMost = service::kMaxTimersPerOwner;
// Those who fill the table; this image's manifest has as many.
inline constexpr std::uint32_t kOwners = service::kMaxTimers / kMost;

// At one time: so many rounds of all that one owner may have.
inline constexpr std::uint32_t kRounds = 16;
// Cancelled while they fire: as few rounds as are kMany timers.
inline constexpr std::uint32_t kRaces = (kMany + kMost - 1) / kMost;
// What timed gives `timers` before the owners begin.
inline constexpr std::uint64_t kAlone =
    kMost + kMany + std::uint64_t{kRounds} * kMost + std::uint64_t{kRaces} * kMost;

// The last time to which a deadline of class normal is rounded up.
inline constexpr std::uint64_t kEndOfTime =
    (abi::kNoDeadline - 1) / service::kWindowNormal * service::kWindowNormal;
// Nanoseconds; a busy machine may take as long.
inline constexpr std::uint64_t kPatience = 60'000'000'000;

inline constexpr service::TimedClient kTimed(rt::start::timed());

using Status = service::TimedStatus;
using Ids = std::array<std::uint64_t, kMost>;

inline auto ask(std::uint64_t deadline) {
  return kTimed.register_(deadline, service::TimerClass::kSender, rt::start::timer());
}
inline bool is_refused(std::uint64_t deadline, Status why) {
  const auto refused = ask(deadline);
  return !refused && refused.error() == why;
}

// Asks until there is room; 0: it is refused for another reason, or always. No timer has id 0.
inline std::uint64_t ask_until_there_is_room(std::uint64_t deadline) {
  std::uint64_t id = 0;
  rt::wait_until(kPatience, [&] {
    const auto timer = ask(deadline);
    if (timer) id = timer->id;
    return timer || timer.error() != Status::kOverLimit;
  });
  return id;
}

inline service::Timed::StatisticsResult statistics() {
  return kTimed.statistics().value_or(service::Timed::StatisticsResult{});
}

inline bool failed(std::string_view why) {
  rt::print("FAIL ", why);
  return false;
}

}  // namespace tessera::limits

#endif  // BOOTIMAGE_LIMITS_LIMITS_H_
