// The rights matrix: every system call with, at each place for a capability, every set of rights
// and every wrong type of object. What the call needs is in idl/kernel/*.idl; a cell that lacks it
// is refused as specified and changes nothing, a cell that has it does what the call does with all
// rights.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "idl/kernel_rights.h"
#include "idl/wire.h"
#include "kernel/testing/call_fixture.h"

namespace tessera::testing {
namespace {

using abi::Detail;
using abi::ObjectType;
using abi::SystemCall;

constexpr std::uint8_t bit(auto right) { return std::to_underlying(right); }

// Where a call that needs no more for its place looks at rights all the same, with the values of a
// CallTest: the .idl says so in words.
struct Further {
  SystemCall call;
  unsigned place;  // argument number; 0: the invoked capability
  std::uint8_t rights;
  unsigned argument;  // that the refusal names
};
constexpr Further kFurther[] = {
    {SystemCall::kVmoMap, 0, bit(abi::VmoRight::kRead), 3},
    {SystemCall::kThreadBuffer, 1, bit(abi::VmoRight::kShare), 1},
};
const Further* further(const calls::Call& call, const Place& place) {
  for (const Further& each : kFurther) {
    if (each.call == call.number && each.place == place.argument) return &each;
  }
  return nullptr;
}

std::uint8_t all_rights_of(ObjectType type) {
  return std::ranges::find(calls::kObjects, type, &calls::Object::type)->rights;
}

// A world in which one call was made with certain rights at one place.
class Cell : public CallTest {
 public:
  void TestBody() override {}
  std::string run(const calls::Call& call, const Place& place, std::uint8_t rights) {
    world.slot(slot_for(place)).set_rights(rights);
    prepare(call);
    try {
      if (!world.system_call()) return "it waits, or ends";
    } catch (const arch::host::ShutDown&) {
      return "the machine stops";
    }
    return text(outcome(world.actor()));
  }
};

std::string outcome_of(const calls::Call& call, const Place& place, std::uint8_t rights) {
  return Cell().run(call, place, rights);
}

// Each place of each call, until one fails.
void for_each_place(auto visit) {
  for (const calls::Call& call : calls::kAll) {
    for (const Place& place : capability_places(call)) {
      SCOPED_TRACE(std::string(call.name) + ", argument " + std::to_string(place.argument));
      visit(call, place);
      if (::testing::Test::HasFailure()) return;
    }
  }
}

using MatrixTest = CallTest;

TEST_F(MatrixTest, WithoutARightThatItNeeds) {
  int cells = 0;
  for_each_place([&](const calls::Call& call, const Place& place) {
    Slot& slot = world.slot(slot_for(place));
    const std::uint8_t all = all_rights_of(place.type);
    ASSERT_EQ(slot.rights(), all);
    for (unsigned rights = 0; rights <= all; ++rights) {
      if ((place.needs & ~rights) == 0) continue;
      SCOPED_TRACE("rights " + std::to_string(rights));
      slot.set_rights(static_cast<std::uint8_t>(rights));
      Snapshot before(world);
      prepare(call);
      expect_rejected(before, call, abi::kEperm, Detail::kBadRights, place.argument);
      ++cells;
    }
    slot.set_rights(all);
  });
  EXPECT_GT(cells, 200);
}

TEST(MatrixOfFreshWorldsTest, WithTheRightsThatItNeeds) {
  int cells = 0;
  for_each_place([&](const calls::Call& call, const Place& place) {
    const std::uint8_t all = all_rights_of(place.type);
    const std::string usual = outcome_of(call, place, all);
    const Further* more = further(call, place);
    for (unsigned rights = 0; rights < all; ++rights) {
      if ((place.needs & ~rights) != 0) continue;
      std::string expected = usual;
      if (more != nullptr && (more->rights & ~rights) != 0) {
        expected = text(error(abi::kEperm, Detail::kBadRights, more->argument));
      }
      EXPECT_EQ(outcome_of(call, place, static_cast<std::uint8_t>(rights)), expected)
          << "rights " << rights;
      ++cells;
    }
  });
  EXPECT_GT(cells, 100);
}

// Whatever rights a capability to another object has, they are no rights to this one.
TEST_F(MatrixTest, WithAnotherTypeOfObject) {
  for_each_place([&](const calls::Call& call, const Place& place) {
    for (const calls::Object& other : calls::kObjects) {
      if (other.type == place.type) continue;
      const std::uint32_t at = kOther + std::to_underlying(other.type);
      Slot& wrong = world.slot(at);
      for (unsigned rights = 0; rights <= other.rights; ++rights) {
        wrong.set_rights(static_cast<std::uint8_t>(rights));
        expect_rejected(call, place.reg, at, abi::kEbadf, Detail::kBadType, place.argument);
      }
      if (HasFailure()) return;
    }
  });
}

// What is wrong at one place, and which refusal it gets.
struct Wrong {
  unsigned reg;
  unsigned argument;
  std::uint64_t word;
  std::int32_t status;
  Detail detail;
};
std::vector<Wrong> wrongs(const calls::Call& call, std::uint64_t empty) {
  std::vector<Wrong> all;
  if (call.invoked != ObjectType::kNull)
    all.push_back({kT0, 0, empty, abi::kEbadf, Detail::kBadCap});
  unsigned argument = 0;
  for (const calls::Parameter& p : call.parameters) {
    ++argument;
    if (p.kind == calls::Kind::kU64) continue;  // none is wrong
    if (p.kind == calls::Kind::kCapability) {
      all.push_back({p.place, argument, empty, abi::kEbadf, Detail::kBadCap});
      continue;
    }
    bool choice = p.kind == calls::Kind::kEnum || p.kind == calls::Kind::kFlags;
    const Detail detail = choice                           ? Detail::kBadEnum
                          : p.kind == calls::Kind::kLength ? Detail::kBadLength
                                                           : Detail::kBadRange;
    all.push_back({p.place, argument, std::uint64_t{1} << 40, abi::kEinval, detail});
  }
  return all;
}

// The invoked capability is looked at first, then the parameters in order: the first that is wrong
// is reported, whatever follows.
TEST_F(MatrixTest, TheFirstThatIsWrongIsReported) {
  for (const calls::Call& call : calls::kAll) {
    const std::vector<Wrong> all = wrongs(call, kEmpty);
    for (std::size_t first = 0; first < all.size(); ++first) {
      SCOPED_TRACE(std::string(call.name) + " from argument " +
                   std::to_string(all[first].argument));
      Snapshot before(world);
      prepare(call);
      for (std::size_t i = first; i < all.size(); ++i) {
        world.actor().frame.x[all[i].reg] = all[i].word;
      }
      expect_rejected(before, call, all[first].status, all[first].detail, all[first].argument);
    }
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace tessera::testing
