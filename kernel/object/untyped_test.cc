// Untyped.retype and Untyped.info: what comes out, what it costs, and what is refused.
#include "kernel/object/untyped.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "kernel/arch/contract/arch.h"
#include "kernel/base/bits.h"
#include "kernel/object/notification.h"
#include "kernel/object/task.h"
#include "kernel/testing/calls.h"
#include "kernel/testing/outcome.h"
#include "kernel/testing/world.h"

namespace tessera::testing {
namespace {

using abi::ObjectType;

class UntypedTest : public ::testing::Test {
 protected:
  // Objects of `type` from `memory` at `first`, in the first task's own CSpace.
  rt::Result<void> retype(ObjectType type, std::uint64_t size, std::uint32_t first,
                          std::uint32_t count = 1) {
    return memory.retype(type, size, own, first, count);
  }
  std::uint64_t free() { return memory.info()->free; }
  ObjectType type_at(std::uint32_t slot) { return own.query(slot)->type; }
  bool is_zero(std::uint32_t vmo) {
    Slot& slot = world.slot(vmo);
    auto* bytes = static_cast<std::uint8_t*>(arch::direct_map(PhysAddr{slot.object()}));
    return std::all_of(bytes, bytes + slot.pages * kPageSize, [](auto b) { return b == 0; });
  }
  void dirty(std::uint32_t vmo) {
    Slot& slot = world.slot(vmo);
    auto* bytes = static_cast<std::uint8_t*>(arch::direct_map(PhysAddr{slot.object()}));
    std::fill(bytes, bytes + slot.pages * kPageSize, 0x77);
  }

  bool retype_by_hand(Slot& untyped, const Request& request, std::uint32_t first) {
    return tessera::retype(untyped, request, world.cspace(), first).has_value();
  }

