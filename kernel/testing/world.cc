#include "kernel/testing/world.h"

#include <gtest/gtest.h>

#include "idl/kernel/cnode.h"
#include "idl/kernel/task.h"
#include "idl/kernel/thread.h"
#include "idl/kernel/untyped.h"
#include "idl/kernel_rights.h"
#include "kernel/object/boot_info.h"
#include "kernel/object/derive.h"
#include "kernel/object/state.h"
#include "kernel/object/tree.h"
#include "kernel/object/untyped.h"
#include "kernel/sched/scheduler.h"
#include "kernel/syscall/trap.h"
#include "kernel/testing/entry.h"
#include "kernel/testing/invariants.h"

namespace tessera::testing {
namespace {

World* current_world = nullptr;

}  // namespace

// The stubs' fake ecall: the actor's registers become these, and what comes back goes back.
void system_call_of_stub(rt::Registers& r) {
  World& world = *current_world;
  arch::Frame& frame = world.actor().frame;
  put_registers(r, frame);
  world.waited_ = !world.system_call();
  EXPECT_TRUE(!world.waited_ || world.may_wait_) << "a call through a stub did not come back";
  get_registers(frame, r);
}

World::World(std::uint64_t ram_bytes, std::uint32_t asids)
    : machine(ram_bytes, asids), hart(state.harts[0]) {
  ::new (&state) State();
  ::new (&boot_info) BootInfo();
  capability_count = 0;
  machine.run_as(hart);
  ipi::online.store(hart.bit);  // and no other
  current_world = this;
  rt::host::syscall = system_call_of_stub;

  EXPECT_TRUE(take_tree());
  Slot start;
  constexpr std::uint32_t kReserve = 8;
  auto pages = static_cast<std::uint32_t>(machine.ram().size / 4096) - kReserve;
  make_untyped(state.root, reserve_, machine.ram().start + std::uint64_t{pages} * 4096, kReserve,
               false);
  make_untyped(state.root, start, machine.ram().start, pages, false);
  PhysAddr table = *take_pages(start, kSlots * sizeof(Slot) / 4096);
  arch::zero(arch::direct_map(table), kSlots * sizeof(Slot));
  cspace_ = &CNode::create(arch::direct_map(table), kSlots);
  first_capability(start, *cspace_->slot(kNode.index), abi::ObjectType::kCnode, cspace_);
  cspace_->slot(kMemory.index)->take(start);
  make_untyped(state.root, *cspace_->slot(kDevice.index), {0x1000'0000}, 4, true);
  cspace_->slot(kIdentity.index)
      ->fill(state.root, abi::ObjectType::kIdentityControl, 0, abi::kAllIdentityControlRights);
  cspace_->slot(kQos.index)
      ->fill(state.root, abi::ObjectType::kQosControl, 0, abi::kAllQosControlRights);
  cspace_->slot(kIrqs.index)
      ->fill(state.root, abi::ObjectType::kIrqControl, 0, abi::kAllIrqControlRights);

  Slot& memory = *cspace_->slot(kMemory.index);
  EXPECT_TRUE(retype(memory, {abi::ObjectType::kTask, 0, 1}, *cspace_, kTask.index));
  EXPECT_TRUE(retype(memory, {abi::ObjectType::kThread, 0, 1}, *cspace_, kThread.index));
  Slot& task = *cspace_->slot(kTask.index);
  main_ = reinterpret_cast<Thread*>(cspace_->slot(kThread.index)->object());
  EXPECT_TRUE(configure_task(*reinterpret_cast<Task*>(task.object()), *cspace_->slot(kNode.index),
                             memory, 8));
  EXPECT_TRUE(configure_thread(*main_, task));
  EXPECT_TRUE(start_thread(*main_, {.pc = 0x1000, .sp = 0, .argument = 0, .tp = 0}));
  EXPECT_EQ(leave_kernel(hart), &main_->frame);
  act_as(*main_);
}

World::~World() {
  rt::host::syscall = nullptr;
  current_world = nullptr;
}

bool World::system_call() {
  constexpr int kManySteps = 100'000;
  Thread& thread = *actor_;
  for (int step = 0; step < kManySteps; ++step) {
    std::uint64_t pc = thread.frame.pc();
    enter(thread, kSystemCall, 0);
    bool again = thread.frame.pc() == pc && thread.wait() == Wait::kNone;
    if (!again) return thread.wait() == Wait::kNone && !thread.doomed;
    ++preemptions;
    if (on_preempted) on_preempted();
    if (thread.wait() != Wait::kNone) return false;
  }
  ADD_FAILURE() << "a system call that is preempted for ever";
  return false;
}

bool World::waits(const std::function<void()>& stub) {
  may_wait_ = true;
  stub();
  may_wait_ = false;
  return waited_;
}

void World::fault(std::uint64_t cause, std::uint64_t value) { enter(*actor_, cause, value); }

void World::advance(std::uint64_t nanoseconds) {
  machine.advance(nanoseconds);
  if (hart.current != nullptr) {
    enter(Thread::of(*hart.current), kTimerInterrupt, 0);
    return;
  }
  try {
    leave_kernel(hart);
  } catch (const arch::host::Asleep&) {
    // Nothing was due.
  }
  check();
}

// Makes `thread` the one that runs, as if the scheduler had come to it, and traps.
void World::enter(Thread& thread, std::uint64_t cause, std::uint64_t value) {
  ASSERT_NE(sched::run_state(thread), sched::RunState::kWaiting) << "a waiting thread cannot trap";
  if (hart.current != &thread) {
    if (hart.current != nullptr) hart.ready.push_front(*hart.current);
    hart.ready.remove(thread);
    thread.ready = false;
    hart.current = &thread;
    arch::activate(thread.task()->table.root(), thread.task()->table.asid());
  }
  try {
    trap(hart, cause, value);
  } catch (const arch::host::Asleep&) {
    // Nobody is ready: the hart sleeps.
  }
  check();
}

void World::check() {
  if (checks) {
    EXPECT_EQ(broken_invariant(), "");
  }
}

Player World::make_task() {
  Thread& before = actor();
  act_as(main());
  Player player{.node_slot = fresh_slot(),
                .task_slot = fresh_slot(),
                .thread_slot = fresh_slot(),
                .quota_slot = fresh_slot()};
  const kernel::CNode own(kNode);
  const kernel::Untyped quota(rt::Slot{player.quota_slot});
  EXPECT_TRUE(kernel::Untyped(kMemory).retype(abi::ObjectType::kUntyped, 128 * 1024, own,
                                              player.quota_slot, 1));
  EXPECT_TRUE(quota.retype(abi::ObjectType::kCnode, 64, own, player.node_slot, 1));
  EXPECT_TRUE(quota.retype(abi::ObjectType::kTask, 0, own, player.task_slot, 1));
  EXPECT_TRUE(quota.retype(abi::ObjectType::kThread, 0, own, player.thread_slot, 1));
  const kernel::CNode node(rt::Slot{player.node_slot});
  const kernel::Task task(rt::Slot{player.task_slot});
  const kernel::Thread thread(rt::Slot{player.thread_slot});
  EXPECT_TRUE(task.configure(node, quota, 8));
  EXPECT_TRUE(thread.configure(task));
  EXPECT_TRUE(node.copy(1, own, player.node_slot));
  EXPECT_TRUE(thread.start(0x1000, 0, 0, 0));
  act_as(before);
  player.task = reinterpret_cast<Task*>(slot(player.task_slot).object());
  player.thread = reinterpret_cast<Thread*>(slot(player.thread_slot).object());
  player.cspace = &CNode::of(slot(player.node_slot).object());
  return player;
}

Player World::make_thread(const Player& player) {
  Thread& before = actor();
  act_as(main());
  Player made = player;
  made.thread_slot = fresh_slot();
  const kernel::Thread thread(rt::Slot{made.thread_slot});
  EXPECT_TRUE(kernel::Untyped(rt::Slot{player.quota_slot})
                  .retype(abi::ObjectType::kThread, 0, kernel::CNode(kNode), made.thread_slot, 1));
  EXPECT_TRUE(thread.configure(kernel::Task(rt::Slot{player.task_slot})));
  EXPECT_TRUE(thread.start(0x1000, 0, 0, 0));
  act_as(before);
  made.thread = reinterpret_cast<Thread*>(slot(made.thread_slot).object());
  return made;
}

Thread& World::make_immortal() {
  const WithTree tree;
  auto make = [&](abi::ObjectType type, Slot& slot) {
    EXPECT_TRUE(retype(reserve_, {type, 0, 1}, *cspace_, kSlots - 1));
    slot.take(*cspace_->slot(kSlots - 1));
  };
  make(abi::ObjectType::kTask, immortal_[0]);
  make(abi::ObjectType::kThread, immortal_[1]);
  auto& task = *reinterpret_cast<Task*>(immortal_[0].object());
  auto& thread = *reinterpret_cast<Thread*>(immortal_[1].object());
  EXPECT_TRUE(configure_task(task, *cspace_->slot(kNode.index), reserve_, 3));
  task.set_cnode(nullptr);
  task.cspace.erase();  // it reaches nothing, and nothing that it holds keeps others alive
  --cspace_->references();
  EXPECT_TRUE(configure_thread(thread, immortal_[0]));
  thread.own_class.set(abi::QosClass::kIdle);
  thread.effective_class.set(abi::QosClass::kIdle);
  EXPECT_TRUE(start_thread(thread, {.pc = 0x1000, .sp = 0, .argument = 0, .tp = 0}));
  return thread;
}

std::uint32_t World::make(abi::ObjectType type, std::uint64_t size, std::uint32_t count) {
  Thread& before = actor();
  act_as(main());
  std::uint32_t first = fresh_slot(count);
  EXPECT_TRUE(kernel::Untyped(kMemory).retype(type, size, kernel::CNode(kNode), first, count));
  act_as(before);
  return first;
}

void World::give(const Player& player, std::uint32_t to, rt::Slot from) {
  give(player, to, from, slot(from.index).rights(), 0);
}

void World::give(const Player& player, std::uint32_t to, rt::Slot from, std::uint8_t rights,
                 std::uint64_t badge) {
  const WithTree tree;
  Slot& target = *player.cspace->slot(to);
  ASSERT_TRUE(target.empty());
  derive(slot(from.index), target, rights);
  if (badge != 0) target.badge = badge;
}

}  // namespace tessera::testing
