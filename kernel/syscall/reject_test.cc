// Decoding: every register parameter of every system call, with bits beyond its type, outside its
// range or with a capability that will not do, is refused with the argument's number, and nothing
// changes. The table is idl/kernel/*.idl as registers; a call that is missing in it fails the test.
#include <gtest/gtest.h>

#include <set>
#include <utility>
#include <vector>

#include "idl/system_call.h"
#include "idl/wire.h"
#include "kernel/testing/call_table.h"
#include "kernel/testing/calls.h"
#include "kernel/testing/outcome.h"
#include "kernel/testing/world.h"

namespace tessera::testing {
namespace {

using abi::Detail;
using abi::ObjectType;
using abi::SystemCall;

// The slots of the first task's CSpace where a capability of each type is, in order of ObjectType.
constexpr std::uint32_t kObjects = 400;
constexpr std::uint64_t object(ObjectType type) { return kObjects + std::to_underlying(type); }
static_assert(object(ObjectType::kEndpoint) == kEndpointSlot);

// Values of a whole register that are none of the parameter's.
std::vector<std::uint64_t> bad_values(const Parameter& p) {
  std::vector<std::uint64_t> bad;
  unsigned bits = p.kind == Kind::kU8 ? 8 : 32;
  // 32-bit values lie sign-extended: any of bits 32 to 63 alone, or one missing, is junk.
  for (unsigned i = bits; i < 64; ++i) bad.push_back(p.good ^ std::uint64_t{1} << i);
  if (p.kind == Kind::kU32 || p.kind == Kind::kI32) bad.push_back(0x8000'0000);  // not extended
  if (p.kind == Kind::kEnum || p.kind == Kind::kRange) {
    bad.push_back(p.last + 1);
    if (p.last < 0x100) bad.push_back(0x100 | p.good);
    if (p.kind == Kind::kRange && p.good != 0) bad.push_back(0);
  }
  return bad;
}

class RejectTest : public ::testing::Test {
 protected:
  RejectTest() {
    for (unsigned i = 1; i <= std::to_underlying(ObjectType::kBootInfo); ++i) {
      auto type = static_cast<ObjectType>(i);
      if (type == ObjectType::kIdentityControl || type == ObjectType::kBootInfo) {
        world.slot(kObjects + i).fill(tessera::state.root, type, 0, 0xff);
        continue;
      }
      bool pages = type == ObjectType::kUntyped || type == ObjectType::kVmo;
      std::uint64_t size = pages ? 4096 : type == ObjectType::kCnode ? 16 : 0;
      EXPECT_TRUE(kernel::Untyped(World::kMemory)
                      .retype(type, size, kernel::CNode(World::kNode), kObjects + i, 1));
    }
    // An Untyped that has a child is not reset by a call that is refused.
    EXPECT_TRUE(kernel::Untyped(rt::Slot{kObjects + 1})
                    .retype(ObjectType::kReply, 0, kernel::CNode(World::kNode), 499, 1));
  }

  // The registers of the call with all in order.
  void prepare(const Call& call) {
    arch::Frame& frame = world.actor().frame;
    for (unsigned i = 5; i < 32; ++i) {
      bool saved = i == 8 || i == 9 || (i >= 18 && i <= 27);
      if (!saved) frame.x[i] = rt::host::kJunk;
    }
    frame.x[17] = abi::word(call.number);
    frame.x[kT0] = object(call.invoked);
    for (const Parameter& p : call.parameters) {
      frame.x[p.place] = p.kind == Kind::kCapability ? object(p.type) : p.good;
    }
  }
  void expect_rejected(const Call& call, unsigned place, std::uint64_t value, std::int32_t status,
                       Detail detail, unsigned argument) {
    SCOPED_TRACE(std::string(to_string(call.number)) + " x" + std::to_string(place) + " = " +
                 std::to_string(value));
    Snapshot before(world);
    prepare(call);
    arch::Frame& frame = world.actor().frame;
    frame.x[place] = value;
    std::uint64_t pc = frame.pc();
    EXPECT_TRUE(world.system_call());
    EXPECT_TRUE(refused(outcome(world.actor()), status, detail, argument));
    EXPECT_EQ(frame.pc(), pc + 4);
    for (unsigned i : {1, 3, 5, 6, 7, 10, 11, 12, 13, 14, 15, 28, 29, 30, 31}) {
      EXPECT_EQ(frame.x[i], 0u) << "x" << i << ": nothing comes back but the refusal";
    }
    EXPECT_EQ(before.changed(), "");
  }

  World world{std::uint64_t{1} << 20};
};

TEST_F(RejectTest, TheTableHasEveryCall) {
  std::set<std::uint64_t> there;
  for (const Call& call : all_calls()) there.insert(abi::word(call.number));
  for (std::uint64_t number = 0; number < 256; ++number) {
    bool is_call = to_string(static_cast<SystemCall>(number)) != "?";
    EXPECT_EQ(there.contains(number), is_call) << number;
  }
}

TEST_F(RejectTest, ValuesOutsideTheirTypeOrRange) {
  for (const Call& call : all_calls()) {
    for (const Parameter& p : call.parameters) {
      if (p.kind == Kind::kCapability) continue;
      Detail detail = p.kind == Kind::kEnum ? Detail::kBadEnum : Detail::kBadRange;
      for (std::uint64_t bad : bad_values(p)) {
        expect_rejected(call, p.place, bad, abi::kEinval, detail, p.argument);
        if (HasFailure()) return;
      }
    }
  }
}

// An address is a whole register: an index with anything above it is no index.
TEST_F(RejectTest, AddressesOfCapabilities) {
  auto try_all = [&](const Call& call, unsigned place, ObjectType type, unsigned argument) {
    std::uint64_t good = object(type);
    for (std::uint64_t bad :
         {std::uint64_t{0}, std::uint64_t{100}, std::uint64_t{World::kSlots},
          good | std::uint64_t{1} << 32, good | std::uint64_t{1} << 63, ~std::uint64_t{0}}) {
      expect_rejected(call, place, bad, abi::kEbadf, Detail::kBadCap, argument);
    }
    for (unsigned other = 1; other <= std::to_underlying(ObjectType::kBootInfo); ++other) {
      if (other == std::to_underlying(type)) continue;
      expect_rejected(call, place, kObjects + other, abi::kEbadf, Detail::kBadType, argument);
    }
  };
  for (const Call& call : all_calls()) {
    if (call.invoked != ObjectType::kNull) try_all(call, kT0, call.invoked, 0);
    for (const Parameter& p : call.parameters) {
      if (p.kind != Kind::kCapability) continue;
      try_all(call, p.place, p.type, p.argument);
    }
    if (HasFailure()) return;
  }
}

// Each capability lacks, once, all the rights that the call needs, and has all others.
TEST_F(RejectTest, RightsOfCapabilities) {
  auto without = [&](const Call& call, unsigned place, std::uint64_t at, std::uint8_t needed,
                     unsigned argument) {
    for (unsigned i = 0; i < 8; ++i) {
      if ((needed >> i & 1) == 0) continue;
      Slot& slot = world.slot(static_cast<std::uint32_t>(at));
      std::uint8_t all = slot.rights;
      slot.rights = static_cast<std::uint8_t>(all & ~(1u << i));
      expect_rejected(call, place, at, abi::kEperm, Detail::kBadRights, argument);
      slot.rights = all;
    }
  };
  for (const Call& call : all_calls()) {
    if (call.invoked != ObjectType::kNull) {
      without(call, kT0, object(call.invoked), call.rights, 0);
    }
    for (const Parameter& p : call.parameters) {
      // With the invoked capability the same one, its right is what is missing first.
      if (p.kind != Kind::kCapability || p.type == call.invoked) continue;
      without(call, p.place, object(p.type), p.rights, p.argument);
    }
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace tessera::testing
