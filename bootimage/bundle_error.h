// What can be wrong with a bundle: one value for each defect, and a sentence for each value.
// Freestanding: the kernel, init and the host tools read the same list.
#ifndef BOOTIMAGE_BUNDLE_ERROR_H_
#define BOOTIMAGE_BUNDLE_ERROR_H_

#include <cstdint>
#include <string_view>

namespace bundle {

enum class BundleError : std::uint8_t {
  kTooShort,
  kBadMagic,
  kBadVersion,
  kBadCount,
  kBadTotalSize,
  kTruncated,
  kReservedNotZero,
  kBadHeaderCrc,
  kBadName,
  kDuplicateName,
  kBadKind,
  kFirstIsNotFlat,
  kFlatIsNotFirst,
  kEmptyFile,
  kUnalignedFile,
  kFileOutside,
  kFilesOverlap,
  kNoSuchEntry,
  kFlatTooShort,
  kFlatBadSegmentCount,
  kFlatReservedNotZero,
  kFlatBadStackSize,
  kFlatBadFlags,
  kFlatWriteAndExecute,
  kFlatUnalignedSegment,
  kFlatEmptySegment,
  kFlatSegmentOutsideFile,
  kFlatSegmentOutsideUser,
  kFlatSegmentsOverlap,
  kFlatEntryNotExecutable,
};

// The last value: tests walk the list with it.
inline constexpr BundleError kLastBundleError = BundleError::kFlatEntryNotExecutable;

constexpr std::string_view describe(BundleError error) {
  using std::string_view_literals::operator""sv;  // no strlen when it runs
  switch (error) {
    case BundleError::kTooShort:
      return "shorter than the 64 bytes of a bundle header"sv;
    case BundleError::kBadMagic:
      return "does not start with TESSBNDL"sv;
    case BundleError::kBadVersion:
      return "bundle version is not 1"sv;
    case BundleError::kBadCount:
      return "number of files is not 1 to 64"sv;
    case BundleError::kBadTotalSize:
      return "total size is not a multiple of 4096 that holds header and file table"sv;
    case BundleError::kTruncated:
      return "total size is more than the bytes that are there"sv;
    case BundleError::kReservedNotZero:
      return "reserved bytes of the header or the file table are not zero"sv;
    case BundleError::kBadHeaderCrc:
      return "CRC of header and file table does not match"sv;
    case BundleError::kBadName:
      return "file name is not 1 to 31 of [A-Za-z0-9_.-], padded with zeros"sv;
    case BundleError::kDuplicateName:
      return "two files have the same name"sv;
    case BundleError::kBadKind:
      return "file kind is neither 0 (ELF) nor 1 (flat first task)"sv;
    case BundleError::kFirstIsNotFlat:
      return "file 0 is not a flat first task"sv;
    case BundleError::kFlatIsNotFirst:
      return "a flat first task stands after file 0"sv;
    case BundleError::kEmptyFile:
      return "file has no bytes"sv;
    case BundleError::kUnalignedFile:
      return "file does not start on a 4096-byte boundary"sv;
    case BundleError::kFileOutside:
      return "file lies over the file table or past the end of the bundle"sv;
    case BundleError::kFilesOverlap:
      return "files overlap, or are not in the order of their offsets"sv;
    case BundleError::kNoSuchEntry:
      return "no such file"sv;
    case BundleError::kFlatTooShort:
      return "first task is shorter than its 4096-byte description"sv;
    case BundleError::kFlatBadSegmentCount:
      return "first task's number of segments is not 1 to 8"sv;
    case BundleError::kFlatReservedNotZero:
      return "reserved bytes of the first task's description are not zero"sv;
    case BundleError::kFlatBadStackSize:
      return "first task's stack size is not a multiple of 4096, from 4096 to 1 MiB"sv;
    case BundleError::kFlatBadFlags:
      return "segment flags are not R, RW, RX or X"sv;
    case BundleError::kFlatWriteAndExecute:
      return "segment is both writable and executable"sv;
    case BundleError::kFlatUnalignedSegment:
      return "segment address, offset or size is not a multiple of 4096"sv;
    case BundleError::kFlatEmptySegment:
      return "segment has no bytes"sv;
    case BundleError::kFlatSegmentOutsideFile:
      return "segment lies over the description or past the end of its file"sv;
    case BundleError::kFlatSegmentOutsideUser:
      return "segment lies outside the user half (0x1000 to 0x4000000000)"sv;
    case BundleError::kFlatSegmentsOverlap:
      return "segments overlap in memory or in the file, or are not in ascending order"sv;
    case BundleError::kFlatEntryNotExecutable:
      return "entry is not a 2-byte aligned address inside an executable segment"sv;
  }
  return "unknown bundle error"sv;
}

}  // namespace bundle

#endif  // BOOTIMAGE_BUNDLE_ERROR_H_
