// Which of the machine's RAM is whose at boot. Pure arithmetic on ranges.
#pragma once

#include <cstdint>
#include <expected>
#include <span>

#include "kernel/arch/contract/range.h"
#include "kernel/boot/machine.h"

namespace tessera::boot {

enum class MapError : std::uint8_t {
  kTooManyRegions,
  kTooLittleRam,     // less free than a system needs to start
  kImageOutside,     // the kernel is not in RAM, or in RAM that the firmware keeps
  kInitrdOutside,    // the same of the initrd, or it overlaps the kernel or the device tree
  kInitrdUnaligned,  // its files are mapped where they lie, so it begins with a page
};
const char* describe(MapError error);

struct MemoryMap {
  static constexpr std::size_t kMostRegions = 16;
  using Regions = Few<PhysRange, kMostRegions>;

  // All of it in whole pages, sorted, apart from one another; neighbours are one region.
  Regions
      mapped;    // for the direct map: RAM without what the firmware reserves and without the image
  Regions free;  // for user space: `mapped` without the device tree and the initrd

  std::uint64_t free_bytes() const;
  // The largest of the free ones, of which there is at least one: the first task is made out of it.
  std::size_t largest() const;
};

struct Occupied {
  PhysRange image;
  PhysRange dtb;
  PhysRange initrd;  // size 0: none
};

// What may be free must be at least this: the first task and the servers do not start with less.
inline constexpr std::uint64_t kLeastFree = std::uint64_t{8} << 20;
// And so much of it in one piece, for the first task's own: its stack may take 1 MiB.
inline constexpr std::uint64_t kLeastPiece = std::uint64_t{2} << 20;

// RAM at and above `limit`, a page's address, is left out: the direct map ends there. `map` is
// fresh; it is filled in place, and means nothing after an error.
std::expected<void, MapError> make_memory_map(const Machine& machine, const Occupied& occupied,
                                              PhysAddr limit, MemoryMap& map);

}  // namespace tessera::boot
