// What crowd and watch agree on.
#ifndef SERVERS_CROWD_CROWD_H_
#define SERVERS_CROWD_CROWD_H_

#include <cstdint>

#include "idl/kernel/self.h"
#include "idl/service/routes_client.h"
#include "idl/service/timed.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/try.h"

namespace tessera::crowd {

// Of one image: one fewer than an owner may have. Of all of them; more than a thousand.
inline constexpr std::uint32_t kSleepers = service::kMaxTimersPerOwner - 1;
inline constexpr std::uint32_t kImages = 16;
static_assert(kSleepers * kImages >= 1000 && kSleepers * kImages < service::kMaxTimers);

// Nanoseconds: before they begin to sleep, how long they do, and how long a busy machine may take.
inline constexpr std::uint64_t kHeadStart = 500'000'000;
inline constexpr std::uint64_t kSleep = 6'000'000'000;
inline constexpr std::uint64_t kPatience = 20'000'000'000;

}  // namespace tessera::crowd

#endif  // SERVERS_CROWD_CROWD_H_
