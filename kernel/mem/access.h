// What a mapping allows: the bits of Access in idl/kernel/vmo.idl, as a type of its own.
#pragma once

#include <cstdint>

namespace tessera {

struct Access {
  std::uint8_t bits = 0;

  constexpr bool operator==(const Access&) const = default;
  constexpr Access operator|(Access other) const {
    return {static_cast<std::uint8_t>(bits | other.bits)};
  }
  constexpr bool has(Access other) const { return (bits & other.bits) == other.bits; }
  // Something is allowed, no write without read (Sv39 reserves it), never write and execute (R5).
  // What is not mappable must be refused before it comes here.
  constexpr bool mappable() const;
};

inline constexpr Access kRead{1};
inline constexpr Access kWrite{2};
inline constexpr Access kExecute{4};

constexpr bool Access::mappable() const {
  // One bit for each of the eight values of `bits`: R, RW, X and RX.
  constexpr std::uint32_t kMappable = 1u << 1 | 1u << 3 | 1u << 4 | 1u << 5;
  return bits < 8 && (kMappable >> bits & 1) != 0;
}

}  // namespace tessera
