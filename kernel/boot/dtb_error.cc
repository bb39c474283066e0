#include "kernel/boot/dtb_error.h"

namespace tessera::boot {

const char* describe(DtbError error) {
  switch (error) {
    case DtbError::kTruncated:
      return "the device tree is cut short";
    case DtbError::kBadMagic:
      return "there is no device tree";
    case DtbError::kBadVersion:
      return "the device tree's version is not 17";
    case DtbError::kBadHeader:
      return "the device tree's header is wrong";
    case DtbError::kBadStructure:
      return "the device tree's structure is wrong";
    case DtbError::kBadName:
      return "a name in the device tree has no end";
    case DtbError::kBadProperty:
      return "a property in the device tree has a wrong length or value";
    case DtbError::kTooDeep:
      return "the device tree is too deep";
    case DtbError::kBadCells:
      return "#address-cells or #size-cells in the device tree cannot be read";
    case DtbError::kRangeOverflow:
      return "a range in the device tree passes the end of the address space";
    case DtbError::kTooManyRanges:
      return "the device tree has too many ranges of memory";
    case DtbError::kTooManyHarts:
      return "the machine has too many harts";
    case DtbError::kNoMemory:
      return "the device tree tells of no memory";
    case DtbError::kNoUart:
      return "the device tree tells of no UART that we can use";
    case DtbError::kNoTimebase:
      return "the device tree tells no timebase-frequency";
    case DtbError::kNoHarts:
      return "the device tree tells of no hart";
    case DtbError::kBadInitrd:
      return "the initrd's end is missing or before its start";
  }
  return "unknown";
}

}  // namespace tessera::boot
