// Coalescing: to which point of time a deadline is rounded up, so that many timers share a wake-up.
#ifndef SERVERS_TIMED_WINDOW_H_
#define SERVERS_TIMED_WINDOW_H_

#include <cstdint>
#include <optional>

#include "idl/abi.h"
#include "idl/service/timed.h"

namespace tessera::timed {

// The class that counts: the one asked for, but never finer than the sender's. Nothing for a value
// outside the enum.
constexpr std::optional<abi::QosClass> effective_class(abi::QosClass sender,
                                                       service::TimerClass wanted) {
  abi::QosClass named = sender;
  switch (wanted) {
    case service::TimerClass::kIdle:
      named = abi::QosClass::kIdle;
      break;
    case service::TimerClass::kNormal:
      named = abi::QosClass::kNormal;
      break;
    case service::TimerClass::kInteractive:
      named = abi::QosClass::kInteractive;
      break;
    case service::TimerClass::kPerfBurst:
      named = abi::QosClass::kPerfBurst;
      break;
    case service::TimerClass::kSender:
      return sender;
    default:
      return std::nullopt;
  }
  // The lower class is the coarser one.
  return named < sender ? named : sender;
}

// In nanoseconds; 0: deadlines of this class stay as they are.
constexpr std::uint64_t window_of(abi::QosClass qos) {
  switch (qos) {
    case abi::QosClass::kIdle:
      return service::kWindowIdle;
    case abi::QosClass::kNormal:
      return service::kWindowNormal;
    case abi::QosClass::kInteractive:
      return service::kWindowInteractive;
    case abi::QosClass::kPerfBurst:
      return 0;
  }
  return service::kWindowIdle;
}

// The next multiple of the window, counted from 0; a multiple stays. Nothing when that overflows,
// and for abi::kNoDeadline, which never comes.
constexpr std::optional<std::uint64_t> coalesce(std::uint64_t deadline, std::uint64_t window) {
  if (deadline == abi::kNoDeadline) return std::nullopt;
  if (window == 0 || deadline % window == 0) return deadline;
  const std::uint64_t up = window - deadline % window;
  if (deadline > abi::kNoDeadline - up) return std::nullopt;
  return deadline + up;
}

}  // namespace tessera::timed

#endif  // SERVERS_TIMED_WINDOW_H_
