// The rows of memory and capabilities: what retyping, mapping, deriving, deleting and revoking
// cost. Each is one call, from the stub's first instruction to the answer in its registers.
#ifndef SERVERS_BENCH_OBJECTS_H_
#define SERVERS_BENCH_OBJECTS_H_

namespace tessera::bench {

// Takes 5 MiB of the task's memory, the slots from kObjectSlots (objects.cc) on, and one page of
// its pool of page tables beyond those that it has. False when a row failed, which is printed.
bool measure_objects();

}  // namespace tessera::bench

#endif  // SERVERS_BENCH_OBJECTS_H_
