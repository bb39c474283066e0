// What the measurement of timed and those who fill it agree on.
#ifndef SERVERS_BENCH_TIMED_H_
#define SERVERS_BENCH_TIMED_H_

#include <cstdint>

#include "idl/service/timed_client.h"
#include "servers/runtime/ipc.h"
#include "servers/runtime/slots.h"

namespace tessera::bench {

inline constexpr service::TimedClient kTimed(rt::start::timed());

// As many owners as the image's manifest has; each takes all that it may.
inline constexpr std::uint32_t kOwners = 15;
inline constexpr std::uint32_t kOfAnOwner = service::kMaxTimersPerOwner;

// Nanoseconds. The owners wait for this time by the kernel's clock, so that nobody runs while few
// timers are measured, and for ever after they have theirs.
inline constexpr std::uint64_t kOwnersBegin = 2'000'000'000;
// Deadlines are spread over a minute, which is far off when all has been measured.
inline constexpr std::uint64_t kFirstDeadline = 60'000'000'000;
inline constexpr std::uint64_t kSpread = 60'000'000'000;

// Deadlines in no order: a linear congruential generator (Knuth, MMIX).
class Deadlines {
 public:
  explicit constexpr Deadlines(std::uint64_t seed) : state_(seed) {}
  constexpr std::uint64_t next() {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return kFirstDeadline + (state_ >> 16) % kSpread;
  }

 private:
  std::uint64_t state_;
};

inline rt::Result<service::Timed::RegisterResult> register_timer(std::uint64_t deadline) {
  return kTimed.register_(deadline, service::TimerClass::kSender, rt::start::timer());
}

}  // namespace tessera::bench

#endif  // SERVERS_BENCH_TIMED_H_
