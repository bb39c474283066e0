// A thread that enters the kernel with a secret of its own in every register, and looks at every
// register when it is back: there is what the ABI says, and nothing else.
#ifndef SERVERS_CONTRACT_SECRET_H_
#define SERVERS_CONTRACT_SECRET_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>

#include "idl/system_call.h"
#include "servers/contract/raw.h"
#include "servers/contract/world.h"

namespace tessera::contract {

constexpr bool is_saved(unsigned x) { return x == 8 || x == 9 || (x >= 18 && x <= 27); }

struct Set {
  unsigned x;
  std::uint64_t value;
};
class Sets {
 public:
  constexpr Sets() = default;
  constexpr Sets(std::initializer_list<Set> sets) {  // NOLINT(google-explicit-constructor)
    for (const Set& set : sets) add(set);
  }
  constexpr void add(Set set) { sets_[size_++] = set; }
  constexpr const Set* begin() const { return sets_.data(); }
  constexpr const Set* end() const { return sets_.data() + size_; }

 private:
  std::array<Set, 16> sets_{};
  std::size_t size_ = 0;
};

enum class After : bool { kSavedKept, kSavedZero };

class Secretive {
 public:
  // `who`: below 256, another for each thread of a behaviour.
  explicit constexpr Secretive(std::uint64_t who) : who_(who) {}

  // What it has in x<n> unless a call takes something else there. Another one in each round.
  std::uint64_t secret(unsigned n) const {
    return 0x5ec2'e700'0000'0000 | who_ << 32 | (round_ & 0xffff) << 8 | n;
  }
  // A register of each.
  std::uint64_t in(unsigned n) const { return block_.in[n]; }
  std::uint64_t out(unsigned n) const { return block_.out[n]; }
  RawRegisters& block() { return block_; }

  // A new round: secrets in all registers, but for these.
  void load(const Sets& inputs);
  void load(abi::SystemCall number, const Sets& inputs);
  // Makes the call that was loaded.
  void make() { raw_call(&block_); }

  // After a call: `results` where they are due, the rest of the temporaries zero, sp as it was, the
  // saved registers as they were or zero.
  void expect_results(const Sets& results, After after = After::kSavedKept,
                      Where where = Where::current());
  // After what is no call: each register as it was, but for these.
  void expect_all_kept(const Sets& others = {}, Where where = Where::current());
  // Whatever it was: nothing of the kernel's half of the addresses, but for a status; and no secret
  // of anybody else's.
  void expect_nothing_of_others(Where where = Where::current());

 private:
  void expect(unsigned x, std::uint64_t due, Where where) const;

  std::uint64_t who_;
  std::uint64_t round_ = 0;
  RawRegisters block_{};
};

}  // namespace tessera::contract

#endif  // SERVERS_CONTRACT_SECRET_H_
