// Guest instructions so far. Readable in U-mode only where the kernel was told user_counters on its
// command line; elsewhere the read is an illegal instruction.
#ifndef SERVERS_BENCH_COUNTER_H_
#define SERVERS_BENCH_COUNTER_H_

#include <cstdint>

#include "servers/bench/marks.h"

namespace tessera::bench {

// The clobbers keep the measured code between two reads.
[[gnu::always_inline]] inline std::uint64_t instructions() {
  std::uint64_t count;
  asm volatile("rdinstret %0" : "=r"(count) : : "memory");
  return count;
}

// The same, at the two ends of what a row of the table counts: whichever thread reads it.
[[gnu::always_inline]] inline std::uint64_t begin_sample() {
  std::uint64_t count;
  asm volatile("slti zero, zero, %1\nrdinstret %0" : "=r"(count) : "i"(Mark::kBegin) : "memory");
  return count;
}
[[gnu::always_inline]] inline std::uint64_t end_sample() {
  std::uint64_t count;
  asm volatile("rdinstret %0\nslti zero, zero, %1" : "=r"(count) : "i"(Mark::kEnd) : "memory");
  return count;
}

// Before the row's line is printed, whatever it says.
[[gnu::always_inline]] inline void end_row() {
  asm volatile("slti zero, zero, %0" : : "i"(Mark::kEndRow) : "memory");
}

}  // namespace tessera::bench

#endif  // SERVERS_BENCH_COUNTER_H_
