// A task: the domain that threads run in. Address space, CSpace, identity.
#pragma once

#include <cstdint>

#include "kernel/base/result.h"
#include "kernel/cap/cnode.h"
#include "kernel/cap/slot.h"
#include "kernel/mem/page_pool.h"
#include "kernel/mem/page_table.h"
#include "kernel/object/thread.h"

namespace tessera {

// The class of a task, and how often one was set: threads that know the last stamp know the class.
struct alignas(8) ClassOfTask {
  abi::QosClass of = abi::QosClass::kNormal;
  std::uint32_t stamp = 0;
};

struct Task {
  std::uint32_t references = 0;
  std::uint64_t id = 0;
  std::uint64_t identity = 0;
  // Set by who has the tree.
  Atomic<ClassOfTask> qos;
  Atomic<abi::TaskState> state_word{abi::TaskState::kFresh};
  // A bit each: those that may have translations of its addresses.
  Atomic<std::uint8_t> harts;
  std::uint16_t round = 0;       // that its ASID waits for
  std::uint32_t forgetting = 0;  // slots whose mapping in it is undone but for a round
  bool identified = false;
  abi::FaultCause cause = abi::FaultCause::kNone;
  std::int32_t status = 0;
  std::uint64_t fault_address = 0;
  std::uint64_t fault_pc = 0;

  Slot cspace{SlotRole::kTaskCspace};
  Slot pool_memory{
      SlotRole::kTaskPool};  // the pool's run of pages, an Untyped that nobody can name
  Slot supervisor{SlotRole::kTaskSupervisor};
  Slot grave{SlotRole::kGrave};

  List<Thread, TaskMemberTag> threads;
  PagePool pool;
  PageTable table;  // its root is 0 until the task is configured

  bool configured() const { return table.root().value != 0; }
  abi::TaskState state() const { return state_word.peek(); }
  void set_state(abi::TaskState state) { state_word.store(state); }
  bool ended() const { return state() > abi::TaskState::kRunning; }
  // What cspace names, as the pointer that a call needs; null when it has none.
  CNode* cnode() const { return cnode_.peek(); }
  void set_cnode(CNode* node) { cnode_.store(node); }

  // Tasks by ASID: a mapping in a slot names its task by ASID and generation, so that a task that
  // is gone leaves nothing behind.
  static Task* find(Asid asid, std::uint32_t generation);

 private:
  Atomic<CNode*> cnode_{nullptr};
};
inline constexpr std::uint64_t kTaskSize = (sizeof(Task) + 63) / 64 * 64;

// Gives a fresh task its CSpace (a capability to a CNode) and a pool of `pages` pages out of an
// Untyped's. All, or nothing.
Result<void> configure_task(Task& task, Slot& cspace, Slot& memory, std::uint32_t pages);
// Puts a fresh thread into a configured task, whose capability `task` is.
Result<void> configure_thread(Thread& thread, Slot& task);
// Whether a thread may begin or go on there: even, and a user address.
Result<void> check_pc(std::uint64_t pc, std::uint8_t argument);
// Makes a configured thread ready. The registers are as Thread.start tells.
struct Start {
  std::uint64_t pc;
  std::uint64_t sp;
  std::uint64_t argument;
  std::uint64_t tp;
};
Result<void> start_thread(Thread& thread, const Start& start);

// The task, and each of its threads, has the class from now on; settle_class tells them.
void set_task_class(Task& task, abi::QosClass c);
// Each thread of the task learns its class, at its home, in bounded steps. kPreempted: call again.
Result<void> settle_class(Task& task);

// How a task ends: kills all its threads, in bounded steps. The first call fixes the reason;
// kPreempted: call again.
struct Ending {
  abi::TaskState state{};
  std::int32_t status = 0;
  abi::FaultCause cause = abi::FaultCause::kNone;
  std::uint64_t address = 0;
  std::uint64_t pc = 0;
};
Result<void> end_task(Task& task, const Ending& ending);
// As a thread that was not handled in a fault ends it.
Result<void> end_faulted(Thread& thread);
// An ended task has threads left: the first of them is ready, to go on with the end, whatever
// becomes of whoever began it.
Result<void> keep_ending(Task& task);

}  // namespace tessera
