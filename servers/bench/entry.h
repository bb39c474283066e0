// Where threads of the bench begin that are looked at to the instruction, and what a child runs
// that has this one page of the bench's code and no capability.
#ifndef SERVERS_BENCH_ENTRY_H_
#define SERVERS_BENCH_ENTRY_H_

#include <cstdint>

namespace tessera::bench {

// What a thread goes on with. It is told where it is itself, and what the counter was.
using Entered = void (*)(std::uint64_t self, std::uint64_t counter);

extern "C" {

// Reads the counter as its first act, and goes on in `work`, which is Thread.start's argument.
void bench_enter(Entered work);

// Reads the counter into a1, loads from its argument at bench_fault_load, for ever.
void bench_fault(std::uint64_t address);
void bench_fault_load();

// Reads the counter into a1, and stores 0 of 32 bits to its argument at bench_ring_store; then
// reads the counter into a1 again and again: at bench_ring_spin, with one jump, at bench_ring_jump,
// between.
void bench_ring(std::uint64_t address);
void bench_ring_store();
void bench_ring_spin();
void bench_ring_jump();
}

// Ends its task with the lower half of the counter as the status, which comes by way of its stack.
void exit_with_counter(std::uint64_t self, std::uint64_t counter);
// Yields for ever.
void yield_for_ever(std::uint64_t self, std::uint64_t counter);

// All of the above lies in one page: where that is.
std::uint64_t entry_page();

}  // namespace tessera::bench

#endif  // SERVERS_BENCH_ENTRY_H_
