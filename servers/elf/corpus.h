// Files that are no sound executables, made by rule out of one that is: each field of each header
// at its edges, overlaps, overflows, W+X, entries outside, and cut off at each boundary. With each
// goes what it must be called.
//
// Freestanding: the host's test goes through them, and SELFTEST sends each to execd.
#ifndef SERVERS_ELF_CORPUS_H_
#define SERVERS_ELF_CORPUS_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "idl/abi.h"
#include "servers/elf/error.h"
#include "servers/elf/format.h"

namespace tessera::elf::corpus {

// The sound one: text, constants and data with bss, a page each, all of it in less than a page of
// file. It begins with an instruction that is none, so that it ends at once.
struct File {
  static constexpr std::uint64_t kBase = 0x10000;
  static constexpr std::size_t kSize = 0x310;

  FileHeader header{.magic = kMagic,
                    .file_class = kClass64,
                    .byte_order = kLittleEndian,
                    .ident_version = kCurrentVersion,
                    .os_abi_and_padding = {},
                    .type = kTypeExecutable,
                    .machine = kMachineRiscv,
                    .version = kCurrentVersion,
                    .entry = kBase + 0x100,
                    .program_headers = sizeof(FileHeader),
                    .section_headers = 0,
                    .flags = 1,
                    .header_size = sizeof(FileHeader),
                    .program_header_size = sizeof(ProgramHeader),
                    .program_header_count = 3,
                    .section_header_size = 0,
                    .section_header_count = 0,
                    .section_names = 0};
  std::array<ProgramHeader, 9> segments = {
      load(kAccessRead | kAccessExecute, 0, 0x100, 0x40, 0x40),
      load(kAccessRead, 1, 0x200, 0x40, 0x40),
      load(kAccessRead | kAccessWrite, 2, 0x300, 0x10, 0x1800),
  };
  std::size_t size = kSize;
  Error expected{};

  static constexpr ProgramHeader load(std::uint32_t flags, std::uint64_t page, std::uint64_t offset,
                                      std::uint64_t file_size, std::uint64_t memory_size) {
    const std::uint64_t vaddr = kBase + page * abi::kPageSize + offset;
    return {.type = kSegmentLoad,
            .flags = flags,
            .offset = offset,
            .vaddr = vaddr,
            .paddr = vaddr,
            .file_size = file_size,
            .memory_size = memory_size,
            .alignment = abi::kPageSize};
  }

  // The file's bytes; nine segments' headers are over its text, which does not matter.
  void write(std::span<std::byte> to) const {
    std::memset(to.data(), 0, to.size());
    const std::size_t count = std::min<std::size_t>(header.program_header_count, segments.size());
    std::memcpy(to.data(), &header, sizeof(header));
    std::memcpy(to.data() + sizeof(header), segments.data(),
                std::max<std::size_t>(count, 3) * sizeof(ProgramHeader));
  }
};
// The most bytes that `write` needs.
inline constexpr std::size_t kMaxBytes = sizeof(FileHeader) + 9 * sizeof(ProgramHeader) + 0x310;

inline constexpr std::uint64_t kMost = ~std::uint64_t{0};
inline constexpr std::uint64_t kTop = std::uint64_t{1} << 63;
inline constexpr std::uint64_t kFour = std::uint64_t{1} << 32;

// Each calls `use` with one file after the other.
namespace internal {

template <class Use>
class Rules {
 public:
  explicit Rules(Use use) : use_(use) {}

  void all() {
    kind();
    table();
    entry();
    for (std::size_t i = 0; i < 3; ++i) {
      access(i);
      place(i);
      address(i);
    }
    together();
    cut();
  }

 private:
  // The field takes each of the values, in a file of its own.
  template <class Field, class... Values>
  void each(Error expected, Field field, Values... values) {
    (one(expected,
         [&](File& file) {
           auto& it = field(file);
           it = static_cast<std::remove_reference_t<decltype(it)>>(values);
         }),
     ...);
  }
  template <class Spoil>
  void one(Error expected, Spoil spoil) {
    File file;
    spoil(file);
    file.expected = expected;
    use_(file);
  }

