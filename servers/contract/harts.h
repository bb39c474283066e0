// What behaviours of several harts share: where threads are, and whether they go on. Each thing is
// done as often as the suite was told (Options::rounds), so that harts come at each other in many
// ways; on one hart the same holds.
#ifndef SERVERS_CONTRACT_HARTS_H_
#define SERVERS_CONTRACT_HARTS_H_

#include <cstdint>

#include "idl/kernel/self.h"
#include "servers/contract/expect.h"
#include "servers/contract/world.h"

namespace tessera::contract {

inline bool is_alone() { return options.harts == 1; }
inline std::uint32_t all_harts() { return static_cast<std::uint32_t>(options.harts); }

// The bit of the nth hart that there is, counted round: 0 is the runner's.
inline std::uint32_t nth_hart(std::uint64_t nth) {
  std::uint64_t harts = options.harts;
  for (nth %= static_cast<unsigned>(__builtin_popcountll(harts)); nth != 0; --nth)
    harts &= harts - 1;
  return static_cast<std::uint32_t>(harts & -harts);
}

// The calling thread stays on that one.
inline void go_to(std::uint64_t nth) { OK(kernel::Self::affinity(nth_hart(nth))); }
// Where the runner is not, if there is such a hart.
inline void go_elsewhere() { go_to(1); }
// A thread that never waits lets others of its hart go on, if it is the only one.
inline void yield_if_alone() {
  if (is_alone()) OK(kernel::Self::yield());
}

// Waits until that is so. What has not come by then never will.
template <class Condition>
void until(Condition holds, Where where = Where::current()) {
  const std::uint64_t end = in_milliseconds(5000);
  while (!holds() && now() < end) OK(kernel::Self::yield());
  expect(holds(), "it does not come to that", where);
}

// Counted by whoever is to go on, or not to.
inline volatile std::uint64_t turns = 0;

inline void until_it_turns(Where where = Where::current()) {
  const std::uint64_t before = turns;
  until([before] { return turns != before; }, where);
}

// Nothing changes for as long as it takes to find out.
template <class Count>
void stands_still(Count count, Where where = Where::current()) {
  const std::uint64_t before = count();
  const std::uint64_t end = now() + 20'000;
  while (now() < end) OK(kernel::Self::yield());
  expect(count() == before, "it goes on", where);
}
inline void it_stands_still(Where where = Where::current()) {
  stands_still([] { return turns; }, where);
}

}  // namespace tessera::contract

#endif  // SERVERS_CONTRACT_HARTS_H_
