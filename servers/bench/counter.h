// Guest instructions so far. Readable in U-mode only where the kernel was told user_counters on its
// command line; elsewhere the read is an illegal instruction.
#ifndef SERVERS_BENCH_COUNTER_H_
#define SERVERS_BENCH_COUNTER_H_

#include <cstdint>

namespace tessera::bench {

// The clobber keeps the measured code between two reads.
[[gnu::always_inline]] inline std::uint64_t instructions() {
  std::uint64_t count;
  asm volatile("rdinstret %0" : "=r"(count) : : "memory");
  return count;
}

// The same, at the two ends of what a row of the table counts: whichever thread reads it.
[[gnu::always_inline]] inline std::uint64_t begin_sample() { return instructions(); }
[[gnu::always_inline]] inline std::uint64_t end_sample() { return instructions(); }

}  // namespace tessera::bench

#endif  // SERVERS_BENCH_COUNTER_H_
