#include "servers/contract/secret.h"

#include "servers/runtime/text.h"

namespace tessera::contract {
namespace {

constexpr std::uint64_t kNobody = 0x5ec2'e7ff'ffff'ffff;  // what no call has written over
constexpr std::uint64_t kSecretMask = 0xffff'ff00'0000'0000;
constexpr std::uint64_t kWhoMask = 0xffff'ffff'0000'0000;

}  // namespace

void Secretive::load(const Sets& inputs) {
  ++round_;
  for (unsigned i = 0; i < 32; ++i) {
    block_.in[i] = secret(i);
    block_.out[i] = kNobody;
  }
  for (const Set& set : inputs) block_.in[set.x] = set.value;
}

void Secretive::load(abi::SystemCall number, const Sets& inputs) {
  load(inputs);
  block_.in[kA7] = abi::word(number);
}

void Secretive::expect(unsigned x, std::uint64_t due, Where where) const {
  if (block_.out[x] == due) return;
  rt::FixedText<80> what;
  rt::write(what, 'x', x, " has ", rt::hex(block_.out[x]), ", due is ", rt::hex(due));
  fail(what.text(), {}, where);
}

void Secretive::expect_results(const Sets& results, After after, Where where) {
  for (unsigned i = 1; i < 32; ++i) {
    if (i == kTp) continue;  // it led to the block: it is as it was
    std::uint64_t due = 0;
    if (i == kSp || (is_saved(i) && after == After::kSavedKept)) due = block_.in[i];
    for (const Set& set : results) {
      if (set.x == i) due = set.value;
    }
    expect(i, due, where);
  }
}

void Secretive::expect_all_kept(const Sets& others, Where where) {
  for (unsigned i = 1; i < 32; ++i) {
    if (i == kTp) continue;
    std::uint64_t due = block_.in[i];
    for (const Set& set : others) {
      if (set.x == i) due = set.value;
    }
    expect(i, due, where);
  }
}

void Secretive::expect_nothing_of_others(Where where) {
  for (unsigned i = 1; i < 32; ++i) {
    if (i == kTp) continue;
    const std::uint64_t value = block_.out[i];
    const bool is_of_the_kernel = (value >> 63) != 0 && i != kA6;
    const bool is_anothers = (value & kSecretMask) == (kNobody & kSecretMask) &&
                             (value & kWhoMask) != (secret(0) & kWhoMask);
    if (!is_of_the_kernel && !is_anothers) continue;
    rt::FixedText<80> what;
    rt::write(what, "after call ", block_.in[kA7], " x", i, " has ", rt::hex(value));
    fail(what.text(), {}, where);
  }
}

}  // namespace tessera::contract
