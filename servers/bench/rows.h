// The rows whose operation needs more than one call of the bench's: other threads, other tasks, a
// device. Each is a function that makes what it needs in an arena, measures, and says what went
// wrong, be it that the operation did not do what it is there for.
#ifndef SERVERS_BENCH_ROWS_H_
#define SERVERS_BENCH_ROWS_H_

#include <span>
#include <string_view>

#include "servers/bench/arena.h"
#include "servers/bench/measure.h"

namespace tessera::bench {

struct Row {
  std::string_view name;
  Result<void> (*run)(Arena& arena, Figures& figures);
};

std::span<const Row> call_rows();       // calls.cc
std::span<const Row> thread_rows();     // threads.cc
std::span<const Row> process_rows();    // processes.cc
std::span<const Row> interrupt_rows();  // interrupts.cc

// False when one failed, which is printed.
bool measure_rows(std::span<const Row> rows);

}  // namespace tessera::bench

#endif  // SERVERS_BENCH_ROWS_H_
