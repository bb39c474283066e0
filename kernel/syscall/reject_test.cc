// Decoding: every register parameter of every system call, with bits beyond its type, outside its
// range or with a capability that will not do, is refused with the argument's number, and nothing
// changes. The table is made of idl/kernel/*.idl by an emitter that is not the decoders'.
#include <gtest/gtest.h>

#include <set>
#include <utility>
#include <vector>

#include "idl/system_call.h"
#include "idl/wire.h"
#include "kernel/testing/call_fixture.h"

namespace tessera::testing {
namespace {

using abi::Detail;
using abi::ObjectType;
using abi::SystemCall;
using calls::Kind;

// Bits of the values that the type has; 64: every register is one of it.
unsigned width(const calls::Parameter& p) {
  switch (p.kind) {
    case Kind::kI8:
    case Kind::kU8:
      return 8;
    case Kind::kI16:
    case Kind::kU16:
      return 16;
    case Kind::kI64:
    case Kind::kU64:
      return 64;
    default:
      return 32;
  }
}

bool is_choice(const calls::Parameter& p) {
  return p.kind == Kind::kEnum || p.kind == Kind::kFlags;
}

// Values of a whole register that are none of the parameter's.
std::vector<std::uint64_t> bad_values(const calls::Parameter& p, std::uint64_t good) {
  std::vector<std::uint64_t> bad;
  const unsigned bits = width(p);
  // 32-bit values lie sign-extended: any of bits 32 to 63 alone, or one missing, is junk.
  for (unsigned i = bits; i < 64; ++i) bad.push_back(good ^ std::uint64_t{1} << i);
  if (p.kind == Kind::kU32 || p.kind == Kind::kI32) bad.push_back(0x8000'0000);  // not extended
  const bool ranged = p.max != ~std::uint64_t{0} >> (64 - bits) && p.kind != Kind::kI32;
  if (ranged) {
    for (std::uint64_t value :
         {p.max + 1, std::uint64_t{0x100} | good, std::uint64_t{0x7fff'ffff}}) {
      if (value > p.max) bad.push_back(value);
    }
  }
  if (p.min != 0) {
    bad.push_back(0);
    bad.push_back(p.min - 1);
  }
  return bad;
}

using RejectTest = CallTest;

TEST_F(RejectTest, TheTableHasEveryCall) {
  std::set<std::uint64_t> there;
  for (const calls::Call& call : calls::kAll) {
    there.insert(abi::word(call.number));
    EXPECT_EQ(call.name, to_string(call.number));
  }
  for (std::uint64_t number = 0; number < 256; ++number) {
    bool is_call = to_string(static_cast<SystemCall>(number)) != "?";
    EXPECT_EQ(there.contains(number), is_call) << number;
  }
}

TEST_F(RejectTest, ValuesOutsideTheirTypeOrRange) {
  for (const calls::Call& call : calls::kAll) {
    unsigned argument = 0;
    for (const calls::Parameter& p : call.parameters) {
      ++argument;
      if (p.kind == Kind::kCapability) continue;
      Detail detail = is_choice(p)              ? Detail::kBadEnum
                      : p.kind == Kind::kLength ? Detail::kBadLength
                                                : Detail::kBadRange;
      for (std::uint64_t bad : bad_values(p, good_word(call, p))) {
        expect_rejected(call, p.place, bad, abi::kEinval, detail, argument);
        if (HasFailure()) return;
      }
    }
  }
}

// What a length does not count is zero, in each register that could have content.
TEST_F(RejectTest, ContentBeyondItsLength) {
  int lengths = 0;
  for (const calls::Call& call : calls::kAll) {
    unsigned argument = 0;
    for (const calls::Parameter& p : call.parameters) {
      ++argument;
      if (p.kind != Kind::kLength) continue;
      ++lengths;
      for (unsigned word = 0; word < p.tail_words; ++word) {
        for (unsigned bit = 0; bit < 64; ++bit) {
          expect_rejected(call, p.tail + word, std::uint64_t{1} << bit, abi::kEinval,
                          Detail::kBadLength, argument);
        }
        if (HasFailure()) return;
      }
    }
  }
  EXPECT_GT(lengths, 0);
}

// An address is a whole register: an index with anything above it is no index.
TEST_F(RejectTest, AddressesOfCapabilities) {
  for (const calls::Call& call : calls::kAll) {
    for (const Place& place : capability_places(call)) {
      std::uint64_t good = slot_for(place);
      for (std::uint64_t bad :
           {std::uint64_t{0}, std::uint64_t{kEmpty}, std::uint64_t{World::kSlots},
            good | std::uint64_t{1} << 32, good | std::uint64_t{1} << 63, ~std::uint64_t{0}}) {
        expect_rejected(call, place.reg, bad, abi::kEbadf, Detail::kBadCap, place.argument);
      }
      if (HasFailure()) return;
    }
  }
}

}  // namespace
}  // namespace tessera::testing
