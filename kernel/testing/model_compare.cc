#include "kernel/testing/model_compare.h"

#include <algorithm>
#include <set>
#include <vector>

#include "idl/wire.h"
#include "kernel/arch/contract/arch.h"
#include "kernel/mem/census.h"
#include "kernel/object/delete.h"
#include "kernel/object/derive.h"
#include "kernel/object/state.h"
#include "kernel/object/untyped.h"
#include "kernel/object/vmo.h"
#include "kernel/testing/call_fixture.h"
#include "kernel/testing/calls.h"
#include "kernel/testing/invariants.h"

namespace tessera::testing {

using abi::ObjectType;
using model::Answer;
using model::Capability;
using model::Object;
using model::Request;

namespace {

constexpr std::uint64_t kPage = 4096;

std::uint64_t physical(std::uint64_t object) {
  return arch::physical(reinterpret_cast<void*>(object)).value;
}

bool has_object(ObjectType type) {
  return type != ObjectType::kUntyped && type != ObjectType::kVmo &&
         type != ObjectType::kIdentityControl;
}

}  // namespace

// The caller has its CSpace, memory, a device, two tasks to map into, and an IdentityControl.
Both::Both() {
  std::shared_ptr<Object> cspace =
      adopt(ObjectType::kCnode, world_.slot(caller_.node_slot).object());
  cspace->slots.resize(caller_.cspace->count());
  model_ = std::make_unique<model::Model>(cspace);
  world_.act_as(*caller_.thread);

  --cspace->names;  // the caller's own, which is there already
  model_->give(1, {.type = ObjectType::kCnode, .rights = 3, .object = cspace});
  move_in(2, world_.slot(world_.make<kernel::Untyped>(24 * kPage).slot().index));
  move_in(3, world_.slot(world_.make<kernel::Untyped>(5 * kPage).slot().index));
  move_in(4, world_.slot(World::kDevice.index));
  for (std::uint32_t i = 0; i < 2; ++i) {
    world_.give(caller_, 5 + i, rt::Slot{others_[i].task_slot});
    tasks_[i] = adopt(ObjectType::kTask, world_.slot(others_[i].task_slot).object());
    --tasks_[i]->names;
    tasks_[i]->space.pool = kPool;
    give(5 + i, tasks_[i]);
  }
  world_.give(caller_, 7, World::kIdentity);
  model_->give(7, {.type = ObjectType::kIdentityControl, .rights = 1});
  world_.checks = false;
  compare_state();
}

// An object that is there, with the names that it has.
std::shared_ptr<Object> Both::adopt(ObjectType type, std::uint64_t address) {
  Slot slot;
  slot.set_word({type, address, 0});
  return std::make_shared<Object>(
      Object{.type = type, .address = physical(address), .names = *references_of(slot)});
}

void Both::give(std::uint32_t index, const std::shared_ptr<Object>& object) {
  model_->give(
      index,
      {.type = object->type, .rights = caller_.cspace->slot(index)->rights(), .object = object});
}

// An Untyped of the first task's becomes the caller's.
void Both::move_in(std::uint32_t index, Slot& slot) {
  model_->give(index, {.type = slot.type(),
                       .rights = slot.rights(),
                       .base = slot.object(),
                       .pages = slot.pages,
                       .device = slot.device,
                       .high = slot.pages});
  caller_.cspace->slot(index)->take(slot);
}

void Both::make(const Request& request, bool interrupted) {
  arch::Frame& frame = world_.actor().frame;
  frame.x[17] = abi::word(request.call);
  frame.x[kT0] = request.invoked;
  for (unsigned i = 0; i < request.a.size(); ++i) frame.x[kA0 + i] = request.a[i];
  world_.interrupt_always(interrupted);
  EXPECT_TRUE(world_.system_call());
  world_.interrupt_always(false);
  // A call that lost what it needed on its way leaves what it has begun to whoever comes next.
  if (state.dying != nullptr) EXPECT_TRUE(bury_the_dead().has_value());
  if (request.call == abi::SystemCall::kUntypedRetype) check_new_memory(request);
}

// What is new is zero; then user space writes to it.
void Both::check_new_memory(const Request& request) {
  if (outcome(world_.actor()).status != 0) return;
  if (static_cast<ObjectType>(request.a[0]) != ObjectType::kVmo) return;
  CNode& node = CNode::of(caller_.cspace->slot(request.a[2])->object());
  for (std::uint64_t i = 0; i < request.a[4]; ++i) {
    const Slot& vmo = *node.slot(request.a[3] + i);
    if (vmo.device) return;
    auto* bytes = static_cast<std::uint8_t*>(arch::direct_map(PhysAddr{vmo.object()}));
    EXPECT_TRUE(std::all_of(bytes, bytes + vmo.pages * kPage, [](auto b) { return b == 0; }));
    std::fill(bytes, bytes + vmo.pages * kPage, 0x77);
  }
}

void Both::compare_answers(const Request& request, const Answer& expected) {
  const Outcome got = outcome(world_.actor());
  EXPECT_EQ(text(got), text(error(expected.status, expected.detail, expected.argument)))
      << to_string(request.call) << " on " << request.invoked << " of " << request.a[0] << ", "
      << request.a[1] << ", " << request.a[2] << ", " << request.a[3] << ", " << request.a[4];
  for (std::size_t i = 0; i < expected.words.size(); ++i) {
    EXPECT_EQ(got.words[i], expected.words[i]) << to_string(request.call) << ", result " << i;
  }
}

void Both::compare_state() {
  std::vector<const Capability*> open(model_->root().children.begin(),
                                      model_->root().children.end());
  std::set<const Object*> nodes{&model_->cspace()};
  while (!open.empty()) {
    const Capability& capability = *open.back();
    open.pop_back();
    compare_capability(capability);
    open.insert(open.end(), capability.children.begin(), capability.children.end());
    if (capability.type == ObjectType::kCnode) nodes.insert(capability.object.get());
    if (::testing::Test::HasFailure()) return;
  }
  for (const Object* node : nodes) compare_node(*node);
  for (const auto& task : tasks_) compare_space(*task);
}

Slot& Both::slot_of(const Capability& capability) {
  auto* node = static_cast<CNode*>(arch::direct_map(PhysAddr{capability.node->address}));
  return *node->slot(capability.index);
}

void Both::compare_capability(const Capability& capability) {
  Slot& slot = slot_of(capability);
  ASSERT_EQ(slot.type(), capability.type);
  ASSERT_EQ(slot.rights(), capability.rights);
  if (has_object(capability.type)) {
    ASSERT_EQ(physical(slot.object()), capability.object->address);
    ASSERT_EQ(*references_of(slot), capability.object->names);
  } else if (capability.type != ObjectType::kIdentityControl) {
    compare_run(capability, slot);
  }
  const bool badged =
      capability.type != ObjectType::kUntyped && capability.type != ObjectType::kVmo;
  if (badged) ASSERT_EQ(slot.badge, capability.badge);
  Slot* child = slot.children.front();
  for (const Capability* expected : capability.children) {
    ASSERT_EQ(child, &slot_of(*expected)) << "the derivation tree";
    child = slot.children.after(*child);
  }
  ASSERT_EQ(child, nullptr) << "something is derived that should not be";
}

void Both::compare_run(const Capability& capability, const Slot& slot) {
  ASSERT_EQ(slot.object(), capability.base);
  ASSERT_EQ(slot.pages, capability.pages);
  ASSERT_EQ(slot.device, capability.device);
  if (capability.type == ObjectType::kUntyped) {
    const std::uint64_t free = capability.children.empty()
                                   ? capability.pages * kPage
                                   : capability.high * kPage - capability.low;
    ASSERT_EQ(free_bytes(slot), free);
    return;
  }
  ASSERT_EQ(slot.sealed, capability.sealed);
  ASSERT_EQ(slot.original, capability.original);
}

void Both::compare_node(const Object& node) {
  auto* real = static_cast<CNode*>(arch::direct_map(PhysAddr{node.address}));
  ASSERT_EQ(real->count(), node.slots.size());
  for (std::uint32_t i = 1; i < real->count(); ++i) {
    ASSERT_EQ(real->slot(i)->empty(), node.slots[i] == nullptr) << "slot " << i;
  }
}

// Through the machine's cache, which keeps what nobody flushes.
void Both::compare_space(const Object& task) {
  const Task& real = *static_cast<Task*>(arch::direct_map(PhysAddr{task.address}));
  auto& tlb = world_.machine.hart(world_.hart.id).tlb;
  constexpr std::uint64_t kLongest = 6;
  for (std::uint64_t place : kPlaces) {
    for (std::uint64_t i = 0; i < kLongest && place + i * kPage < abi::kUserLimit; ++i) {
      const VirtAddr va{place + i * kPage};
      const auto expected = task.space.pages.find(va.value / kPage);
      const auto found = tlb.translate(real.table.root(), real.table.asid(), va);
      ASSERT_EQ(found.has_value(), expected != task.space.pages.end()) << "at " << va.value;
      if (!found.has_value()) continue;
      ASSERT_EQ(found->address.value / kPage, expected->second.physical) << "at " << va.value;
      ASSERT_EQ(found->flags >> 1 & 7, expected->second.access) << "at " << va.value;
    }
  }
}

void Both::check_all() {
  EXPECT_EQ(broken_invariant(), "");
  for (const auto& task : tasks_) {
    const Task& real = *static_cast<Task*>(arch::direct_map(PhysAddr{task->address}));
    EXPECT_EQ(take_census(real.table).pages, task->space.pages.size());
  }
  for (std::uint32_t at = 1; at < model_->cspace().slots.size(); ++at) {
    const auto& holder = model_->cspace().slots[at];
    if (holder == nullptr || holder->type != ObjectType::kCnode || (holder->rights & 1) == 0) {
      continue;
    }
    const kernel::CNode node(rt::Slot{at});
    for (std::uint32_t i = 1; i < holder->object->slots.size(); ++i) {
      const auto& slot = holder->object->slots[i];
      const auto told = node.query(i);
      ASSERT_TRUE(told);
      EXPECT_EQ(told->type, slot == nullptr ? ObjectType::kNull : slot->type);
      EXPECT_EQ(told->rights, slot == nullptr ? 0 : slot->rights);
      EXPECT_EQ(told->badge, slot == nullptr ? 0 : slot->badge);
    }
  }
}

}  // namespace tessera::testing
