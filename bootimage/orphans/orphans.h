// What orphan and orphans agree on.
#ifndef BOOTIMAGE_ORPHANS_ORPHANS_H_
#define BOOTIMAGE_ORPHANS_ORPHANS_H_

#include <cstdint>

#include "idl/abi.h"
#include "idl/service/timed_client.h"
#include "servers/runtime/slots.h"

namespace tessera::orphans {

inline constexpr service::TimedClient kTimed(rt::start::timed());

// The last time to which a deadline of class normal is rounded up: timers that end in no other way.
inline constexpr std::uint64_t kEndOfTime =
    (abi::kNoDeadline - 1) / service::kWindowNormal * service::kWindowNormal;

// Takes as many timers as one owner may have.
inline bool takes_all() {
  for (std::uint32_t i = 0; i < service::kMaxTimersPerOwner; ++i) {
    if (!kTimed.register_(kEndOfTime, service::TimerClass::kSender, rt::start::timer())) {
      return false;
    }
  }
  return true;
}

}  // namespace tessera::orphans

#endif  // BOOTIMAGE_ORPHANS_ORPHANS_H_
