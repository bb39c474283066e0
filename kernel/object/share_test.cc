// VMOs that are shared: slices, capabilities that cannot be passed on, seals; and rights that a
// capability gives up.
#include <gtest/gtest.h>

#include <utility>

#include "idl/kernel_rights.h"
#include "kernel/object/vmo.h"
#include "kernel/testing/calls.h"
#include "kernel/testing/ipc_fixture.h"

namespace tessera::testing {
namespace {

using abi::Detail;
using abi::VmoRight;
using kernel::Access;

constexpr std::uint64_t kAt = 0x10000;

constexpr std::uint8_t bits(auto... rights) {
  return static_cast<std::uint8_t>((std::to_underlying(rights) | ...));
}
constexpr std::uint8_t kReadMap = bits(VmoRight::kRead, VmoRight::kMap);
constexpr std::uint8_t kReadMapShare = bits(VmoRight::kRead, VmoRight::kMap, VmoRight::kShare);
constexpr std::uint8_t kCode = kReadMapShare | bits(VmoRight::kExecute);

class ShareTest : public IpcTest {
 protected:
  ShareTest() { world.act_as(world.main()); }
  kernel::Vmo minted(kernel::Vmo from, std::uint8_t rights) {
    std::uint32_t to = world.fresh_slot();
    EXPECT_TRUE(own.mint(to, own, from.slot().index, rights, 0));
    return kernel::Vmo(rt::Slot{to});
  }
  kernel::Vmo sliced(kernel::Vmo from, std::uint64_t offset, std::uint64_t size,
                     std::uint8_t rights = kReadMapShare) {
    std::uint32_t to = world.fresh_slot();
    EXPECT_TRUE(from.slice(offset, size, own, to, rights));
    return kernel::Vmo(rt::Slot{to});
  }

