// Image: a checked view of an ELF64 RISC-V executable. It owns nothing; the bytes must outlive it.
//
// `parse` accepts any bytes whatever. What it returns can be loaded without further checks: every
// segment is inside the file and inside the user addresses, no two have a page in common, none is
// writable and executable, and the entry is in an executable one.
//
//   auto image = elf::Image::parse(bytes);
//   if (!image) return elf::describe(image.error());
//   for (const elf::Segment& segment : image->segments()) {
//     // make segment.span() bytes of zeros, copy image->content(segment) to segment.lead(),
//     // map them at segment.first_page()
//   }
//
// Freestanding: init and execd load with it, host tests and a fuzzer run it.
#ifndef SERVERS_ELF_IMAGE_H_
#define SERVERS_ELF_IMAGE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>

#include "idl/abi.h"
#include "servers/elf/error.h"

namespace tessera::elf {

using Bytes = std::span<const std::byte>;

inline constexpr std::size_t kMaxSegments = 8;
// A linker writes about ten; the bound keeps the work for a bad file small.
inline constexpr std::size_t kMaxProgramHeaders = 64;

// What a segment's pages allow. Every writable segment can be read: Sv39 has no page that is
// written and not read (RISC-V privileged architecture 1.12, table 4.5).
struct Access {
  bool read = false;
  bool write = false;
  bool execute = false;

  constexpr bool operator==(const Access&) const = default;
};

// A run of pages to load. Addresses and sizes in bytes.
struct Segment {
  std::uint64_t vaddr = 0;
  std::uint64_t file_offset = 0;
  std::uint64_t file_size = 0;    // inside the file; at most memory_size
  std::uint64_t memory_size = 0;  // > 0; what the file does not fill is zero
  Access access;

  constexpr std::uint64_t first_page() const { return vaddr - lead(); }
  // Bytes before the segment's first one on its first page.
  constexpr std::uint64_t lead() const { return vaddr % abi::kPageSize; }
  // Bytes of all its pages.
  constexpr std::uint64_t span() const {
    const std::uint64_t end = lead() + memory_size + abi::kPageSize - 1;
    return end - end % abi::kPageSize;
  }
  constexpr bool contains(std::uint64_t address) const {
    return address >= vaddr && address - vaddr < memory_size;
  }
};

class Image {
 public:
  static std::expected<Image, Error> parse(Bytes file);

  std::uint64_t entry() const { return entry_; }
  // In ascending order; one at least.
  std::span<const Segment> segments() const { return std::span(segments_).first(count_); }
  // The bytes of one of this image's segments, file_size of them.
  Bytes content(const Segment& segment) const {
    return file_.subspan(segment.file_offset, segment.file_size);
  }
  // Bytes of all pages of all segments.
  std::uint64_t span() const;

 private:
  explicit Image(Bytes file) : file_(file) {}

  std::expected<void, Error> add(const Segment& segment);
  bool entry_is_executable() const;

  Bytes file_;
  std::uint64_t entry_ = 0;
  std::size_t count_ = 0;
  std::array<Segment, kMaxSegments> segments_{};
};

}  // namespace tessera::elf

#endif  // SERVERS_ELF_IMAGE_H_
