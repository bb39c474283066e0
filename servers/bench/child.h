// A task of the bench's making with no more than it takes to run: an address space, a CSpace, code
// of the bench's, a page of stack and one thread. Whoever made the memory that it comes out of
// destroys it with that.
#ifndef SERVERS_BENCH_CHILD_H_
#define SERVERS_BENCH_CHILD_H_

#include <cstdint>

#include "idl/abi.h"
#include "idl/kernel/cnode.h"
#include "idl/kernel/task.h"
#include "idl/kernel/thread.h"
#include "idl/kernel/untyped.h"
#include "idl/kernel/vmo.h"
#include "servers/process/layout.h"
#include "servers/runtime/ipc.h"

namespace tessera::bench {

struct ChildPlan {
  kernel::Untyped memory;
  rt::Slot first;             // empty slots, Child::kSlots in a row
  kernel::Vmo code;           // to be mapped there: a capability carries one mapping
  std::uint64_t address = 0;  // as the bench itself has it mapped
  std::uint32_t slots = abi::kCnodeSlotsMin;
};

struct Child {
  static constexpr std::uint32_t kSlots = 4;
  // The stack, and a page where a buffer may be: in the reach of the page table that has the code.
  static constexpr std::uint64_t kStack = 0x10'0000;
  static constexpr std::uint64_t kStackTop = kStack + abi::kPageSize;
  static constexpr std::uint64_t kBuffer = kStackTop + abi::kPageSize;

  kernel::CNode cspace;
  kernel::Task task;
  kernel::Thread thread;
  kernel::Vmo stack;
};

// All but the start.
rt::Result<Child> make_child(const ChildPlan& plan);

// The bench's whole code, and where every task of it has that.
inline constexpr kernel::Vmo kCode(process::kFirstSegment);
std::uint64_t code_address();

}  // namespace tessera::bench

#endif  // SERVERS_BENCH_CHILD_H_
