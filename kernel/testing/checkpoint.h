// All that the kernel and its machine are at one time, as bytes: to go back to, and to compare.
// What comes of the same checkpoint in two ways can be compared bit by bit: every address is the
// same.
//
//   Checkpoint before(world), one_way(world);
//   ... something happens ...
//   one_way.save();
//   before.restore();
//   ... the same happens in another way ...
//   one_way.difference(dead);  // from now: null, but for what `dead` says means nothing
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "kernel/testing/world.h"

namespace tessera::testing {

// Memory whose bytes mean nothing now.
class Dead {
 public:
  template <class Field>
  void add(const Field& field) {
    places_.push_back(std::as_bytes(std::span(&field, 1)));
  }
  bool has(const std::byte* at) const;

 private:
  std::vector<std::span<const std::byte>> places_;
};

class Checkpoint {
 public:
  // The harts that are looked at, from 0 on.
  static constexpr std::uint32_t kHarts = 2;

  // Of now. RAM that holds anything is found here, and looked at from now on.
  explicit Checkpoint(World& world);

  // From now on it is of now.
  void save();
  void restore() const;
  // Where what it was of differs from now, in a byte that is not dead.
  struct Difference {
    const std::byte* at;  // null: of the machine's, not of memory
    std::uint64_t was, is;
  };
  std::optional<Difference> difference(const Dead& dead) const;
  // Whether the RAM that held nothing still does: else there is more to look at.
  bool rest_is_untouched() const;

 private:
  // What a hart of the machine's has, as words.
  enum Of : std::uint8_t { kTimer, kRoot, kAsid, kPageFlushes, kSpaceFlushes, kSyncs, kSoftware };
  using MachineWords = std::array<std::array<std::uint64_t, kSoftware + 1>, kHarts>;
  MachineWords machine() const;

  World* world_;
  std::vector<std::span<std::byte>> places_;
  std::vector<std::byte> bytes_;  // of all places, one after another
  MachineWords machine_{};
};

}  // namespace tessera::testing
