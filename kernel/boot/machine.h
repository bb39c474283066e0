// What the kernel knows of the machine that it runs on: read from the device tree once, at boot. It
// owns all that it says but the bootargs, which are the device tree's.
#pragma once

#include <cstdint>
#include <string_view>

#include "kernel/arch/contract/range.h"
#include "kernel/base/types.h"

namespace tessera::boot {

using arch::Few;
using arch::PhysRange;

// An NS16550.
struct UartInfo {
  PhysRange registers;
  std::uint32_t interrupt = 0;  // 0: none
  std::uint32_t shift = 0;      // a register's number is shifted by so many bits
  std::uint32_t io_width = 1;   // bytes of an access: 1 or 4
};

// An interrupt controller or a virtio device.
struct DeviceInfo {
  PhysRange registers;
  std::uint32_t interrupt = 0;  // 0: none
};

struct Machine {
  static constexpr std::size_t kMostRanges = 8;
  static constexpr std::size_t kMostHarts = 8;
  static constexpr std::size_t kMostVirtio = 8;

  // As they stand in the device tree: none is empty, none passes the end of the address space, but
  // they come in any order and may overlap.
  Few<PhysRange, kMostRanges> ram;
  Few<PhysRange, kMostRanges> reserved;  // what the firmware keeps

  UartInfo uart;
  std::uint32_t dtb_size = 0;  // bytes of the device tree itself
  PhysRange initrd;            // size 0: none
  PhysRange plic;              // size 0: none
  // Of the PLIC: its sources are 1 to this. 0: it does not interrupt every hart in S-mode, and is
  // of no use.
  std::uint32_t plic_sources = 0;
  Few<DeviceInfo, kMostVirtio> virtio;  // the first ones

  std::uint64_t timebase = 0;  // ticks a second
  Few<HartId, kMostHarts> harts;
  std::uint32_t contexts[kMostHarts] = {};  // at the PLIC, of each hart's S-mode
  bool sstc = false;                        // every hart has it
  std::string_view bootargs;                // valid while the device tree is mapped
};

// Whether `word` stands in `text` between blanks.
constexpr bool has_word(std::string_view text, std::string_view word) {
  std::size_t matched = 0;  // characters of `word`; kNo: this word of the text is another
  constexpr std::size_t kNo = ~std::size_t{0};
  for (const char c : text) {
    if (c == ' ') {
      if (matched == word.size()) return true;
      matched = 0;
    } else if (matched < word.size() && word[matched] == c) {
      ++matched;
    } else {
      matched = kNo;
    }
  }
  return matched == word.size();
}

}  // namespace tessera::boot
