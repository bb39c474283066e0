// What can be wrong with a device tree.
#pragma once

#include <cstdint>

namespace tessera::boot {

enum class DtbError : std::uint8_t {
  kTruncated,  // fewer bytes than a header, or than the header says
  kBadMagic,
  kBadVersion,    // not readable as version 17
  kBadHeader,     // a block of the tree is outside of it, or not aligned
  kBadStructure,  // tokens that make no tree, or go on past their block
  kBadName,       // a name or string without an end
  kBadProperty,   // a property that we need is not as long as it must be
  kTooDeep,
  kBadCells,       // #address-cells or #size-cells that we cannot read
  kRangeOverflow,  // a range beyond the end of the address space
  kTooManyRanges,  // of memory or of reserved memory
  kTooManyHarts,
  kNoMemory,
  kNoUart,
  kNoTimebase,
  kNoHarts,
  kBadInitrd,  // a start without an end, or after it
};

// One line for whoever reads the console.
const char* describe(DtbError error);

}  // namespace tessera::boot
