// The derivation tree's own moves, on slots without a kernel around them.
#include "kernel/cap/slot.h"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "kernel/cap/cnode.h"

namespace tessera {
namespace {

using abi::ObjectType;

std::vector<Slot*> children(Slot& slot) {
  std::vector<Slot*> found;
  for (Slot* child = slot.children.front(); child != nullptr; child = slot.children.after(*child)) {
    found.push_back(child);
  }
  return found;
}

class SlotTest : public ::testing::Test {
 protected:
  SlotTest() {
    std::memset(static_cast<void*>(memory_), 0, sizeof(memory_));  // as a new CNode is
    slot(0).fill(root, ObjectType::kEndpoint, 0x1000, 7);
  }
  Slot& slot(unsigned index) { return *reinterpret_cast<Slot*>(memory_ + index * sizeof(Slot)); }

  static void derive(Slot& from, Slot& to, std::uint8_t rights) {
    to.derive_from(from, from.word().with_rights(rights), from.badge);
  }

  alignas(64) std::byte memory_[16 * sizeof(Slot)];
  Slot root;
};

TEST_F(SlotTest, ChildrenStandInTheOrderTheyCame) {
  for (unsigned i = 1; i <= 3; ++i) derive(slot(0), slot(i), 1);
  EXPECT_EQ(children(slot(0)), (std::vector{&slot(1), &slot(2), &slot(3)}));
  EXPECT_EQ(children(root), std::vector{&slot(0)});
}

TEST_F(SlotTest, ErasingPutsTheChildrenInItsPlace) {
  for (unsigned i = 1; i <= 3; ++i) derive(slot(0), slot(i), 1);
  derive(slot(2), slot(4), 1);
  derive(slot(2), slot(5), 1);
  slot(2).erase();
  EXPECT_TRUE(slot(2).empty());
  EXPECT_EQ(children(slot(0)), (std::vector{&slot(1), &slot(4), &slot(5), &slot(3)}));
  slot(0).erase();
  EXPECT_EQ(children(root), (std::vector{&slot(1), &slot(4), &slot(5), &slot(3)}));
}

TEST_F(SlotTest, MovingKeepsPlaceAndChildren) {
  for (unsigned i = 1; i <= 3; ++i) derive(slot(0), slot(i), 3);
  derive(slot(2), slot(4), 1);
  slot(2).badge = 9;
  slot(5).take(slot(2));
  EXPECT_TRUE(slot(2).empty());
  EXPECT_EQ(slot(5).badge, 9u);
  EXPECT_EQ(slot(5).rights(), 3);
  EXPECT_EQ(children(slot(0)), (std::vector{&slot(1), &slot(5), &slot(3)}));
  EXPECT_EQ(children(slot(5)), std::vector{&slot(4)});
}

TEST_F(SlotTest, MovingWithoutChildrenLeavesNoneBehind) {
  slot(5).take(slot(0));
  EXPECT_EQ(children(root), std::vector{&slot(5)});
  EXPECT_TRUE(children(slot(5)).empty());
}

// A mapping is the one capability's; what is derived has none. The role is the place's.
TEST_F(SlotTest, MappingsAreNotDerivedButMoved) {
  Slot& vmo = slot(1);
  vmo.fill(root, ObjectType::kVmo, 0x8000'0000, 31);
  vmo.pages = 4;
  vmo.device = true;
  vmo.mapping = {.page = 16, .done = 4};
  vmo.generation = 3;
  vmo.asid = 2;
  vmo.access = 1;
  slot(2).role = SlotRole::kTaskPool;
  slot(2).derive_from(vmo, vmo.word().with_rights(9), 0);
  EXPECT_EQ(slot(2).role, SlotRole::kTaskPool);
  EXPECT_EQ(slot(2).generation, 0u);
  EXPECT_EQ(slot(2).mapping.done, 0u);
  EXPECT_EQ(slot(2).pages, 4u);
  EXPECT_TRUE(slot(2).device);
  slot(3).take(vmo);
  EXPECT_EQ(slot(3).generation, 3u);
  EXPECT_EQ(slot(3).asid, 2);
  EXPECT_EQ(slot(3).mapping.page, 16u);
  EXPECT_EQ(slot(3).access, 1);
  EXPECT_EQ(children(slot(3)), std::vector{&slot(2)});
}

TEST_F(SlotTest, WhatCameByAMessageIsNoMoreSoWhenMoved) {
  slot(0).received = true;
  slot(1).take(slot(0));
  EXPECT_FALSE(slot(1).received);
}

TEST(CNodeTest, AddressesAreCheckedWhole) {
  alignas(64) std::byte memory[8 * sizeof(Slot)] = {};
  CNode& node = CNode::create(memory, 8);
  EXPECT_EQ(node.count(), 8u);
  for (std::uint64_t index = 1; index < 8; ++index) {
    auto slot = node.at(index, 3);
    ASSERT_TRUE(slot.has_value());
    EXPECT_TRUE((*slot)->empty());
    EXPECT_EQ(reinterpret_cast<std::byte*>(*slot), memory + index * sizeof(Slot));
  }
  for (std::uint64_t index : {std::uint64_t{0}, std::uint64_t{8}, std::uint64_t{1} << 32,
                              (std::uint64_t{1} << 32) + 1, ~std::uint64_t{0}}) {
    EXPECT_EQ(node.at(index, 3).error(), (Error{abi::kEbadf, abi::Detail::kBadCap, 3})) << index;
  }
}

}  // namespace
}  // namespace tessera
