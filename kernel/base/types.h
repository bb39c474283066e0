// The kinds of numbers that must not mix. Each is a distinct type; arithmetic that makes sense is
// given, the rest does not compile (base/mixing_nc_test.cc shows it).
#pragma once

#include <compare>
#include <cstdint>

namespace tessera {

// An address in the machine's physical space.
struct PhysAddr {
  std::uint64_t value = 0;
  constexpr auto operator<=>(const PhysAddr&) const = default;
  constexpr PhysAddr operator+(std::uint64_t bytes) const { return {value + bytes}; }
  constexpr std::uint64_t operator-(PhysAddr other) const { return value - other.value; }
};

// An address in a task's (or the kernel's) virtual space.
struct VirtAddr {
  std::uint64_t value = 0;
  constexpr auto operator<=>(const VirtAddr&) const = default;
  constexpr VirtAddr operator+(std::uint64_t bytes) const { return {value + bytes}; }
  constexpr std::uint64_t operator-(VirtAddr other) const { return value - other.value; }
};

// A point of the monotonic clock, which is 0 when the machine's timer is.
struct Nanoseconds {
  std::uint64_t value = 0;
  constexpr auto operator<=>(const Nanoseconds&) const = default;
};
inline constexpr Nanoseconds kNever{~std::uint64_t{0}};

// A hart's number as the firmware has it; and an index into the kernel's own array of harts.
struct HartId {
  std::uint64_t value = 0;
  constexpr auto operator<=>(const HartId&) const = default;
};

// An address-space identifier (RISC-V privileged 1.12, section 4.1.11). 0 is the kernel's.
struct Asid {
  std::uint16_t value = 0;
  constexpr auto operator<=>(const Asid&) const = default;
};

}  // namespace tessera
