// Notifications: sets of bits that are signalled and waited for. And alarms, which signal one.
#pragma once

#include <cstdint>

#include "kernel/base/result.h"
#include "kernel/object/thread.h"
#include "kernel/object/tree.h"
#include "kernel/sync/spinlock.h"

namespace tessera {

struct alignas(16) Notification {
  SpinLock lock{LockRank::kNotification};
  std::uint32_t references = 0;
  Atomic<std::uint64_t> bits;
  List<Runnable, QueueTag> waiters;
  Thread* bound = nullptr;  // its receives end when a bit is set

  // All of them, which are gone then. Under the lock.
  std::uint64_t take_bits() {
    const std::uint64_t taken = bits.peek();
    bits.set(0);
    return taken;
  }
};
inline constexpr std::uint64_t kNotificationSize = 64;
static_assert(sizeof(Notification) <= kNotificationSize);

// Gives the bits, when any is set, to who waits for them. Under the lock.
void offer(Notification& notification);
// Sets the bits of the capability's badge, 0 being bit 0, and offers them.
Result<void> signal(const Invoked& to);
// Takes all bits; eagain when none is set.
Result<std::uint64_t> poll(const Invoked& from);
// The same, but waits.
Result<std::uint64_t> wait(Thread& thread, const Invoked& from, Nanoseconds deadline);

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
