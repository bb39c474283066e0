// Notifications: sets of bits that are signalled and waited for. And alarms, which signal one.
#pragma once

#include <cstdint>

#include "kernel/base/result.h"
#include "kernel/object/thread.h"
#include "kernel/sync/spinlock.h"

namespace tessera {

struct Notification {
  SpinLock lock;
  std::uint32_t references = 0;
  std::uint64_t bits = 0;
  List<Runnable, QueueTag> waiters;
  Thread* bound = nullptr;  // its receives end when a bit is set
};
inline constexpr std::uint64_t kNotificationSize = 64;
static_assert(sizeof(Notification) <= kNotificationSize);

// Gives the bits, when any is set, to who waits for them.
void offer(Notification& notification);
// Sets bits, and offers them. `badge` 0 is bit 0.
void signal(Notification& notification, std::uint64_t badge);
// Takes all bits; eagain when none is set.
Result<std::uint64_t> poll(Notification& notification);
// The same, but waits.
Result<std::uint64_t> wait(Thread& thread, Notification& notification, Nanoseconds deadline);

inline bool Thread::bound_is_silent() const {
  return bound.empty() || reinterpret_cast<const Notification*>(bound.object())->bits == 0;
}

struct Alarm : Timer {
  Alarm() : Timer(Timer::Owner::kAlarm) {}

  std::uint32_t references = 0;
  Hart* home = nullptr;                       // whose timer queue it is in
  Slot target{SlotRole::kAlarmNotification};  // with its badge
  Slot grave{SlotRole::kGrave};

  static Alarm& of(Timer& timer) { return static_cast<Alarm&>(timer); }
};
inline constexpr std::uint64_t kAlarmSize = (sizeof(Alarm) + 63) / 64 * 64;

// Its deadline has come.
void fire(Alarm& alarm);

}  // namespace tessera