  static constexpr std::uint32_t kA = 100;  // free slots of the first task's CSpace
  static constexpr std::uint64_t kQuota = 64 * kPageSize;
  World world;
  kernel::CNode own{World::kNode};
  kernel::Untyped memory = world.make<kernel::Untyped>(kQuota);
};

struct Size {
  ObjectType type;
  std::uint64_t size;
  std::uint64_t bytes;  // what it costs
};
constexpr Size kSizes[] = {
    {ObjectType::kUntyped, kPageSize, kPageSize},
    {ObjectType::kCnode, 8, 512},
    {ObjectType::kCnode, 65, 2 * kPageSize},
    {ObjectType::kTask, 0, kTaskSize},
    {ObjectType::kThread, 0, kThreadSize},
    {ObjectType::kEndpoint, 0, 64},
    {ObjectType::kNotification, 0, 64},
    {ObjectType::kReply, 0, 64},
    {ObjectType::kVmo, 3 * kPageSize, 3 * kPageSize},
    {ObjectType::kAlarm, 0, kAlarmSize},
};

TEST_F(UntypedTest, MakesEachTypeAndCountsItsBytes) {
  for (const Size& size : kSizes) {
    EXPECT_EQ(free(), kQuota);
    ASSERT_TRUE(retype(size.type, size.size, kA)) << to_string(size.type);
    EXPECT_EQ(type_at(kA), size.type);
    EXPECT_EQ(own.query(kA)->badge, 0u);
    EXPECT_EQ(free(), kQuota - size.bytes) << to_string(size.type);
    ASSERT_TRUE(own.delete_(kA));
  }
  EXPECT_EQ(free(), kQuota) << "when the last child is gone, all of it is free again";
}

TEST_F(UntypedTest, MakesManyAtOnce) {
  ASSERT_TRUE(retype(ObjectType::kEndpoint, 0, kA, 16));
  for (std::uint32_t i = 0; i < 16; ++i) {
    EXPECT_EQ(type_at(kA + i), ObjectType::kEndpoint);
    for (std::uint32_t j = 0; j < i; ++j) {
      EXPECT_NE(world.slot(kA + i).object(), world.slot(kA + j).object());
    }
  }
  EXPECT_EQ(free(), kQuota - 16 * 64);
}

TEST_F(UntypedTest, RefusesWrongSizes) {
  struct {
    ObjectType type;
    std::uint64_t size;
  } const kWrong[] = {
      {ObjectType::kUntyped, 0},
      {ObjectType::kUntyped, 1},
      {ObjectType::kUntyped, kPageSize + 1},
      {ObjectType::kUntyped, ~std::uint64_t{0}},
      {ObjectType::kUntyped, ~std::uint64_t{0} << 12},
      {ObjectType::kUntyped, std::uint64_t{1} << 63},
      {ObjectType::kVmo, 0},
      {ObjectType::kVmo, 64},
      {ObjectType::kVmo, std::uint64_t{1} << 44},
      {ObjectType::kCnode, 0},
      {ObjectType::kCnode, abi::kCnodeSlotsMin - 1},
      {ObjectType::kCnode, abi::kCnodeSlotsMax + 1},
      {ObjectType::kCnode, ~std::uint64_t{0}},
      {ObjectType::kTask, 1},
      {ObjectType::kThread, 64},
      {ObjectType::kEndpoint, 64},
      {ObjectType::kNotification, 1},
      {ObjectType::kReply, 4096},
      {ObjectType::kAlarm, 1},
  };
  for (const auto& wrong : kWrong) {
    SCOPED_TRACE(std::string(to_string(wrong.type)) + " of " + std::to_string(wrong.size));
    expect_refused(
        world, [&] { return retype(wrong.type, wrong.size, kA); }, abi::kEinval,
        abi::Detail::kBadRange, 2);
  }
}

TEST_F(UntypedTest, RefusesTypesThatNobodyMakes) {
  for (ObjectType type : {ObjectType::kNull, ObjectType::kIdentityControl, ObjectType::kBootInfo,
                          ObjectType::kQosControl}) {
    for (std::uint64_t size : {std::uint64_t{0}, kPageSize}) {
      expect_refused(
          world, [&] { return retype(type, size, kA); }, abi::kEinval, abi::Detail::kBadEnum, 1);
    }
  }
}

TEST_F(UntypedTest, RefusesCountsOutOfRange) {
  for (std::uint32_t count : {0u, 17u, ~0u}) {
    expect_refused(
        world, [&] { return retype(ObjectType::kEndpoint, 0, kA, count); }, abi::kEinval,
        abi::Detail::kBadRange, 5);
  }
}

TEST_F(UntypedTest, RefusesSlotsThatAreNotThere) {
  auto try_at = [&](std::uint32_t first, std::uint32_t count, std::uint32_t argument) {
    SCOPED_TRACE(first);
    expect_refused(
        world, [&] { return retype(ObjectType::kEndpoint, 0, first, count); }, abi::kEbadf,
        abi::Detail::kBadCap, argument);
  };
  try_at(0, 1, 4);
  try_at(World::kSlots, 1, 4);
  try_at(World::kSlots - 1, 2, 5);
  try_at(World::kSlots - 15, 16, 5);
  try_at(~0u, 1, 4);
  try_at(~0u - 1, 16, 4);
  EXPECT_TRUE(retype(ObjectType::kEndpoint, 0, World::kSlots - 16, 16)) << "up to the last";
}

TEST_F(UntypedTest, AllOrNothingWhenASlotIsTaken) {
  ASSERT_TRUE(retype(ObjectType::kNotification, 0, kA + 5));
  for (std::uint32_t first = kA; first <= kA + 5; ++first) {
    expect_refused(
        world, [&] { return retype(ObjectType::kEndpoint, 0, first, 6); }, abi::kEexist,
        abi::Detail::kOccupied, 4);
  }
}

TEST_F(UntypedTest, AllOrNothingWhenMemoryEnds) {
  ASSERT_TRUE(retype(ObjectType::kUntyped, kQuota - kPageSize, kA));
  ASSERT_EQ(free(), kPageSize);
  struct {
    ObjectType type;
    std::uint64_t size;
    std::uint32_t count;
  } const kTooMuch[] = {{ObjectType::kVmo, kPageSize, 2},
                        {ObjectType::kVmo, 2 * kPageSize, 1},
                        {ObjectType::kUntyped, kPageSize, 16},
                        {ObjectType::kThread, 0, 16},
                        {ObjectType::kCnode, abi::kCnodeSlotsMax, 16},
                        {ObjectType::kVmo, std::uint64_t{1} << 36, 16}};
  for (const auto& much : kTooMuch) {
    expect_refused(
        world, [&] { return retype(much.type, much.size, kA + 1, much.count); }, abi::kEnomem,
        abi::Detail::kNoMemory);
  }
  EXPECT_TRUE(retype(ObjectType::kVmo, kPageSize, kA + 1)) << "what is left can be had";
  EXPECT_EQ(free(), 0u);
  expect_refused(
      world, [&] { return retype(ObjectType::kReply, 0, kA + 2); }, abi::kEnomem,
      abi::Detail::kNoMemory);
}

// Small objects come from one end, runs of pages from the other; they meet without overlap.
TEST_F(UntypedTest, SmallObjectsAndPagesMeet) {
  std::uint32_t slot = kA;
  std::uint64_t expected = kQuota;
  while (retype(ObjectType::kVmo, kPageSize, slot)) {
    ++slot;
    expected -= kPageSize;
    if (!retype(ObjectType::kThread, 0, slot)) break;
    ++slot;
    expected -= kThreadSize;
    EXPECT_EQ(free(), expected);
  }
  EXPECT_LT(free(), kPageSize + kThreadSize);
  while (retype(ObjectType::kReply, 0, slot)) ++slot;
  EXPECT_EQ(free(), 0u);
  for (std::uint32_t i = kA; i < slot; ++i) ASSERT_TRUE(own.delete_(i));
  EXPECT_EQ(free(), kQuota);
}

TEST_F(UntypedTest, MemoryIsZeroedAndAgainWhenReused) {
  for (int round = 0; round < 2; ++round) {
    ASSERT_TRUE(retype(ObjectType::kVmo, 3 * kPageSize, kA, 5));
    for (std::uint32_t i = kA; i < kA + 5; ++i) EXPECT_TRUE(is_zero(i)) << i;
    ASSERT_TRUE(retype(ObjectType::kCnode, 64, kA + 5));
    for (std::uint32_t i = 1; i < 64; ++i) {
      EXPECT_EQ(kernel::CNode(rt::Slot{kA + 5}).query(i)->type, ObjectType::kNull);
    }
    for (std::uint32_t i = kA; i < kA + 5; ++i) dirty(i);
    for (std::uint32_t i = kA; i <= kA + 5; ++i) ASSERT_TRUE(own.delete_(i));
  }
}

// A child Untyped that is used, given up and made again is clean for its next owner.
TEST_F(UntypedTest, NestedMemoryIsZeroedToo) {
  for (int round = 0; round < 2; ++round) {
    ASSERT_TRUE(retype(ObjectType::kUntyped, 8 * kPageSize, kA));
    kernel::Untyped inner(rt::Slot{kA});
    EXPECT_EQ(inner.info()->free, 8 * kPageSize);
    ASSERT_TRUE(inner.retype(ObjectType::kVmo, 8 * kPageSize, own, kA + 1, 1));
    EXPECT_EQ(inner.info()->free, 0u);
    EXPECT_EQ(free(), kQuota - 8 * kPageSize) << "the outer one pays once";
    EXPECT_TRUE(is_zero(kA + 1));
    dirty(kA + 1);
    ASSERT_TRUE(own.revoke(kA));
    EXPECT_EQ(type_at(kA + 1), ObjectType::kNull);
    EXPECT_EQ(inner.info()->free, 8 * kPageSize);
    ASSERT_TRUE(own.delete_(kA));
    EXPECT_EQ(free(), kQuota);
  }
}

// What came from a deleted Untyped still stands, and its memory is not given out a second time.
TEST_F(UntypedTest, DeletingAnUntypedFreesNothingWhileItsChildrenLive) {
  ASSERT_TRUE(retype(ObjectType::kUntyped, 8 * kPageSize, kA));
  ASSERT_TRUE(kernel::Untyped(rt::Slot{kA}).retype(ObjectType::kVmo, kPageSize, own, kA + 1, 1));
  ASSERT_TRUE(own.delete_(kA));
  EXPECT_EQ(type_at(kA + 1), ObjectType::kVmo);
  EXPECT_EQ(free(), kQuota - 8 * kPageSize);
  ASSERT_TRUE(own.revoke(memory.slot().index));
  EXPECT_EQ(type_at(kA + 1), ObjectType::kNull);
  EXPECT_EQ(free(), kQuota);
}

TEST_F(UntypedTest, InfoTellsTheRun) {
  auto info = memory.info();
  ASSERT_TRUE(info);
  EXPECT_EQ(info->size, kQuota);
  EXPECT_FALSE(info->device);
  EXPECT_GE(info->base, world.machine.ram().start.value);
  EXPECT_LE(info->base + info->size, world.machine.ram().end().value);
  EXPECT_TRUE(kernel::Untyped(World::kDevice).info()->device);
}

TEST_F(UntypedTest, DeviceMemoryGivesOnlyVmosAndUntyped) {
  kernel::Untyped device(World::kDevice);
  for (const Size& size : kSizes) {
    if (size.type == ObjectType::kUntyped || size.type == ObjectType::kVmo) continue;
    expect_refused(
        world, [&] { return device.retype(size.type, size.size, own, kA, 1); }, abi::kEinval,
        abi::Detail::kBadType, 1);
  }
  ASSERT_TRUE(device.retype(ObjectType::kUntyped, 2 * kPageSize, own, kA, 1));
  EXPECT_TRUE(kernel::Untyped(rt::Slot{kA}).info()->device);
  kernel::Untyped inner(rt::Slot{kA});
  expect_refused(
      world, [&] { return inner.retype(ObjectType::kEndpoint, 0, own, kA + 1, 1); }, abi::kEinval,
      abi::Detail::kBadType, 1);
  ASSERT_TRUE(inner.retype(ObjectType::kVmo, kPageSize, own, kA + 1, 1));
  EXPECT_TRUE(kernel::Vmo(rt::Slot{kA + 1}).info()->device);
}

// Page tables would be written through the direct map, where no device is.
TEST_F(UntypedTest, DeviceMemoryIsNoPoolForATask) {
  ASSERT_TRUE(retype(ObjectType::kTask, 0, kA));
  expect_refused(
      world,
      [&] { return kernel::Task(rt::Slot{kA}).configure(own, kernel::Untyped(World::kDevice), 3); },
      abi::kEinval, abi::Detail::kBadType, 2);
}

// Zeroing stops at every page while an interrupt waits, and what was zeroed stays so.
TEST_F(UntypedTest, ZeroingIsPreemptedAndCompletes) {
  world.interrupt_always(true);
  std::uint64_t freed = 0;
  world.on_preempted = [&] {
    EXPECT_EQ(world.slot(kA).type(), ObjectType::kNull) << "nothing is there before all is";
    freed = free_bytes(world.slot(memory.slot().index));
    EXPECT_EQ(freed, kQuota);
  };
  ASSERT_TRUE(retype(ObjectType::kVmo, 16 * kPageSize, kA));
  world.interrupt_always(false);
  EXPECT_EQ(world.preemptions, 15) << "a page a step";
  EXPECT_TRUE(is_zero(kA));
}

// Between two steps of one retype others take from the same Untyped; none of it comes out twice.
TEST_F(UntypedTest, OthersMayTakeMemoryWhileZeroingIsPreempted) {
  ASSERT_TRUE(retype(ObjectType::kUntyped, 40 * kPageSize, kA));
  world.interrupt_always(true);
  std::uint32_t slot = kA + 1;
  world.on_preempted = [&] {
    if (slot >= kA + 9) return;
    Slot& shared = world.slot(kA);
    ASSERT_TRUE(retype_by_hand(shared, {ObjectType::kThread, 0, 1}, slot++));
    ASSERT_TRUE(retype_by_hand(shared, {ObjectType::kUntyped, 2 * kPageSize, 1}, slot++));
  };
  kernel::Untyped shared(rt::Slot{kA});
  ASSERT_TRUE(shared.retype(ObjectType::kVmo, 16 * kPageSize, own, kA + 20, 1));
  EXPECT_TRUE(is_zero(kA + 20));
}

// A VMO of 2 MiB and more begins where a large page can. An Untyped need not: it can be all that is
// left.
TEST(UntypedLargeTest, LargeVmosAreAligned) {
  World world(std::uint64_t{12} << 20);
  kernel::CNode own(World::kNode);
  kernel::Untyped memory(World::kMemory);
  ASSERT_TRUE(memory.retype(ObjectType::kVmo, kPageSize, own, 100, 1));
  ASSERT_TRUE(memory.retype(ObjectType::kVmo, kLargePageSize, own, 101, 1));
  EXPECT_TRUE(is_aligned(kernel::Vmo(rt::Slot{101}).info()->base, kLargePageSize));
  // All but the first page, where small objects are.
  ASSERT_TRUE(memory.retype(ObjectType::kEndpoint, 0, own, 103, 1));
  const std::uint64_t left = memory.info()->free;
  ASSERT_GT(left, kLargePageSize);
  ASSERT_TRUE(memory.retype(ObjectType::kUntyped, left - left % kPageSize, own, 102, 1));
}

// Rounds of use and giving back need no more memory each time (R10, for what Untyped accounts).
TEST_F(UntypedTest, RoundsGiveBackToTheByte) {
  std::uint64_t outer = kernel::Untyped(World::kMemory).info()->free;
  for (int round = 0; round < 50; ++round) {
    ASSERT_TRUE(retype(ObjectType::kThread, 0, kA, 8));
    ASSERT_TRUE(retype(ObjectType::kCnode, 100, kA + 8, 2));
    ASSERT_TRUE(own.revoke(memory.slot().index));
    ASSERT_EQ(free(), kQuota);
    ASSERT_EQ(kernel::Untyped(World::kMemory).info()->free, outer);
  }
}

}  // namespace
}  // namespace tessera::testing
