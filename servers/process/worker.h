// A worker: a second task that a program makes of itself, and its threads. It has the program's
// identity, and runs the program's code.
//
// A program may put no thread under its own identity, but into a task that it made: with the
// manifest's grant `identity` that one is the program, too, to whoever it calls. Both tasks have
// the program's text and constants, and a piece of memory that is made for them, at the same
// addresses; of its data the worker has nothing.
#ifndef SERVERS_PROCESS_WORKER_H_
#define SERVERS_PROCESS_WORKER_H_

#include <cstdint>

#include "idl/abi.h"
#include "idl/kernel/cnode.h"
#include "idl/kernel/task.h"
#include "servers/runtime/ipc.h"
#include "servers/runtime/slots.h"

namespace tessera::process {

class Worker {
 public:
  using Main = void (*)(std::uint64_t argument);

  // What one is made with. `first`: empty slots of the program's, kSlots and one more for each
  // thread. `address`: a page's, from which nothing is mapped. `stack`: bytes for each thread, a
  // multiple of 16.
  struct Plan {
    rt::Slot first{abi::kStartSlots};
    std::uint64_t address = 0x1000'0000;
    std::uint32_t threads = 0;
    std::uint64_t stack = abi::kPageSize;
  };
  static constexpr std::uint32_t kSlots = 5;

  constexpr explicit Worker(const Plan& plan) : plan_(plan) {}

  // The task, with no thread and no capability but to a timer of its own, which nobody signals:
  // what servers/runtime/time.h does works in its threads.
  rt::Result<void> make() const;
  // A copy of a capability of the program's, into a slot of the worker's.
  rt::Result<void> give(rt::Slot to, rt::Slot from) const;
  rt::Result<void> give(rt::Slot slot) const { return give(slot, slot); }
  // Its n-th thread begins at `main`, which does not return.
  rt::Result<void> start(std::uint32_t nth, Main main, std::uint64_t argument) const;

  // A page that both have, all zero at first; from make() on.
  template <class T>
  T& shared() const {
    static_assert(sizeof(T) <= abi::kPageSize);
    return *reinterpret_cast<T*>(plan_.address + stack_bytes());
  }

 private:
  static constexpr std::uint32_t kCSpaceSlots = 64;
  static constexpr std::uint32_t kPoolPages = 8;

  constexpr rt::Slot nth(std::uint32_t n) const { return {plan_.first.index + n}; }
  constexpr kernel::CNode cspace() const { return kernel::CNode(nth(0)); }
  constexpr kernel::Task task() const { return kernel::Task(nth(1)); }
  constexpr rt::Slot timer() const { return nth(2); }
  constexpr rt::Slot memory() const { return nth(3); }
  constexpr rt::Slot temporary() const { return nth(4); }
  constexpr rt::Slot thread(std::uint32_t n) const { return nth(kSlots + n); }
  constexpr std::uint64_t stack_bytes() const {
    const std::uint64_t bytes = plan_.threads * plan_.stack;
    return (bytes + abi::kPageSize - 1) / abi::kPageSize * abi::kPageSize;
  }

  rt::Result<void> share(rt::Slot vmo, std::uint64_t address, kernel::Access access) const;
  rt::Result<void> share_memory() const;

  Plan plan_;
};

// A worker's thread has no end of its own: it waits for ever, and ends with the task.
[[noreturn]] void rest();

}  // namespace tessera::process

#endif  // SERVERS_PROCESS_WORKER_H_
