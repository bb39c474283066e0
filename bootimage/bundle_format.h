// The bundle's layout in numbers, and the two primitives that reading and writing it need.
//
// A bundle is the initrd: the first task and the ELF images of the servers. All numbers are
// little-endian. A file table follows the header; files follow the table, each on a page of its
// own.
//
//   header, 64 bytes                          file table entry, 64 bytes (one per file)
//    0  u64  magic "TESSBNDL"                   0  char[32] name, NUL padded, [A-Za-z0-9_.-]+
//    8  u32  version = 1                       32  u64  offset from the bundle's start, * 4096
//   12  u32  number of files, 1 to 64          40  u64  size in bytes, > 0
//   16  u64  total size, multiple of 4096      48  u32  CRC-32 of the file's bytes
//   24  u32  CRC-32 of header and table        52  u32  kind: 0 ELF, 1 flat first task
//            (this field taken as zero)        56  u64  zero
//   28       zero
//
// File 0, and no other, is the flat first task: init with no ELF left in it, so that the kernel can
// map it where it lies. Page 0 describes it, the pages that its segments name follow; .bss is there
// as zeros, so size in the file and size in memory are the same.
//
//   description, 4096 bytes                   segment, 32 bytes
//    0  u64  entry address                      0  u64  virtual address
//    8  u32  number of segments, 1 to 8         8  u64  offset from this file's start
//   12  u32  zero                              16  u64  size
//   16  u64  stack size wanted                 24  u32  flags: 1 R, 2 W, 4 X
//   24       segments, then zero               28  u32  zero
//
// Two CRCs because boot has a budget: the kernel checks header and table (some hundred bytes), and
// nothing that is as long as the bundle. The CRC of a file is checked by `pack --verify`, and by
// whoever loads that file.
#ifndef BOOTIMAGE_BUNDLE_FORMAT_H_
#define BOOTIMAGE_BUNDLE_FORMAT_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace bundle {

using Bytes = std::span<const std::byte>;

inline constexpr std::uint64_t kPageSize = 4096;
inline constexpr std::uint64_t kMagic = 0x4c44'4e42'5353'4554;  // "TESSBNDL" in file order
inline constexpr std::uint32_t kVersion = 1;
inline constexpr std::uint32_t kMaxFiles = 64;
inline constexpr std::size_t kHeaderSize = 64;
inline constexpr std::size_t kEntrySize = 64;
inline constexpr std::size_t kNameSize = 32;  // with at least one NUL

// Offsets of the header's fields, then of a table entry's.
inline constexpr std::size_t kAtMagic = 0;
inline constexpr std::size_t kAtVersion = 8;
inline constexpr std::size_t kAtCount = 12;
inline constexpr std::size_t kAtTotalSize = 16;
inline constexpr std::size_t kAtHeaderCrc = 24;
inline constexpr std::size_t kAtHeaderReserved = 28;
inline constexpr std::size_t kAtOffset = 32;
inline constexpr std::size_t kAtSize = 40;
inline constexpr std::size_t kAtCrc = 48;
inline constexpr std::size_t kAtKind = 52;
inline constexpr std::size_t kAtEntryReserved = 56;

// The flat first task.
inline constexpr std::uint32_t kMaxSegments = 8;
inline constexpr std::size_t kAtTaskEntry = 0;
inline constexpr std::size_t kAtTaskSegmentCount = 8;
inline constexpr std::size_t kAtTaskReserved = 12;
inline constexpr std::size_t kAtTaskStackSize = 16;
inline constexpr std::size_t kAtTaskSegments = 24;
inline constexpr std::size_t kSegmentSize = 32;
inline constexpr std::size_t kAtSegmentVaddr = 0;
inline constexpr std::size_t kAtSegmentOffset = 8;
inline constexpr std::size_t kAtSegmentSize = 16;
inline constexpr std::size_t kAtSegmentFlags = 24;
inline constexpr std::size_t kAtSegmentReserved = 28;

inline constexpr std::uint32_t kRead = 1;
inline constexpr std::uint32_t kWrite = 2;
inline constexpr std::uint32_t kExecute = 4;

// Page 0 is never mapped, so that a null pointer faults; the top is the end of Sv39's lower half.
inline constexpr std::uint64_t kUserBottom = kPageSize;
inline constexpr std::uint64_t kUserTop = 0x40'0000'0000;
inline constexpr std::uint64_t kMaxStackSize = 0x10'0000;

enum class Kind : std::uint32_t { kElf = 0, kFirstTask = 1 };

// Reads a little-endian number; the caller has checked that at + sizeof(T) <= bytes.size(). Byte by
// byte: any alignment is right, and no memcpy is called.
template <typename T>
constexpr T load(Bytes bytes, std::size_t at) {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    value |= static_cast<T>(static_cast<T>(bytes[at + i]) << (8 * i));
  }
  return value;
}

constexpr bool is_page_multiple(std::uint64_t value) { return value % kPageSize == 0; }

constexpr bool is_zero(Bytes bytes) {
  for (const std::byte byte : bytes) {
    if (byte != std::byte{0}) return false;
  }
  return true;
}

// By hand, because operator== of string_view calls memcmp.
constexpr bool same_text(std::string_view left, std::string_view right) {
  if (left.size() != right.size()) return false;
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (left[i] != right[i]) return false;
  }
  return true;
}

constexpr bool is_file_name(std::string_view name) {
  for (const char c : name) {
    const bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_' || c == '.' || c == '-';
    if (!good) return false;
  }
  return !name.empty() && name.size() < kNameSize;
}

// CRC-32 as in IEEE 802.3 (reflected 0xEDB88320), four bits a step: a table of 16 words costs the
// kernel 64 bytes and about ten instructions a byte. To go on over a second span, pass what the
// first gave.
constexpr std::uint32_t crc32(Bytes bytes, std::uint32_t so_far = 0) {
  constexpr auto kTable = [] {
    std::array<std::uint32_t, 16> table{};
    for (std::uint32_t i = 0; i < 16; ++i) {
      std::uint32_t value = i;
      for (int bit = 0; bit < 4; ++bit) value = (value >> 1) ^ ((value & 1) ? 0xedb8'8320U : 0U);
      table[i] = value;
    }
    return table;
  }();
  std::uint32_t crc = ~so_far;
  for (const std::byte byte : bytes) {
    crc ^= static_cast<std::uint32_t>(byte);
    crc = (crc >> 4) ^ kTable[crc & 15];
    crc = (crc >> 4) ^ kTable[crc & 15];
  }
  return ~crc;
}

}  // namespace bundle

#endif  // BOOTIMAGE_BUNDLE_FORMAT_H_
