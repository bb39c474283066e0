// Time, for a program that waits for something to become so: it looks, and lets others run between.
//
// Not by yield(): a hart that is polled on never sleeps, and an emulator that runs one hart at a
// time (-icount) runs that one for a tenth of a second before it looks at another.
#ifndef SERVERS_RUNTIME_TIME_H_
#define SERVERS_RUNTIME_TIME_H_

#include <cstdint>
#include <string_view>

#include "idl/abi.h"
#include "idl/kernel/notification.h"
#include "idl/kernel/self.h"
#include "idl/service/routes_client.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/try.h"

namespace tessera::rt {

// Nanoseconds since the machine was reset; for ever, for who has no clock.
inline std::uint64_t now() { return kernel::Self::now().value_or(abi::kNoDeadline); }

// Long enough for others to run, in nanoseconds.
inline constexpr std::uint64_t kMoment = 2'000'000;

// Waits so many nanoseconds, or less: until somebody signals the task's timer. A signal that comes
// is taken.
inline void pause(std::uint64_t nanoseconds = kMoment) {
  ignore(start::timer().wait(now() + nanoseconds));
}

// Looks every moment whether it holds, for at most so many nanoseconds.
template <class Holds>
bool wait_until(std::uint64_t patience, Holds holds) {
  for (const std::uint64_t end = now() + patience; !holds(); pause()) {
    if (now() >= end) return false;
  }
  return true;
}

// Whether init has seen the image of that name end, and will not start it again.
inline bool has_ended(std::string_view image) {
  const auto told = service::RoutesClient(start::slot(abi::StartSlot::kRoutes)).state(image);
  return told && told->state == service::ImageState::kDown;
}

// For those who watch the ladder, which is climbed in peace: until SELFTEST has ended.
inline void wait_for_ladder() {
  while (!has_ended("SELFTEST")) pause(10 * kMoment);
}

}  // namespace tessera::rt

#endif  // SERVERS_RUNTIME_TIME_H_
