// CNode: copy, mint, move, delete, revoke, query, and each refusal that idl/kernel/cnode.idl names.
#include <gtest/gtest.h>

#include <utility>

#include "idl/kernel_rights.h"
#include "kernel/object/derive.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/state.h"
#include "kernel/testing/calls.h"
#include "kernel/testing/outcome.h"
#include "kernel/testing/world.h"

namespace tessera::testing {
namespace {

using abi::Detail;
using abi::ObjectType;

class CNodeCallsTest : public ::testing::Test {
 protected:
  ObjectType type_at(std::uint32_t slot) { return own.query(slot)->type; }
  std::uint32_t references() {
    return reinterpret_cast<Endpoint*>(world.slot(endpoint).object())->references;
  }

  static constexpr std::uint32_t kTo = 100;  // free slots
  static constexpr std::uint8_t kSend = std::to_underlying(abi::EndpointRight::kSend);
  static constexpr std::uint8_t kReceive = std::to_underlying(abi::EndpointRight::kReceive);
  static constexpr std::uint32_t kOutside[] = {0, World::kSlots, ~0u};
  World world;
  kernel::CNode own{World::kNode};
  std::uint32_t endpoint = world.make<kernel::Endpoint>().slot().index;
  std::uint32_t notification = world.make<kernel::Notification>().slot().index;
  std::uint32_t reply = world.make<kernel::Reply>().slot().index;
  std::uint32_t untyped = world.make<kernel::Untyped>(4096).slot().index;
  std::uint32_t vmo = world.make<kernel::Vmo>(4096).slot().index;
};

TEST_F(CNodeCallsTest, CopyHasTheSameRightsAndBadge) {
  ASSERT_TRUE(own.mint(kTo, own, endpoint, kSend, 77));
  ASSERT_TRUE(own.copy(kTo + 1, own, kTo));
  auto copy = own.query(kTo + 1);
  EXPECT_EQ(copy->type, ObjectType::kEndpoint);
  EXPECT_EQ(copy->rights, kSend);
  EXPECT_EQ(copy->badge, 77u);
  EXPECT_EQ(references(), 3u);
}

TEST_F(CNodeCallsTest, CopiesAreChildrenOfTheirSource) {
  ASSERT_TRUE(own.copy(kTo, own, endpoint));
  ASSERT_TRUE(own.copy(kTo + 1, own, kTo));
  ASSERT_TRUE(own.copy(kTo + 2, own, endpoint));
  ASSERT_TRUE(own.revoke(kTo));
  EXPECT_EQ(type_at(kTo), ObjectType::kEndpoint) << "the capability itself stays";
  EXPECT_EQ(type_at(kTo + 1), ObjectType::kNull);
  EXPECT_EQ(type_at(kTo + 2), ObjectType::kEndpoint);
  ASSERT_TRUE(own.revoke(endpoint));
  EXPECT_EQ(type_at(kTo), ObjectType::kNull);
  EXPECT_EQ(type_at(kTo + 2), ObjectType::kNull);
  EXPECT_EQ(references(), 1u);
}

TEST_F(CNodeCallsTest, MintMakesRightsFewerAndBadges) {
  ASSERT_TRUE(own.mint(kTo, own, endpoint, kSend | kReceive, 5));
  EXPECT_EQ(own.query(kTo)->rights, kSend | kReceive);
  EXPECT_EQ(own.query(kTo)->badge, 5u);
  ASSERT_TRUE(own.mint(kTo + 1, own, kTo, 0, 0));
  EXPECT_EQ(own.query(kTo + 1)->rights, 0);
  EXPECT_EQ(own.query(kTo + 1)->badge, 5u) << "a badge is kept";
  ASSERT_TRUE(own.mint(kTo + 2, own, notification, abi::kAllNotificationRights, ~std::uint64_t{0}));
  EXPECT_EQ(own.query(kTo + 2)->badge, ~std::uint64_t{0});
  ASSERT_TRUE(own.mint(kTo + 3, own, World::kIdentity.index, abi::kAllIdentityControlRights, 9));
  EXPECT_EQ(own.query(kTo + 3)->badge, 9u);
}

TEST_F(CNodeCallsTest, MintRefusesRightsThatTheSourceLacks) {
  ASSERT_TRUE(own.mint(kTo, own, endpoint, kSend, 0));
  for (unsigned rights : {2u, 3u, 4u, 7u, 8u, 0x81u, 0xffu}) {
    expect_refused(
        world, [&] { return own.mint(kTo + 1, own, kTo, static_cast<std::uint8_t>(rights), 0); },
        abi::kEperm, Detail::kBadRights, 4);
  }
  expect_refused(
      world, [&] { return own.mint(kTo + 1, own, endpoint, 0x0f, 0); }, abi::kEperm,
      Detail::kBadRights, 4);
}

TEST_F(CNodeCallsTest, MintBadgesOnceAndOnlyWhatTakesABadge) {
  ASSERT_TRUE(own.mint(kTo, own, endpoint, kSend, 5));
  for (std::uint64_t badge : {5u, 6u}) {
    expect_refused(
        world, [&] { return own.mint(kTo + 1, own, kTo, kSend, badge); }, abi::kEinval,
        Detail::kOccupied, 5);
  }
  for (std::uint32_t source : {vmo, World::kNode.index, World::kTask.index, World::kThread.index}) {
    expect_refused(
        world, [&] { return own.mint(kTo + 1, own, source, 0, 5); }, abi::kEinval, Detail::kBadType,
        5);
  }
}

TEST_F(CNodeCallsTest, UntypedAndReplyAreNeverCopied) {
  for (std::uint32_t source : {untyped, reply, World::kMemory.index, World::kDevice.index}) {
    expect_refused(
        world, [&] { return own.copy(kTo, own, source); }, abi::kEinval, Detail::kNotCopyable, 3);
    expect_refused(
        world, [&] { return own.mint(kTo, own, source, 0, 0); }, abi::kEinval, Detail::kNotCopyable,
        3);
    ASSERT_TRUE(own.move(kTo, own, source));
    ASSERT_TRUE(own.move(source, own, kTo));
  }
}

// Each of the three finds its ends in the same way.
TEST_F(CNodeCallsTest, EndsAreChecked) {
  using Call = rt::Result<void> (*)(const kernel::CNode&, std::uint32_t, std::uint32_t);
  const Call kCalls[] = {[](const kernel::CNode& node, std::uint32_t to, std::uint32_t from) {
                           return node.copy(to, node, from);
                         },
                         [](const kernel::CNode& node, std::uint32_t to, std::uint32_t from) {
                           return node.mint(to, node, from, 0, 0);
                         },
                         [](const kernel::CNode& node, std::uint32_t to, std::uint32_t from) {
                           return node.move(to, node, from);
                         }};
  for (Call call : kCalls) {
    for (std::uint32_t outside : kOutside) {
      expect_refused(
          world, [&] { return call(own, outside, endpoint); }, abi::kEbadf, Detail::kBadCap, 1);
      expect_refused(
          world, [&] { return call(own, kTo, outside); }, abi::kEbadf, Detail::kBadCap, 3);
    }
    expect_refused(world, [&] { return call(own, kTo, kTo + 1); }, abi::kEbadf, Detail::kBadCap, 3);
    expect_refused(
        world, [&] { return call(own, notification, endpoint); }, abi::kEexist, Detail::kOccupied,
        1);
    expect_refused(
        world, [&] { return call(own, endpoint, endpoint); }, abi::kEexist, Detail::kOccupied, 1);
  }
}

// Reading and writing another CSpace takes the right on its CNode.
TEST_F(CNodeCallsTest, RightsOnTheCNodes) {
  constexpr auto kRead = std::to_underlying(abi::CNodeRight::kRead);
  constexpr auto kWrite = std::to_underlying(abi::CNodeRight::kWrite);
  std::uint32_t other = world.make<kernel::CNode>(16).slot().index;
  ASSERT_TRUE(own.mint(kTo, own, other, kRead, 0));
  ASSERT_TRUE(own.mint(kTo + 1, own, other, kWrite, 0));
  const kernel::CNode reader(rt::Slot{kTo});
  const kernel::CNode writer(rt::Slot{kTo + 1});
  auto denied = [&](auto call, std::uint32_t argument) {
    expect_refused(world, call, abi::kEperm, Detail::kBadRights, argument);
  };
  denied([&] { return reader.copy(1, own, endpoint); }, 0);
  denied([&] { return reader.mint(1, own, endpoint, 0, 0); }, 0);
  denied([&] { return reader.move(1, own, endpoint); }, 0);
  denied([&] { return reader.delete_(1); }, 0);
  denied([&] { return reader.revoke(1); }, 0);
  denied([&] { return writer.query(1); }, 0);
  ASSERT_TRUE(writer.copy(1, own, endpoint));
  denied([&] { return own.copy(kTo + 2, writer, 1); }, 2);
  denied([&] { return own.mint(kTo + 2, writer, 1, 0, 0); }, 2);
  denied([&] { return own.move(kTo + 2, reader, 1); }, 2);
  EXPECT_EQ(reader.query(1)->type, ObjectType::kEndpoint);
  EXPECT_TRUE(own.copy(kTo + 2, reader, 1));
  EXPECT_TRUE(own.move(kTo + 3, writer, 1));
  EXPECT_TRUE(refused(kernel::CNode(rt::Slot{endpoint}).query(1), abi::kEbadf, Detail::kBadType));
}

TEST_F(CNodeCallsTest, MoveKeepsBadgePlaceAndChildren) {
  ASSERT_TRUE(own.mint(kTo, own, endpoint, kSend, 7));
  ASSERT_TRUE(own.copy(kTo + 1, own, kTo));
  ASSERT_TRUE(own.move(kTo + 2, own, kTo));
  EXPECT_EQ(type_at(kTo), ObjectType::kNull);
  EXPECT_EQ(own.query(kTo + 2)->badge, 7u);
  EXPECT_EQ(own.query(kTo + 2)->rights, kSend);
  ASSERT_TRUE(own.revoke(kTo + 2));
  EXPECT_EQ(type_at(kTo + 1), ObjectType::kNull) << "its children went with it";
  ASSERT_TRUE(own.revoke(endpoint));
  EXPECT_EQ(type_at(kTo + 2), ObjectType::kNull) << "it is still a child of its source";
}

TEST_F(CNodeCallsTest, DeleteLeavesWhatWasDerived) {
  ASSERT_TRUE(own.copy(kTo, own, endpoint));
  ASSERT_TRUE(own.copy(kTo + 1, own, kTo));
  ASSERT_TRUE(own.delete_(kTo));
  EXPECT_EQ(type_at(kTo), ObjectType::kNull);
  EXPECT_EQ(type_at(kTo + 1), ObjectType::kEndpoint);
  EXPECT_TRUE(own.delete_(kTo)) << "an empty slot is fine";
  ASSERT_TRUE(own.revoke(endpoint));
  EXPECT_EQ(type_at(kTo + 1), ObjectType::kNull) << "as a child of the deleted one's parent";
}

TEST_F(CNodeCallsTest, DeleteAndRevokeAndQueryCheckTheIndex) {
  for (std::uint32_t outside : kOutside) {
    expect_refused(world, [&] { return own.delete_(outside); }, abi::kEbadf, Detail::kBadCap, 1);
    expect_refused(world, [&] { return own.revoke(outside); }, abi::kEbadf, Detail::kBadCap, 1);
    expect_refused(world, [&] { return own.query(outside); }, abi::kEbadf, Detail::kBadCap, 1);
  }
  expect_refused(world, [&] { return own.revoke(kTo); }, abi::kEbadf, Detail::kBadCap, 1);
}

// An object lives as long as any capability names it, whichever goes first.
TEST_F(CNodeCallsTest, TheLastCapabilityDestroys) {
  std::uint64_t before = kernel::Untyped(World::kMemory).info()->free;
  ASSERT_TRUE(own.copy(kTo, own, endpoint));
  ASSERT_TRUE(own.delete_(endpoint));
  EXPECT_EQ(type_at(kTo), ObjectType::kEndpoint);
  ASSERT_TRUE(own.delete_(kTo));
  EXPECT_EQ(kernel::Untyped(World::kMemory).info()->free, before)
      << "its memory comes back with the last of the Untyped's children";
}

TEST_F(CNodeCallsTest, QueryTellsWhatIsThere) {
  EXPECT_EQ(own.query(kTo)->type, ObjectType::kNull);
  EXPECT_EQ(own.query(kTo)->rights, 0);
  EXPECT_EQ(own.query(kTo)->badge, 0u);
  struct {
    std::uint32_t slot;
    ObjectType type;
    std::uint8_t rights;
  } const kThere[] = {
      {endpoint, ObjectType::kEndpoint, abi::kAllEndpointRights},
      {notification, ObjectType::kNotification, abi::kAllNotificationRights},
      {reply, ObjectType::kReply, abi::kAllReplyRights},
      {untyped, ObjectType::kUntyped, abi::kAllUntypedRights},
      {vmo, ObjectType::kVmo, abi::kAllVmoRights},
      {World::kNode.index, ObjectType::kCnode, abi::kAllCNodeRights},
      {World::kTask.index, ObjectType::kTask, abi::kAllTaskRights},
      {World::kThread.index, ObjectType::kThread, abi::kAllThreadRights},
      {World::kIdentity.index, ObjectType::kIdentityControl, abi::kAllIdentityControlRights}};
  for (const auto& there : kThere) {
    auto query = own.query(there.slot);
    ASSERT_TRUE(query);
    EXPECT_EQ(query->type, there.type);
    EXPECT_EQ(query->rights, there.rights);
    EXPECT_EQ(query->badge, 0u) << "an Untyped's and a VMO's own numbers are not told";
  }
}

// Revoke goes a capability a step, and is linear in the number of descendants.
TEST_F(CNodeCallsTest, RevokeIsPreemptedAndLinear) {
  constexpr std::uint32_t kMany = 100;
  for (std::uint32_t i = 0; i < kMany; ++i) {
    std::uint32_t from = i % 3 == 0 ? endpoint : kTo + i - 1;  // chains and brothers
    ASSERT_TRUE(own.copy(kTo + i, own, from));
  }
  world.interrupt_always(true);
  ASSERT_TRUE(own.revoke(endpoint));
  world.interrupt_always(false);
  EXPECT_EQ(world.preemptions, static_cast<int>(kMany));
  EXPECT_EQ(references(), 1u);
  for (std::uint32_t i = 0; i < kMany; ++i) EXPECT_EQ(type_at(kTo + i), ObjectType::kNull);
}

// While a revoke is preempted others may derive more; it takes that too.
TEST_F(CNodeCallsTest, RevokeTakesWhatIsDerivedMeanwhile) {
  for (std::uint32_t i = 0; i < 4; ++i) ASSERT_TRUE(own.copy(kTo + i, own, endpoint));
  bool copied = false;
  world.on_preempted = [&] {
    if (std::exchange(copied, true)) return;
    Slot& source = world.slot(kTo + 3);
    ASSERT_FALSE(source.empty());
    const testing::WithTree tree;
    derive(source, world.slot(kTo + 10), source.rights());
  };
  world.interrupt_always(true);
  ASSERT_TRUE(own.revoke(endpoint));
  world.interrupt_always(false);
  EXPECT_TRUE(copied);
  EXPECT_EQ(references(), 1u);
}

// What a revoke goes through may be derived from what it revokes.
class RevokeOfOneselfTest : public CNodeCallsTest, public ::testing::WithParamInterface<bool> {
 protected:
  // kTo: a capability to the CSpace, that all the others here are derived from.
  RevokeOfOneselfTest() {
    EXPECT_TRUE(own.copy(kTo, own, World::kNode.index));
    for (std::uint32_t i = 1; i <= 3; ++i) EXPECT_TRUE(own.copy(kTo + i, own, kTo));
  }
  rt::Result<void> revoke(kernel::CNode node, std::uint32_t index) {
    world.interrupt_always(GetParam());
    auto result = node.revoke(index);
    world.interrupt_always(false);
    return result;
  }
};

// It ends with the capability that it was invoked by only when an interrupt has it look for that.
TEST_P(RevokeOfOneselfTest, OfTheInvokedCapability) {
  const auto result = revoke(kernel::CNode(rt::Slot{kTo + 2}), kTo);
  if (GetParam()) {
    EXPECT_TRUE(refused(result, abi::kEbadf, Detail::kBadCap));
  } else {
    EXPECT_TRUE(result);
  }
  EXPECT_EQ(type_at(kTo), ObjectType::kCnode);
  EXPECT_EQ(type_at(kTo + 1), ObjectType::kNull);
  EXPECT_EQ(type_at(kTo + 2), ObjectType::kNull);
  EXPECT_EQ(type_at(kTo + 3), GetParam() ? ObjectType::kCnode : ObjectType::kNull);
  ASSERT_TRUE(own.revoke(kTo));
  EXPECT_EQ(type_at(kTo + 3), ObjectType::kNull);
}

// The Untyped lies in a CNode that came from it. With that it goes itself.
TEST_P(RevokeOfOneselfTest, OfTheRevokedCapability) {
  const kernel::Untyped parent = world.make<kernel::Untyped>(4 * 4096);
  const kernel::Untyped quota(rt::Slot{kTo + 9});
  ASSERT_TRUE(parent.retype(ObjectType::kUntyped, 4 * 4096, own, kTo + 9, 1));
  ASSERT_TRUE(quota.retype(ObjectType::kCnode, 8, own, kTo + 10, 1));
  ASSERT_TRUE(quota.retype(ObjectType::kEndpoint, 0, own, kTo + 11, 1));
  const kernel::CNode node(rt::Slot{kTo + 10});
  ASSERT_TRUE(node.move(3, own, quota.slot().index));
  const auto result = revoke(node, 3);
  if (GetParam()) {
    EXPECT_TRUE(refused(result, abi::kEbadf, Detail::kBadCap));
  } else {
    EXPECT_TRUE(result);
  }
  EXPECT_EQ(type_at(kTo + 10), ObjectType::kNull);
  EXPECT_EQ(type_at(kTo + 11), ObjectType::kEndpoint) << "what is left stays";
  EXPECT_EQ(parent.info()->free, 0u);
  ASSERT_TRUE(own.delete_(kTo + 11));
  EXPECT_EQ(parent.info()->free, 4u * 4096) << "as its parent's child";
}

INSTANTIATE_TEST_SUITE_P(Preempted, RevokeOfOneselfTest, ::testing::Bool());

TEST_F(CNodeCallsTest, TheInvokedCapabilityDeletesItself) {
  ASSERT_TRUE(own.copy(kTo, own, World::kNode.index));
  const kernel::CNode copy(rt::Slot{kTo});
  ASSERT_TRUE(copy.delete_(kTo));
  EXPECT_EQ(type_at(kTo), ObjectType::kNull);
  expect_refused(world, [&] { return copy.delete_(kTo); }, abi::kEbadf, Detail::kBadCap);
}

}  // namespace
}  // namespace tessera::testing
