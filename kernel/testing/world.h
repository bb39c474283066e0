// A machine with the kernel in it, and tasks that a test plays: each of its system calls goes
// through the kernel's real entrance, and the invariants are checked after each.
//
// The stubs that user space has act for world.actor(), at first the first task's thread,
// world.main():
//
//   World world;
//   kernel::Untyped memory(World::kMemory);
//   EXPECT_TRUE(memory.retype(...));
//   Player server = world.make_task();
//   world.act_as(*server.thread);
//   EXPECT_TRUE(world.waits([&] { (void)endpoint.receive(abi::kNoDeadline); }));
//   ... later, what the call came back with (kernel/testing/outcome.h): outcome(*server.thread)
#pragma once

#include <cstdint>
#include <functional>

#include "kernel/arch/host/machine.h"
#include "kernel/base/check.h"
#include "kernel/object/task.h"
#include "kernel/object/tree.h"
#include "kernel/sched/hart.h"
#include "servers/runtime/ipc.h"

namespace tessera::testing {

// A task with one thread, made by the first task.
struct Player {
  Task* task = nullptr;
  Thread* thread = nullptr;
  CNode* cspace = nullptr;
  std::uint32_t node_slot = 0;  // the capabilities to them in the first task's CSpace
  std::uint32_t task_slot = 0;
  std::uint32_t thread_slot = 0;
  std::uint32_t quota_slot = 0;  // the Untyped that all of it came from
};

// The derivation tree is this hart's as long as one of these lives: around calls of the kernel's
// own functions.
struct WithTree {
  WithTree() { CHECK(take_tree().has_value()); }
  ~WithTree() { leave_tree(); }
  WithTree(const WithTree&) = delete;
  WithTree& operator=(const WithTree&) = delete;
};

class World {
 public:
  static constexpr rt::Slot kNode{1};  // the first task's CSpace
  static constexpr rt::Slot kTask{2};
  static constexpr rt::Slot kThread{3};
  static constexpr rt::Slot kIdentity{5};
  static constexpr rt::Slot kQos{6};
  static constexpr rt::Slot kIrqs{7};    // an IrqControl
  static constexpr rt::Slot kMemory{8};  // an Untyped with most of RAM
  static constexpr rt::Slot kDevice{9};  // a device Untyped of four pages
  static constexpr std::uint32_t kFirstFree = 16;
  static constexpr std::uint32_t kSlots = 512;

  explicit World(std::uint64_t ram_bytes = std::uint64_t{4} << 20, std::uint32_t asids = 16);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  Thread& main() { return *main_; }
  Thread& actor() { return *actor_; }
  // From now on `thread`, which is ready or runs, makes the system calls.
  void act_as(Thread& thread) { actor_ = &thread; }

  // The actor makes a system call whose registers are in its frame (x[17] the number), again while
  // it is preempted. True: it has come back.
  bool system_call();
  // Calls a stub whose system call must not come back now. True: so it was; the actor waits, or has
  // ended.
  bool waits(const std::function<void()>& stub);
  // The actor faults.
  void fault(std::uint64_t cause, std::uint64_t value);
  // Time passes; what is due happens.
  void advance(std::uint64_t nanoseconds);

  // A slice passes for each thread that there may be: all who are ready have run.
  void let_all_run() {
    for (int i = 0; i < 32; ++i) advance(kSlice.value);
  }

  // Made out of kMemory, with a CSpace of 64 slots of which 1 is its own. The thread has started
  // (pc 0x1000) and is ready.
  Player make_task();
  // A second thread in the player's task, likewise; the same Player but for its thread.
  Player make_thread(const Player& player);
  // Of the lowest class, in a task that no capability reaches: somebody is ready whatever else
  // ends.
  Thread& make_immortal();
  // A new object out of kMemory, by the handle of its type.
  template <class Handle>
  Handle make(std::uint64_t size = 0, std::uint32_t count = 1) {
    return Handle(rt::Slot{make(Handle::kType, size, count)});
  }
  std::uint32_t make(abi::ObjectType type, std::uint64_t size, std::uint32_t count);
  // A copy of a capability of the first task's, in slot `to` of the player's; with fewer rights and
  // a badge.
  void give(const Player& player, std::uint32_t to, rt::Slot from);
  void give(const Player& player, std::uint32_t to, rt::Slot from, std::uint8_t rights,
            std::uint64_t badge);

  // An interrupt waits from now on: every preemptible operation stops at each of its preemption
  // points.
  void interrupt_always(bool pending) { machine.raise(hart.id, pending); }
  // Called each time that a system call of the actor was preempted, before it is made again.
  std::function<void()> on_preempted;
  int preemptions = 0;
  // Whether the invariants are checked after each entry to the kernel; a test with its own schedule
  // may turn it off.
  bool checks = true;

  // A slot of the first task's CSpace that was not given by this before.
  std::uint32_t fresh_slot(std::uint32_t count = 1) {
    std::uint32_t first = next_slot_;
    next_slot_ += count;
    return first;
  }
  Slot& slot(std::uint32_t index) { return *cspace_->slot(index); }
  CNode& cspace() { return *cspace_; }

  arch::host::Machine machine;
  Hart& hart;

 private:
  void enter(Thread& thread, std::uint64_t cause, std::uint64_t value);
  void check();

  Slot reserve_;  // an Untyped that no CSpace has
  Slot immortal_[2];
  CNode* cspace_ = nullptr;
  Thread* main_ = nullptr;
  Thread* actor_ = nullptr;
  std::uint32_t next_slot_ = kFirstFree;
  friend void system_call_of_stub(rt::Registers& r);
  bool may_wait_ = false;
  bool waited_ = false;
};

}  // namespace tessera::testing
