// Tasks that run this program again, in address spaces of their own: text and constants are shared,
// data is a copy of the maker's as it is at that moment.
//
// The runner makes the first task of each behaviour so; a behaviour makes further ones.
#ifndef SERVERS_CONTRACT_PROGRAM_H_
#define SERVERS_CONTRACT_PROGRAM_H_

#include <cstdint>

#include "idl/kernel/cnode.h"
#include "idl/kernel/task.h"
#include "idl/kernel/thread.h"
#include "idl/kernel/untyped.h"
#include "servers/runtime/ipc.h"

namespace tessera::contract {

// A task with one thread: slots of its maker's.
struct Program {
  kernel::CNode cspace;
  kernel::Task task;
  kernel::Thread thread;
};

// Slots that `make_program` uses, in a row; the first three stay the program's.
inline constexpr std::uint32_t kProgramSlots = 4;

// Everything of the task comes from `memory`; it finds itself in StartSlots cnode, task and thread
// with all rights, its memory in layout.h's slots, and the report. Not running yet.
rt::Result<Program> make_program(kernel::Untyped memory, rt::Slot first, std::uint32_t slots);

// It begins in `entry`, with its own stack. `buffer`: where its IPC buffer is mapped; 0: nowhere.
rt::Result<void> start_program(const Program& program, void (*entry)(std::uint64_t),
                               std::uint64_t argument, std::uint64_t buffer = 0);

}  // namespace tessera::contract

#endif  // SERVERS_CONTRACT_PROGRAM_H_