  void kind() {
    for (std::size_t i = 0; i < kMagic.size(); ++i) {
      each(
          Error::kBadMagic, [i](File& f) -> auto& { return f.header.magic[i]; }, 0, 0xff,
          kMagic[i] ^ 1, kMagic[i] ^ 0x80);
    }
    each(
        Error::kBadClass, [](File& f) -> auto& { return f.header.file_class; }, 0, 1, 3, 0x80,
        0xff);
    each(Error::kBadByteOrder, [](File& f) -> auto& { return f.header.byte_order; }, 0, 2, 3, 0xff);
    each(Error::kBadVersion, [](File& f) -> auto& { return f.header.ident_version; }, 0, 2, 0xff);
    each(
        Error::kBadVersion, [](File& f) -> auto& { return f.header.version; }, 0, 2, 0x7fff'ffff,
        0x8000'0000, 0xffff'ffff);
    each(
        Error::kBadType, [](File& f) -> auto& { return f.header.type; }, 0, 1, 3, 4, 0xfe00,
        0xffff);
    each(
        Error::kBadMachine, [](File& f) -> auto& { return f.header.machine; }, 0, 1, 62, 183, 242,
        244, 0xffff);
    each(
        Error::kBadFlags, [](File& f) -> auto& { return f.header.flags; }, 8, 0x10, 0x21,
        0x8000'0001, 0xffff'ffff);
  }

  void table() {
    each(
        Error::kBadHeaderSize, [](File& f) -> auto& { return f.header.header_size; }, 0, 1, 63, 65,
        0xffff);
    each(
        Error::kBadEntrySize, [](File& f) -> auto& { return f.header.program_header_size; }, 0, 1,
        55, 57, 64, 0xffff);
    const auto count = [](File& f) -> auto& { return f.header.program_header_count; };
    each(Error::kNoProgramHeaders, count, 0);
    each(Error::kTooManyProgramHeaders, count, 65, 66, 1000, 0xffff);
    each(Error::kProgramHeadersOutside, count, 13, 64);
    each(
        Error::kProgramHeadersOutside, [](File& f) -> auto& { return f.header.program_headers; },
        File::kSize, File::kSize - 1, File::kSize - 3 * sizeof(ProgramHeader) + 1, kFour, kTop,
        kMost, kMost - 8, kMost - 3 * sizeof(ProgramHeader) + 1);
  }

  void entry() {
    const auto entry = [](File& f) -> auto& { return f.header.entry; };
    each(Error::kEntryMisaligned, entry, 1, File::kBase + 0x101, File::kBase + 0x13f, kMost);
    each(Error::kEntryOutsideText, entry, 0, 2, File::kBase, File::kBase + 0xfe,
         File::kBase + 0x140, File::kBase + 0x1200, File::kBase + 0x2300, abi::kUserLimit, kTop,
         kMost - 1);
  }

