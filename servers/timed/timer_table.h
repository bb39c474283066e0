// TimerTable: the live timers of all owners, what may join them, and which are due.
//
// It knows neither clock nor capability: the server keeps what belongs to a timer by its index
// (0 to kMaxTimers - 1, stable while the timer lives). Registering is two steps, so that the server
// can do what may fail between them:
//
//   const auto admission = table.admit(caller.identity, caller.qos, wanted, deadline);
//   if (!admission) return admission.error();
//   ... keep the capability at the slot of admission->index ...
//   const std::uint64_t id = table.add(*admission);
//
// No operation looks at all timers: all but `fire`, `drop_owner` and `drop_spawned` are O(log n),
// those O(log n) for each timer that they end; the last one looks at each owner that a spawner
// made.
#ifndef SERVERS_TIMED_TIMER_TABLE_H_
#define SERVERS_TIMED_TIMER_TABLE_H_

#include <array>
#include <cstdint>
#include <expected>

#include "idl/abi.h"
#include "idl/service/timed.h"
#include "servers/timed/deadline_heap.h"
#include "servers/timed/index_pool.h"
#include "servers/timed/owner_table.h"

namespace tessera::timed {

using Status = service::TimedStatus;

// Leave to add a timer. Good until the table changes.
struct Admission {
  std::uint64_t owner;
  std::uint64_t deadline;  // coalesced
  std::uint32_t index;     // that the timer will have
};

struct Statistics {
  std::uint64_t registrations = 0;
  std::uint64_t wake_ups = 0;  // calls of fire that ended a timer at least
  std::uint64_t fired = 0;
};

class TimerTable {
 public:
  // invalidArgs: `wanted` is no class, the deadline overflows, or the owner is nobody. overLimit:
  // of the owner, or of all.
  std::expected<Admission, Status> admit(std::uint64_t owner, abi::QosClass sender,
                                         service::TimerClass wanted, std::uint64_t deadline) const;

  // Answers the id, which no other timer has had or will have.
  std::uint64_t add(const Admission& admission);

  // Ends a timer of the owner's and answers its index. notFound: the owner has none of that id.
  std::expected<std::uint32_t, Status> cancel(std::uint64_t owner, std::uint64_t id);

  // Ends all timers that are due at `now`, the earliest first, and calls fired(index) for each.
  // `fired` must not use the table.
  template <class Fired>
  void fire(std::uint64_t now, Fired fired) {
    const std::uint64_t before = statistics_.fired;
    while (!heap_.empty() && heap_.top_deadline() <= now) {
      const std::uint32_t index = heap_.top();
      end(index);
      ++statistics_.fired;
      fired(index);
    }
    if (statistics_.fired != before) ++statistics_.wake_ups;
  }

  // Ends all timers of an owner that is gone, and calls dropped(index) for each.
  template <class Dropped>
  void drop_owner(std::uint64_t owner, Dropped dropped) {
    while (const auto timer = owners_.first(owner)) {
      end(*timer);
      dropped(*timer);
    }
  }

  // The same for all owners that a spawner made and whose number is below `before`.
  template <class Dropped>
  void drop_spawned(std::uint64_t before, Dropped dropped) {
    owners_.each_spawned(before, [&](std::uint64_t owner) { drop_owner(owner, dropped); });
  }

  // abi::kNoDeadline when there is no timer.
  std::uint64_t next_deadline() const {
    return heap_.empty() ? abi::kNoDeadline : heap_.top_deadline();
  }
  std::uint32_t live() const { return heap_.size(); }
  std::uint32_t live_of(std::uint64_t owner) const { return owners_.count(owner); }
  const Statistics& statistics() const { return statistics_; }

 private:
  static constexpr std::uint32_t kCapacity = service::kMaxTimers;

  void end(std::uint32_t index);

  // An id is a registration's number times the capacity, plus the index: found at once, never
  // given twice. It tells a client no more than `statistics` does.
  std::array<std::uint64_t, kCapacity> ids_{};  // 0: free
  IndexPool<kCapacity> free_;
  DeadlineHeap<kCapacity> heap_;
  OwnerTable<kCapacity> owners_;
  Statistics statistics_;
};

}  // namespace tessera::timed

#endif  // SERVERS_TIMED_TIMER_TABLE_H_
