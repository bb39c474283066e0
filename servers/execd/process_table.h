// ProcessTable: the processes that execd knows of, and who waits for them. Pure.
//
// A process has a record; when it has ended, the record tells how, until it is the one that ended
// first of all and a new process needs it. So a parent that asks late is answered, and a parent
// that never asks costs nothing. All of it is bounded: kKnownProcesses records, kMaxProcesses of
// them with a place, kMaxWaiters waiters.
//
// A table of zero bytes is an empty one, so that a static one costs nothing in the image.
#ifndef SERVERS_EXECD_PROCESS_TABLE_H_
#define SERVERS_EXECD_PROCESS_TABLE_H_

#include <array>
#include <cstdint>
#include <optional>

#include "idl/abi.h"
#include "idl/bounded.h"
#include "idl/service/execd.h"

namespace tessera::execd {

// How a process is, or was at its end.
struct Ending {
  abi::TaskState state{};
  std::int32_t status = 0;
  abi::FaultCause cause{};
  std::uint64_t address = 0;
  std::uint64_t pc = 0;
  abi::List<std::uint64_t, 32> registers{};  // pc and x1 to x31, or none
};

struct Process {
  std::uint64_t badge = 0;  // of capabilities to it; 0: nobody has this record
  std::uint64_t task = 0;
  std::uint32_t image = 0;
  std::uint32_t place = 0;
  bool ended = false;
  std::uint64_t ended_as = 0;  // in the order of ends
  Ending ending;
};

// A call of `wait` that is not answered.
struct Waiter {
  std::uint64_t badge = 0;  // the process's; 0: nobody waits here
  std::uint64_t caller = 0;
};

class ProcessTable {
 public:
  static constexpr std::uint32_t kPlaces = service::kMaxProcesses;
  static constexpr std::uint32_t kRecords = service::kKnownProcesses;
  static constexpr std::uint32_t kWaiters = service::kMaxWaiters + 1;
  static_assert(kRecords > kPlaces);

  // Badges of processes have this bit, those of init's clients do not.
  static constexpr std::uint64_t kIsProcess = std::uint64_t{1} << 63;

  // A place that is free; nothing when all are taken.
  std::optional<std::uint32_t> free_place() const;

  // `place` is free. There is a record: as many as have no place have ended.
  Process& add(std::uint32_t place, std::uint64_t task, std::uint32_t image);
  // Who is in a place; null: nobody.
  Process* in_place(std::uint32_t place);
  // By the badge of a capability; null: it is known no more.
  Process* find(std::uint64_t badge);
  // It has left its place.
  void end(Process& process, const Ending& ending);

  std::uint32_t live() const { return live_; }

  // A place among the waiters that is free: there is one always, as one more has a place than may
  // wait.
  std::uint32_t free_waiter() const;
  // `caller` waits, at `waiter`; false: there are too many. A wait for the same process by the same
  // caller is given up: `given_up` is where.
  bool wait(std::uint32_t waiter, std::uint64_t badge, std::uint64_t caller,
            std::optional<std::uint32_t>& given_up);
  // One that waits for a process, who then waits no more; nothing when there is none.
  std::optional<std::uint32_t> take_waiter(std::uint64_t badge);
  // One that a caller which is no more waits at, for whatever process; nothing when there is none.
  std::optional<std::uint32_t> take_waiter_of(std::uint64_t caller);

 private:
  void drop_waiter(std::uint32_t waiter);
  // Never used, or ended before all others that have.
  Process& oldest();

  std::array<Process, kRecords> records_{};
  std::array<std::uint32_t, kPlaces> in_place_{};  // record + 1; 0: nobody
  std::array<Waiter, kWaiters> waiters_{};
  std::uint64_t started_ = 0;
  std::uint64_t ended_ = 0;
  std::uint32_t live_ = 0;
  std::uint32_t waiting_ = 0;
};

}  // namespace tessera::execd

#endif  // SERVERS_EXECD_PROCESS_TABLE_H_