  void access(std::size_t i) {
    each(
        Error::kDynamic, [i](File& f) -> auto& { return f.segments[i].type; }, kSegmentDynamic,
        kSegmentInterpreter, kSegmentThreadLocal);
    const auto flags = [i](File& f) -> auto& { return f.segments[i].flags; };
    each(Error::kWriteAndExecute, flags, 3, 7, 11, 0xffff'ffff);
    each(Error::kBadAccess, flags, 0, 2, 8, 12, 0x8000'0000, 0x8000'0004);
  }

  void place(std::size_t i) {
    const auto offset = [i](File& f) -> auto& { return f.segments[i].offset; };
    each(Error::kTruncated, offset, File::kSize, File::kSize - 1, kFour, kTop, kMost, kMost - 0xff);
    const ProgramHeader sound = File().segments[i];
    each(
        Error::kFileLargerThanMemory, [i](File& f) -> auto& { return f.segments[i].file_size; },
        sound.memory_size + 1, kFour, kTop, kMost);
    const auto memory = [i](File& f) -> auto& { return f.segments[i].memory_size; };
    each(Error::kFileLargerThanMemory, memory, 0, sound.file_size - 1);
    each(Error::kSizeOverflows, memory, kMost, ~sound.vaddr + 1);
    each(Error::kOutsideUser, memory, kTop, abi::kUserLimit, abi::kUserLimit - sound.vaddr + 1);
    each(
        Error::kBadAlignment, [i](File& f) -> auto& { return f.segments[i].alignment; }, 3, 0x1001,
        kTop, kMost);
  }

  void address(std::size_t i) {
    const ProgramHeader sound = File().segments[i];
    const auto vaddr = [i](File& f) -> auto& { return f.segments[i].vaddr; };
    each(Error::kOutsideUser, vaddr, 0, abi::kUserBase - 1, abi::kUserLimit, kTop,
         abi::kUserLimit - sound.memory_size + 1);
    each(Error::kSizeOverflows, vaddr, kMost, kMost - sound.memory_size + 1);
    each(Error::kBadAlignment, vaddr, sound.vaddr + 1, sound.vaddr + 8, sound.vaddr - 0x80);
  }

  // Those that are about two segments, or all.
  void together() {
    const auto vaddr = [](std::size_t i) {
      return [i](File& f) -> auto& { return f.segments[i].vaddr; };
    };
    const auto memory = [](std::size_t i) {
      return [i](File& f) -> auto& { return f.segments[i].memory_size; };
    };
    each(Error::kUnordered, vaddr(0), File::kBase + 0x2100, 0x20100);
    each(Error::kUnordered, vaddr(1), File::kBase - 0xe00, 0x20200);
    each(Error::kUnordered, vaddr(2), File::kBase + 0x300, File::kBase - 0xd00);
    each(Error::kOverlap, vaddr(0), File::kBase + 0x1100);
    each(Error::kOverlap, vaddr(1), File::kBase + 0x200, File::kBase + 0x2200);
    each(Error::kOverlap, vaddr(2), File::kBase + 0x1300);
    each(Error::kOverlap, memory(0), 0xf01, 0x1000, 0x10000);
    each(Error::kOverlap, memory(1), 0xe01, 0x1000, 0x20000);
    each(
        Error::kEntryOutsideText, [](File& f) -> auto& { return f.segments[0].flags; }, kAccessRead,
        kAccessRead | kAccessWrite);
    each(Error::kEntryOutsideText, [](File& f) -> auto& { return f.segments[0].type; }, 0, 4, 5, 6);
    one(Error::kNothingToLoad, [](File& f) {
      for (ProgramHeader& segment : f.segments) segment.type = 0;
    });
    one(Error::kNothingToLoad, [](File& f) {
      for (ProgramHeader& segment : f.segments) segment.file_size = segment.memory_size = 0;
    });
    one(Error::kTooManySegments, [](File& f) {
      for (std::uint64_t i = 0; i < f.segments.size(); ++i) {
        f.segments[i] = File::load(kAccessRead, i, 0, 0, 1);
      }
      f.header.program_header_count = 9;
    });
  }

  // At the boundaries of the headers' fields, of the headers, and of what the segments hold.
  void cut() {
    const auto size = [](File& f) -> auto& { return f.size; };
    each(Error::kTooShort, size, 1, 3, 4, 5, 6, 7, 16, 18, 20, 24, 32, 40, 48, 52, 54, 56, 58, 60,
         62, 63);
    constexpr std::size_t kTable = sizeof(FileHeader);
    constexpr std::size_t kEntry = sizeof(ProgramHeader);
    each(Error::kProgramHeadersOutside, size, kTable, kTable + 1, kTable + kEntry - 1,
         kTable + kEntry, kTable + kEntry + 8, kTable + 2 * kEntry, kTable + 3 * kEntry - 8,
         kTable + 3 * kEntry - 1);
    each(Error::kTruncated, size, kTable + 3 * kEntry, 0x100, 0x101, 0x13f, 0x140, 0x200, 0x23f,
         0x240, 0x300, File::kSize - 1);
  }

  Use use_;
};

}  // namespace internal

// Calls `use` with each File.
template <class Use>
void for_each(Use use) {
  internal::Rules<Use>(use).all();
}

}  // namespace tessera::elf::corpus

#endif  // SERVERS_ELF_CORPUS_H_
