// A helper: a task of the bench's own making that has all of its code, and one thread. A program
// may put no thread into its own task, so what runs beside the bench runs in another address space.
#ifndef SERVERS_BENCH_HELPER_H_
#define SERVERS_BENCH_HELPER_H_

#include <cstdint>

#include "servers/bench/arena.h"
#include "servers/bench/child.h"
#include "servers/runtime/exit.h"
#include "servers/runtime/ipc.h"

namespace tessera::bench {

// All but the start. Its CSpace is empty: `give` puts a capability into slots 1 to kHelperSlots
// - 1.
inline constexpr std::uint32_t kHelperSlots = 16;
Result<Child> make_helper(Arena& arena);
Result<void> give(const Child& helper, rt::Slot to, rt::Slot from);
// `buffer`: where its IPC buffer is mapped; 0: it has none.
Result<void> start_helper(const Child& helper, std::uint64_t pc, std::uint64_t argument = 0,
                          std::uint64_t buffer = 0);

std::uint64_t address_of(auto function) { return reinterpret_cast<std::uint64_t>(function); }

// In a helper, which has nobody to tell: ends it with the status.
template <class T>
void must(const rt::Result<T>& result) {
  if (!result) rt::exit(result.error().status);
}

// A helper's first act, if it is to run only while the bench waits.
void run_as_idle();

}  // namespace tessera::bench

#endif  // SERVERS_BENCH_HELPER_H_
