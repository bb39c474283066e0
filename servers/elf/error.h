// What can be wrong with an executable: one value for each defect, and a sentence for each value.
#ifndef SERVERS_ELF_ERROR_H_
#define SERVERS_ELF_ERROR_H_

#include <cstdint>
#include <string_view>

namespace tessera::elf {

enum class Error : std::uint8_t {
  kTooShort,
  kBadMagic,
  kBadClass,
  kBadByteOrder,
  kBadVersion,
  kBadType,
  kBadMachine,
  kBadFlags,
  kBadHeaderSize,
  kBadEntrySize,
  kNoProgramHeaders,
  kTooManyProgramHeaders,
  kProgramHeadersOutside,
  kDynamic,
  kTooManySegments,
  kFileLargerThanMemory,
  kTruncated,
  kSizeOverflows,
  kOutsideUser,
  kBadAccess,
  kWriteAndExecute,
  kBadAlignment,
  kUnordered,
  kOverlap,
  kNothingToLoad,
  kEntryMisaligned,
  kEntryOutsideText,
};

// The last value: tests walk the list with it.
inline constexpr Error kLastError = Error::kEntryOutsideText;

constexpr std::string_view describe(Error error) {
  switch (error) {
    case Error::kTooShort:
      return "shorter than the 64 bytes of an ELF header";
    case Error::kBadMagic:
      return "does not start with the ELF magic";
    case Error::kBadClass:
      return "not a 64-bit ELF file";
    case Error::kBadByteOrder:
      return "not little-endian";
    case Error::kBadVersion:
      return "ELF version is not 1";
    case Error::kBadType:
      return "not a static executable (type 2)";
    case Error::kBadMachine:
      return "not for RISC-V (machine 243)";
    case Error::kBadFlags:
      return "flags name an ABI other than C and lp64, lp64f, lp64d, lp64q";
    case Error::kBadHeaderSize:
      return "header size is not 64";
    case Error::kBadEntrySize:
      return "program header size is not 56";
    case Error::kNoProgramHeaders:
      return "no program headers";
    case Error::kTooManyProgramHeaders:
      return "more than 64 program headers";
    case Error::kProgramHeadersOutside:
      return "program headers reach past the end of the file";
    case Error::kDynamic:
      return "wants a dynamic linker or thread-local storage";
    case Error::kTooManySegments:
      return "more than 8 segments to load";
    case Error::kFileLargerThanMemory:
      return "a segment has more bytes in the file than in memory";
    case Error::kTruncated:
      return "a segment reaches past the end of the file";
    case Error::kSizeOverflows:
      return "a segment's address and size overflow";
    case Error::kOutsideUser:
      return "a segment is outside the user addresses";
    case Error::kBadAccess:
      return "a segment's access is none, unknown, or write alone";
    case Error::kWriteAndExecute:
      return "a segment can be written and executed";
    case Error::kBadAlignment:
      return "a segment's address and file offset do not agree with its alignment";
    case Error::kUnordered:
      return "segments are not in ascending order";
    case Error::kOverlap:
      return "two segments overlap or have a page in common";
    case Error::kNothingToLoad:
      return "no segment to load";
    case Error::kEntryMisaligned:
      return "entry is an odd address";
    case Error::kEntryOutsideText:
      return "entry is not in an executable segment";
  }
  return "unknown error";
}

}  // namespace tessera::elf

#endif  // SERVERS_ELF_ERROR_H_
