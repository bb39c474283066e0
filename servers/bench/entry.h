// Where threads of the bench begin that are looked at to the instruction (entry.S).
#ifndef SERVERS_BENCH_ENTRY_H_
#define SERVERS_BENCH_ENTRY_H_

#include <cstdint>

extern "C" {

// Reads the counter as its first act, and goes on in `work(address of work, the counter)`: `work`
// is Thread.start's argument.
void bench_enter(void (*work)(std::uint64_t, std::uint64_t));

// Reads the counter into a1, loads from its argument at bench_fault_load, for ever.
void bench_fault(std::uint64_t address);
void bench_fault_load();
}

#endif  // SERVERS_BENCH_ENTRY_H_
