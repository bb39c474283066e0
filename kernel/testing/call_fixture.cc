#include "kernel/testing/call_fixture.h"

#include <algorithm>
#include <utility>

#include "idl/wire.h"
#include "kernel/object/state.h"
#include "kernel/testing/calls.h"

namespace tessera::testing {
namespace {

using abi::ObjectType;
using abi::SystemCall;

// In each CNode of a CallTest: an Endpoint, and nothing.
constexpr std::uint32_t kTaken = 2;
constexpr std::uint32_t kFree = 3;
// Of the actor's task.
constexpr std::uint64_t kIdentity = 1;
constexpr std::uint64_t kSavedJunk = 0x5a5a'0000'5a5a'0000;

bool is_saved(unsigned reg) { return reg == 8 || reg == 9 || (reg >= 18 && reg <= 27); }

// Calls whose parameters are not in order at their least value.
struct Good {
  SystemCall call;
  std::string_view parameter;
  std::uint64_t word;
};
constexpr Good kGood[] = {
    {SystemCall::kUntypedRetype, "type", std::to_underlying(ObjectType::kEndpoint)},
    {SystemCall::kUntypedRetype, "first", kFree},
    {SystemCall::kCNodeCopy, "to", kFree},
    {SystemCall::kCNodeCopy, "source", kTaken},
    {SystemCall::kCNodeMint, "to", kFree},
    {SystemCall::kCNodeMint, "source", kTaken},
    {SystemCall::kCNodeMove, "to", kFree},
    {SystemCall::kCNodeMove, "source", kTaken},
    {SystemCall::kCNodeDelete, "index", kTaken},
    {SystemCall::kCNodeRevoke, "index", kTaken},
    {SystemCall::kCNodeQuery, "index", kTaken},
    {SystemCall::kCNodeMutate, "index", kTaken},
    {SystemCall::kIrqConfigure, "source", 1},
    {SystemCall::kVmoMap, "address", 0x10000},
    {SystemCall::kVmoMap, "access", 1},
    {SystemCall::kVmoSlice, "size", 4096},
    {SystemCall::kVmoSlice, "to", kFree},
};

}  // namespace

const calls::Call& call_of(SystemCall number) {
  return *std::ranges::find(calls::kAll, number, &calls::Call::number);
}

std::uint64_t good_word(const calls::Call& call, const calls::Parameter& parameter) {
  for (const Good& good : kGood) {
    if (good.call == call.number && good.parameter == parameter.name) return good.word;
  }
  return parameter.min;
}

std::vector<Place> capability_places(const calls::Call& call) {
  std::vector<Place> places;
  if (call.invoked != ObjectType::kNull) places.push_back({kT0, 0, call.invoked, call.rights});
  unsigned argument = 0;
  for (const calls::Parameter& p : call.parameters) {
    ++argument;
    if (p.kind != calls::Kind::kCapability) continue;
    places.push_back({p.place, argument, p.type, p.rights});
  }
  return places;
}

CallTest::CallTest() {
  world.main().task()->identity = kIdentity;
  const kernel::CNode own(World::kNode);
  for (std::uint32_t base : {kInvoked, kArgument, kOther}) {
    for (const calls::Object& object : calls::kObjects) {
      make(object.type, base + std::to_underlying(object.type));
    }
    // An Untyped that has a child is not reset by a call that is refused.
    const kernel::Untyped used(rt::Slot{base + std::to_underlying(ObjectType::kUntyped)});
    EXPECT_TRUE(used.retype(ObjectType::kReply, 0, own, world.fresh_slot(), 1));
    const kernel::CNode node(rt::Slot{base + std::to_underlying(ObjectType::kCnode)});
    EXPECT_TRUE(node.copy(kTaken, own, kInvoked + std::to_underlying(ObjectType::kEndpoint)));
  }
  // What is given as an argument can be used: a task that has an address space.
  const kernel::Task task(rt::Slot{kArgument + std::to_underlying(ObjectType::kTask)});
  const kernel::CNode node(rt::Slot{kArgument + std::to_underlying(ObjectType::kCnode)});
  EXPECT_TRUE(task.configure(node, kernel::Untyped(World::kMemory), 4));
  // A refusal changes nothing, so it breaks nothing either: the Snapshot is enough, and much
  // quicker.
  world.checks = false;
}

void CallTest::make(ObjectType type, std::uint32_t slot) {
  if (type == ObjectType::kIdentityControl || type == ObjectType::kQosControl ||
      type == ObjectType::kIrqControl || type == ObjectType::kBootInfo) {
    for (const calls::Object& object : calls::kObjects) {
      if (object.type == type) world.slot(slot).fill(tessera::state.root, type, 0, object.rights);
    }
    // It works for the actor.
    if (type == ObjectType::kQosControl) world.slot(slot).badge = kIdentity;
    return;
  }
  bool pages = type == ObjectType::kUntyped || type == ObjectType::kVmo;
  std::uint64_t size = pages ? 3 * 4096 : type == ObjectType::kCnode ? 16 : 0;
  EXPECT_TRUE(
      kernel::Untyped(World::kMemory).retype(type, size, kernel::CNode(World::kNode), slot, 1));
}

void CallTest::prepare(const calls::Call& call) {
  arch::Frame& frame = world.actor().frame;
  for (unsigned i = 5; i < 32; ++i) frame.x[i] = is_saved(i) ? kSavedJunk : rt::host::kJunk;
  frame.x[17] = abi::word(call.number);
  for (const Place& place : capability_places(call)) frame.x[place.reg] = slot_for(place);
  for (const calls::Parameter& p : call.parameters) {
    if (p.kind != calls::Kind::kCapability) frame.x[p.place] = good_word(call, p);
    for (unsigned word = 0; word < p.tail_words; ++word) frame.x[p.tail + word] = 0;
  }
}

void CallTest::expect_rejected(Snapshot& before, const calls::Call& call, std::int32_t status,
                               abi::Detail detail, unsigned argument) {
  arch::Frame& frame = world.actor().frame;
  std::uint64_t pc = frame.pc();
  EXPECT_TRUE(world.system_call());
  EXPECT_TRUE(refused(outcome(world.actor()), status, detail, argument));
  EXPECT_EQ(frame.pc(), pc + 4);
  for (unsigned i : {1, 3, 5, 6, 7, 10, 11, 12, 13, 14, 15, 28, 29, 30, 31}) {
    EXPECT_EQ(frame.x[i], 0u) << "x" << i << ": nothing comes back but the refusal";
  }
  for (unsigned i = 8; i < 28; ++i) {
    if (is_saved(i)) EXPECT_EQ(frame.x[i], call.receives ? 0 : kSavedJunk) << "x" << i;
  }
  EXPECT_EQ(before.changed(), "");
}

void CallTest::expect_rejected(const calls::Call& call, unsigned reg, std::uint64_t value,
                               std::int32_t status, abi::Detail detail, unsigned argument) {
  SCOPED_TRACE(std::string(call.name) + " x" + std::to_string(reg) + " = " + std::to_string(value));
  Snapshot before(world);
  prepare(call);
  world.actor().frame.x[reg] = value;
  expect_rejected(before, call, status, detail, argument);
}

}  // namespace tessera::testing
