#include "servers/elf/image.h"

#include <cstring>

#include "servers/elf/format.h"

namespace tessera::elf {
namespace {

using Checked = std::expected<void, Error>;

Checked refuse_if(bool bad, Error error) {
  if (bad) return std::unexpected(error);
  return {};
}

// The caller has checked that the structure is inside the file.
template <class T>
T read(Bytes file, std::uint64_t at) {
  T value{};
  std::memcpy(&value, file.data() + at, sizeof(T));
  return value;
}

Checked check_kind(const FileHeader& header) {
  if (header.magic != kMagic) return std::unexpected(Error::kBadMagic);
  if (header.file_class != kClass64) return std::unexpected(Error::kBadClass);
  if (header.byte_order != kLittleEndian) return std::unexpected(Error::kBadByteOrder);
  if (header.ident_version != kCurrentVersion || header.version != kCurrentVersion) {
    return std::unexpected(Error::kBadVersion);
  }
  if (header.machine != kMachineRiscv) return std::unexpected(Error::kBadMachine);
  if (header.type != kTypeExecutable) return std::unexpected(Error::kBadType);
  return refuse_if((header.flags & ~kFlagsKnown) != 0, Error::kBadFlags);
}

Checked check_table(const FileHeader& header, std::uint64_t file_size) {
  if (header.header_size != sizeof(FileHeader)) return std::unexpected(Error::kBadHeaderSize);
  if (header.program_header_count == 0) return std::unexpected(Error::kNoProgramHeaders);
  if (header.program_header_count > kMaxProgramHeaders) {
    return std::unexpected(Error::kTooManyProgramHeaders);
  }
  if (header.program_header_size != sizeof(ProgramHeader)) {
    return std::unexpected(Error::kBadEntrySize);
  }
  const std::uint64_t table = header.program_header_count * sizeof(ProgramHeader);
  // Differences, not sums: nothing can overflow.
  return refuse_if(header.program_headers > file_size || table > file_size - header.program_headers,
                   Error::kProgramHeadersOutside);
}

std::expected<Access, Error> access_of(std::uint32_t flags) {
  constexpr std::uint32_t kKnown = kAccessRead | kAccessWrite | kAccessExecute;
  const Access access{.read = (flags & kAccessRead) != 0,
                      .write = (flags & kAccessWrite) != 0,
                      .execute = (flags & kAccessExecute) != 0};
  if (access.write && access.execute) return std::unexpected(Error::kWriteAndExecute);
  if ((flags & ~kKnown) != 0 || (!access.read && !access.execute)) {
    return std::unexpected(Error::kBadAccess);
  }
  return access;
}

Checked check_place(const ProgramHeader& header, std::uint64_t file_size) {
  if (header.file_size > header.memory_size) return std::unexpected(Error::kFileLargerThanMemory);
  if (header.offset > file_size || header.file_size > file_size - header.offset) {
    return std::unexpected(Error::kTruncated);
  }
  if (header.memory_size > ~header.vaddr) return std::unexpected(Error::kSizeOverflows);
  if (header.vaddr < abi::kUserBase || header.vaddr + header.memory_size > abi::kUserLimit) {
    return std::unexpected(Error::kOutsideUser);
  }
  // 0 and 1 both mean none.
  const std::uint64_t alignment = header.alignment == 0 ? 1 : header.alignment;
  const bool congruent = (header.vaddr - header.offset) % alignment == 0;
  const bool power_of_two = (alignment & (alignment - 1)) == 0;
  return refuse_if(!power_of_two || !congruent, Error::kBadAlignment);
}

std::expected<Segment, Error> segment_of(const ProgramHeader& header, std::uint64_t file_size) {
  if (const Checked placed = check_place(header, file_size); !placed) {
    return std::unexpected(placed.error());
  }
  const auto access = access_of(header.flags);
  if (!access) return std::unexpected(access.error());
  return Segment{.vaddr = header.vaddr,
                 .file_offset = header.offset,
                 .file_size = header.file_size,
                 .memory_size = header.memory_size,
                 .access = *access};
}

bool needs_runtime_linking(const ProgramHeader& header) {
  return header.type == kSegmentInterpreter || header.type == kSegmentDynamic ||
         header.type == kSegmentThreadLocal;
}

}  // namespace

std::expected<Image, Error> Image::parse(Bytes file) {
  if (file.size() < sizeof(FileHeader)) return std::unexpected(Error::kTooShort);
  const auto header = read<FileHeader>(file, 0);
  if (const Checked kind = check_kind(header); !kind) return std::unexpected(kind.error());
  if (const Checked table = check_table(header, file.size()); !table) {
    return std::unexpected(table.error());
  }
  Image image(file);
  image.entry_ = header.entry;
  for (std::uint64_t i = 0; i < header.program_header_count; ++i) {
    const auto entry =
        read<ProgramHeader>(file, header.program_headers + i * sizeof(ProgramHeader));
    if (needs_runtime_linking(entry)) return std::unexpected(Error::kDynamic);
    if (entry.type != kSegmentLoad || (entry.memory_size | entry.file_size) == 0) continue;
    const auto segment = segment_of(entry, file.size());
    if (!segment) return std::unexpected(segment.error());
    if (const Checked added = image.add(*segment); !added) return std::unexpected(added.error());
  }
  if (image.count_ == 0) return std::unexpected(Error::kNothingToLoad);
  if (image.entry_ % 2 != 0) return std::unexpected(Error::kEntryMisaligned);
  if (!image.entry_is_executable()) return std::unexpected(Error::kEntryOutsideText);
  return image;
}

// The System V ABI has loadable segments in ascending order, so one comparison with the segment
// before tells whether two overlap.
Checked Image::add(const Segment& segment) {
  if (count_ == kMaxSegments) return std::unexpected(Error::kTooManySegments);
  if (count_ > 0) {
    const Segment& before = segments_[count_ - 1];
    if (segment.vaddr < before.vaddr) return std::unexpected(Error::kUnordered);
    if (segment.first_page() - before.first_page() < before.span()) {
      return std::unexpected(Error::kOverlap);
    }
  }
  segments_[count_++] = segment;
  return {};
}

bool Image::entry_is_executable() const {
  for (const Segment& segment : segments()) {
    if (segment.access.execute && segment.contains(entry_)) return true;
  }
  return false;
}

std::uint64_t Image::span() const {
  std::uint64_t bytes = 0;
  for (const Segment& segment : segments()) bytes += segment.span();
  return bytes;
}

}  // namespace tessera::elf