  kernel::CNode own{World::kNode};
  kernel::Task task{rt::Slot{client.task_slot}};
  kernel::Vmo vmo = world.make<kernel::Vmo>(4 * kPageSize);
  std::uint32_t empty = world.fresh_slot();
};

TEST_F(ShareTest, ASliceIsAPartAndFallsWithTheWhole) {
  kernel::Vmo part = sliced(vmo, kPageSize, 2 * kPageSize);
  EXPECT_EQ(part.info()->base, vmo.info()->base + kPageSize);
  EXPECT_EQ(part.info()->size, 2 * kPageSize);
  kernel::Vmo inner = sliced(part, kPageSize, kPageSize);
  EXPECT_EQ(inner.info()->base, vmo.info()->base + 2 * kPageSize);

  ASSERT_TRUE(part.map(task, kAt, Access::kRead));
  EXPECT_EQ(client.task->table.lookup({kAt + kPageSize})->pa.value, inner.info()->base);
  EXPECT_FALSE(client.task->table.lookup({kAt + 2 * kPageSize}).has_value());
  ASSERT_TRUE(own.revoke(vmo.slot().index));
  EXPECT_FALSE(client.task->table.lookup({kAt}).has_value());
  EXPECT_TRUE(world.slot(part.slot().index).empty());
  EXPECT_TRUE(world.slot(inner.slot().index).empty());
  EXPECT_EQ(vmo.info()->size, 4 * kPageSize);
}

// Parts may overlap, and outlive the whole: its memory stays given as long as one is left.
TEST_F(ShareTest, SlicesOutliveTheWhole) {
  const kernel::Untyped memory = world.make<kernel::Untyped>(4 * kPageSize);
  ASSERT_TRUE(memory.retype(abi::ObjectType::kVmo, 4 * kPageSize, own, empty, 1));
  const kernel::Vmo whole(rt::Slot{empty});
  kernel::Vmo first = sliced(whole, 0, 3 * kPageSize);
  kernel::Vmo second = sliced(whole, kPageSize, kPageSize);
  ASSERT_TRUE(own.delete_(empty));
  EXPECT_EQ(second.info()->base, first.info()->base + kPageSize);
  ASSERT_TRUE(own.delete_(first.slot().index));
  EXPECT_EQ(memory.info()->free, 0u);
  ASSERT_TRUE(own.delete_(second.slot().index));
  EXPECT_EQ(memory.info()->free, 4 * kPageSize);
}

TEST_F(ShareTest, ASliceLiesInside) {
  struct {
    std::uint64_t offset, size;
    Detail detail;
    std::uint32_t argument;
  } const kBad[] = {
      {1, kPageSize, Detail::kBadAlignment, 1},
      {0, kPageSize + 1, Detail::kBadAlignment, 2},
      {0, 0, Detail::kBadRange, 2},
      {4 * kPageSize, kPageSize, Detail::kBadRange, 1},
      {0, 5 * kPageSize, Detail::kBadRange, 2},
      {3 * kPageSize, 2 * kPageSize, Detail::kBadRange, 2},
      {kPageSize, ~std::uint64_t{0} << 12, Detail::kBadRange, 2},
      {~std::uint64_t{0} << 12, 2 * kPageSize, Detail::kBadRange, 1},
  };
  for (const auto& bad : kBad) {
    expect_refused(
        world, [&] { return vmo.slice(bad.offset, bad.size, own, empty, kReadMap); }, abi::kEinval,
        bad.detail, bad.argument);
  }
  expect_refused(
      world, [&] { return vmo.slice(0, kPageSize, own, vmo.slot().index, kReadMap); }, abi::kEexist,
      Detail::kOccupied, 4);
  expect_refused(
      world, [&] { return vmo.slice(0, kPageSize, own, World::kSlots, kReadMap); }, abi::kEbadf,
      Detail::kBadCap, 4);
  expect_refused(
      world, [&] { return vmo.slice(0, kPageSize, own, 0, kReadMap); }, abi::kEbadf,
      Detail::kBadCap, 4);
  EXPECT_EQ(sliced(vmo, 3 * kPageSize, kPageSize).info()->size, kPageSize) << "the last page";
}

TEST_F(ShareTest, ASliceHasNoMoreRightsThanTheWhole) {
  kernel::Vmo reads = minted(vmo, kReadMapShare);
  for (VmoRight more : {VmoRight::kWrite, VmoRight::kExecute}) {
    expect_refused(
        world, [&] { return reads.slice(0, kPageSize, own, empty, bits(VmoRight::kRead, more)); },
        abi::kEperm, Detail::kBadRights, 5);
  }
  expect_refused(
      world, [&] { return reads.slice(0, kPageSize, own, empty, 0x80); }, abi::kEperm,
      Detail::kBadRights, 5);
}

// A slice of a device's window is a device's.
TEST_F(ShareTest, ASliceOfADevice) {
  std::uint32_t slot = world.fresh_slot();
  ASSERT_TRUE(
      kernel::Untyped(World::kDevice).retype(abi::ObjectType::kVmo, 2 * kPageSize, own, slot, 1));
  const kernel::Vmo window(rt::Slot{slot});
  kernel::Vmo part = sliced(window, kPageSize, kPageSize,
                            bits(VmoRight::kRead, VmoRight::kExecute, VmoRight::kMap));
  EXPECT_TRUE(part.info()->device);
  expect_refused(
      world, [&] { return part.map(task, kAt, Access::kRead | Access::kExecute); }, abi::kEperm,
      Detail::kWriteExecute, 3);
  expect_refused(world, [&] { return window.seal(); }, abi::kEinval, Detail::kBadType);
}

TEST_F(ShareTest, WithoutShareNothingIsDerived) {
  kernel::Vmo mine = minted(vmo, kReadMap);
  const std::uint32_t at = mine.slot().index;
  expect_refused(
      world, [&] { return own.copy(empty, own, at); }, abi::kEperm, Detail::kBadRights, 3);
  expect_refused(
      world, [&] { return own.mint(empty, own, at, kReadMap, 0); }, abi::kEperm, Detail::kBadRights,
      3);
  expect_refused(
      world, [&] { return mine.slice(0, kPageSize, own, empty, kReadMap); }, abi::kEperm,
      Detail::kBadRights);
  ASSERT_TRUE(mine.map(task, kAt, Access::kRead)) << "it can be used";
  ASSERT_TRUE(own.move(empty, own, at)) << "and moved";
  EXPECT_TRUE(client.task->table.lookup({kAt}).has_value());
}

TEST_F(ShareTest, WithoutShareNoMessageCarriesIt) {
  world.give(client, kItem, vmo.slot(), kReadMap, 0);
  world.give(client, kItem + 1, vmo.slot(), kReadMapShare, 0);
  set_window(server);
  start_receive(server);
  as(client);
  EXPECT_TRUE(refused(send(tag(0, 1), kForever, kItem), abi::kEperm, Detail::kBadRights, 9));
  EXPECT_EQ(server.thread->wait(), Wait::kReceiving);
  EXPECT_TRUE(send(tag(0, 1), kForever, kItem + 1));
  EXPECT_EQ(type_at(server, kWindow), abi::ObjectType::kVmo);
}

TEST_F(ShareTest, ASealedVmoHasNoWritableView) {
  ASSERT_TRUE(vmo.map(task, kAt, Access::kRead | Access::kWrite));
  expect_refused(world, [&] { return vmo.seal(); }, abi::kEbusy, Detail::kBadState);
  ASSERT_TRUE(vmo.unmap());
  ASSERT_TRUE(vmo.map(task, kAt, Access::kRead));
  EXPECT_FALSE(vmo.info()->sealed);
  ASSERT_TRUE(vmo.seal());
  EXPECT_TRUE(vmo.info()->sealed);
  EXPECT_EQ(own.query(vmo.slot().index)->rights & std::to_underlying(VmoRight::kWrite), 0);
  expect_refused(world, [&] { return vmo.seal(); }, abi::kEperm, Detail::kBadRights);

  kernel::Vmo view = minted(vmo, kReadMapShare);
  EXPECT_TRUE(view.info()->sealed);
  EXPECT_TRUE(sliced(view, 0, kPageSize).info()->sealed);
  expect_refused(
      world, [&] { return view.map(task, kAt * 2, Access::kRead | Access::kWrite); }, abi::kEperm,
      Detail::kBadRights, 3);
  ASSERT_TRUE(own.move(empty, own, vmo.slot().index));
  EXPECT_TRUE(kernel::Vmo(rt::Slot{empty}).info()->sealed) << "the seal moves along";
}

TEST_F(ShareTest, OnlyWhoHasAllOfItSeals) {
  kernel::Vmo copy = minted(vmo, abi::kAllVmoRights);
  expect_refused(world, [&] { return vmo.seal(); }, abi::kEbusy, Detail::kHasChildren);
  expect_refused(world, [&] { return copy.seal(); }, abi::kEperm, Detail::kNoAuthority);
  kernel::Vmo part = sliced(copy, 0, kPageSize, abi::kAllVmoRights);
  expect_refused(world, [&] { return part.seal(); }, abi::kEperm, Detail::kNoAuthority);
  // The first one gone, nobody is known to be the only one.
  ASSERT_TRUE(own.delete_(vmo.slot().index));
  ASSERT_TRUE(own.delete_(part.slot().index));
  expect_refused(world, [&] { return copy.seal(); }, abi::kEperm, Detail::kNoAuthority);
}

TEST_F(ShareTest, TheFirstCapabilityMaySealFromElsewhere) {
  ASSERT_TRUE(own.move(empty, own, vmo.slot().index));
  EXPECT_TRUE(kernel::Vmo(rt::Slot{empty}).seal());
}

// Whatever its rights, and though nothing writable was ever derived: nobody knows who else can
// write.
TEST_F(ShareTest, OnlySealedMemoryIsExecutable) {
  const kernel::Vmo copy = minted(vmo, abi::kAllVmoRights);
  const kernel::Vmo code = minted(vmo, kCode);
  const kernel::Vmo part = sliced(code, 0, kPageSize, kCode);
  for (const kernel::Vmo& each : {vmo, copy, code, part}) {
    for (const Access access : {Access::kExecute, Access::kRead | Access::kExecute}) {
      expect_refused(
          world, [&] { return each.map(task, kAt, access); }, abi::kEperm, Detail::kWriteExecute,
          3);
    }
  }
  const kernel::Vmo reads = minted(vmo, kReadMap);
  expect_refused(
      world, [&] { return reads.map(task, kAt, Access::kExecute); }, abi::kEperm,
      Detail::kBadRights, 3);
}

TEST_F(ShareTest, WhatIsSealedIsExecutableForWhoHasTheRight) {
  ASSERT_TRUE(vmo.seal());
  const kernel::Vmo code = minted(vmo, kCode);
  const kernel::Vmo part = sliced(code, 0, kPageSize, kCode);
  const kernel::Vmo reads = minted(code, kReadMap);
  std::uint64_t at = kAt;
  for (const kernel::Vmo& each : {vmo, code, part}) {
    expect_refused(
        world, [&] { return each.map(task, at, Access::kRead | Access::kWrite); }, abi::kEperm,
        Detail::kBadRights, 3);
    EXPECT_TRUE(each.map(task, at, Access::kRead | Access::kExecute));
    at += kAt;
  }
  expect_refused(
      world, [&] { return reads.map(task, at, Access::kExecute); }, abi::kEperm, Detail::kBadRights,
      3);
  ASSERT_TRUE(own.move(empty, own, vmo.slot().index));
  ASSERT_TRUE(kernel::Vmo(rt::Slot{empty}).unmap());
  EXPECT_TRUE(kernel::Vmo(rt::Slot{empty}).map(task, kAt, Access::kExecute));
}

// Memory that was sealed is ordinary again when it is retyped anew.
TEST_F(ShareTest, ASealEndsWithTheMemory) {
  const kernel::Untyped memory = world.make<kernel::Untyped>(kPageSize);
  ASSERT_TRUE(memory.retype(abi::ObjectType::kVmo, kPageSize, own, empty, 1));
  ASSERT_TRUE(kernel::Vmo(rt::Slot{empty}).seal());
  ASSERT_TRUE(own.delete_(empty));
  ASSERT_TRUE(memory.retype(abi::ObjectType::kVmo, kPageSize, own, empty, 1));
  EXPECT_FALSE(kernel::Vmo(rt::Slot{empty}).info()->sealed);
  EXPECT_FALSE(kernel::Vmo(rt::Slot{empty}).map(task, kAt, Access::kExecute));
  EXPECT_TRUE(kernel::Vmo(rt::Slot{empty}).map(task, kAt, Access::kRead | Access::kWrite));
}

TEST_F(ShareTest, MutateTakesRightsForGood) {
  const std::uint32_t at = world.make<kernel::Endpoint>().slot().index;
  ASSERT_TRUE(own.mutate(at, kSend | kGrant));
  EXPECT_EQ(own.query(at)->rights, kSend | kGrant);
  expect_refused(
      world, [&] { return own.mutate(at, kReceive); }, abi::kEperm, Detail::kBadRights, 2);
  expect_refused(
      world, [&] { return own.mutate(at, kSend | kReceive); }, abi::kEperm, Detail::kBadRights, 2);
  ASSERT_TRUE(own.mutate(at, kSend | kGrant)) << "none taken";
  ASSERT_TRUE(own.copy(empty, own, at));
  expect_refused(
      world, [&] { return own.mutate(at, kSend); }, abi::kEbusy, Detail::kHasChildren, 1);
  ASSERT_TRUE(own.mutate(empty, 0));
  EXPECT_EQ(own.query(empty)->rights, 0);
  EXPECT_EQ(own.query(empty)->type, abi::ObjectType::kEndpoint);
}

TEST_F(ShareTest, MutateNeedsACapability) {
  expect_refused(world, [&] { return own.mutate(empty, 0); }, abi::kEbadf, Detail::kBadCap, 1);
  expect_refused(world, [&] { return own.mutate(0, 0); }, abi::kEbadf, Detail::kBadCap, 1);
  expect_refused(
      world, [&] { return own.mutate(World::kSlots, 0); }, abi::kEbadf, Detail::kBadCap, 1);
}

// A mapping must not allow what its capability no longer does.
TEST_F(ShareTest, MutateLeavesAMappingItsRights) {
  const std::uint32_t at = vmo.slot().index;
  ASSERT_TRUE(vmo.map(task, kAt, Access::kRead | Access::kWrite));
  expect_refused(
      world, [&] { return own.mutate(at, kReadMap); }, abi::kEbusy, Detail::kBadState, 1);
  ASSERT_TRUE(own.mutate(at, kReadMap | bits(VmoRight::kWrite)));
  ASSERT_TRUE(vmo.unmap());
  ASSERT_TRUE(own.mutate(at, kReadMap));
}

}  // namespace
}  // namespace tessera::testing
