// Puts an image's segments and a stack into a new task's address space.
#ifndef SERVERS_PROCESS_LOADER_H_
#define SERVERS_PROCESS_LOADER_H_

#include <cstdint>
#include <string_view>

#include "idl/kernel/cnode.h"
#include "idl/kernel/task.h"
#include "idl/kernel/thread.h"
#include "idl/kernel/untyped.h"
#include "servers/elf/image.h"
#include "servers/process/bench.h"
#include "servers/process/failure.h"

namespace tessera::process {

// A task on its way: not running yet.
struct Child {
  kernel::Untyped memory;  // its quota: pays for everything
  kernel::CNode cspace;
  kernel::Task task;
  kernel::Thread thread;  // its first
};

// Every mapping is carried by a capability in the child's own CSpace (from layout.h's
// kFirstSegment), which holds no more rights than the mapping has, and `map` and `share`: a task
// may give its own memory to others.
Result<void> load_segments(const Bench& bench, const Child& child, const elf::Image& image);

// `size` bytes that end at kStackTop, zero but for the task's argument, which is on top, with a
// zero behind it. Gives the stack pointer that the task begins with: the argument's address, if it
// has one.
Result<std::uint64_t> load_stack(const Bench& bench, const Child& child, std::uint64_t size,
                                 std::string_view argument);

// A page at kBufferAddress that is the thread's IPC buffer.
Result<void> load_buffer(const Bench& bench, const Child& child);

}  // namespace tessera::process

#endif  // SERVERS_PROCESS_LOADER_H_
