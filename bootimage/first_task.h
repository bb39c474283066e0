// FirstTask: the checked description of file 0, init as pages that can be mapped where they lie.
// It owns nothing. bundle_format.h has the layout; use it through Bundle::first_task.
#ifndef BOOTIMAGE_FIRST_TASK_H_
#define BOOTIMAGE_FIRST_TASK_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>

#include "bootimage/bundle_error.h"
#include "bootimage/bundle_format.h"

namespace bundle {

// A run of whole pages of the first task.
struct Segment {
  std::uint64_t vaddr;          // page aligned, in the user half
  std::uint64_t bundle_offset;  // from the bundle's start (not the file's), page aligned
  std::uint64_t size;           // bytes, a multiple of the page size, > 0
  std::uint32_t flags;          // kRead | kWrite | kExecute; never write and execute

  constexpr bool readable() const { return (flags & kRead) != 0; }
  constexpr bool writable() const { return (flags & kWrite) != 0; }
  constexpr bool executable() const { return (flags & kExecute) != 0; }
  constexpr bool contains(std::uint64_t address) const {
    return address >= vaddr && address - vaddr < size;
  }
};

struct FirstTask {
  std::uint64_t entry;       // inside an executable segment
  std::uint64_t stack_size;  // a wish, 4096 to 1 MiB; the kernel decides
  std::uint32_t segment_count;
  std::array<Segment, kMaxSegments> segment_storage;

  // Ascending in address and in the file, so that no page is in two segments.
  constexpr std::span<const Segment> segments() const {
    return std::span<const Segment>(segment_storage).first(segment_count);
  }

  // Checks `file`, the bytes of file 0, which starts at `file_offset` in the bundle. Reads only as
  // much of the description as it uses.
  static constexpr std::expected<FirstTask, BundleError> parse(Bytes file,
                                                               std::uint64_t file_offset);
};

namespace internal {

constexpr std::expected<void, BundleError> check_segment_flags(std::uint32_t flags) {
  if ((flags & kWrite) != 0 && (flags & kExecute) != 0) {
    return std::unexpected(BundleError::kFlatWriteAndExecute);
  }
  const bool known = (flags & ~(kRead | kWrite | kExecute)) == 0;
  const bool useful = (flags & (kRead | kExecute)) != 0;  // Sv39 reserves W without R
  if (!known || !useful) return std::unexpected(BundleError::kFlatBadFlags);
  return {};
}

// One segment by itself; `file` is the whole file, `at` the place of the segment's 32 bytes.
constexpr std::expected<Segment, BundleError> parse_segment(Bytes file, std::size_t at,
                                                            std::uint64_t file_offset) {
  const auto vaddr = load<std::uint64_t>(file, at + kAtSegmentVaddr);
  const auto offset = load<std::uint64_t>(file, at + kAtSegmentOffset);
  const auto size = load<std::uint64_t>(file, at + kAtSegmentSize);
  const auto flags = load<std::uint32_t>(file, at + kAtSegmentFlags);
  if (load<std::uint32_t>(file, at + kAtSegmentReserved) != 0) {
    return std::unexpected(BundleError::kFlatReservedNotZero);
  }
  if (const auto checked = check_segment_flags(flags); !checked) {
    return std::unexpected(checked.error());
  }
  if (!is_page_multiple(vaddr) || !is_page_multiple(offset) || !is_page_multiple(size)) {
    return std::unexpected(BundleError::kFlatUnalignedSegment);
  }
  if (size == 0) return std::unexpected(BundleError::kFlatEmptySegment);
  // Differences, not sums: nothing can overflow.
  if (offset < kPageSize || offset > file.size() || size > file.size() - offset) {
    return std::unexpected(BundleError::kFlatSegmentOutsideFile);
  }
  if (vaddr < kUserBottom || vaddr > kUserTop || size > kUserTop - vaddr) {
    return std::unexpected(BundleError::kFlatSegmentOutsideUser);
  }
  return Segment{
      .vaddr = vaddr, .bundle_offset = file_offset + offset, .size = size, .flags = flags};
}

constexpr bool follows(const Segment& before, const Segment& after) {
  return after.vaddr >= before.vaddr + before.size &&
         after.bundle_offset >= before.bundle_offset + before.size;
}

constexpr bool entry_is_executable(const FirstTask& task) {
  if (task.entry % 2 != 0) return false;  // IALIGN is 16 with the C extension
  for (const Segment& segment : task.segments()) {
    if (segment.executable() && segment.contains(task.entry)) return true;
  }
  return false;
}

}  // namespace internal

constexpr std::expected<FirstTask, BundleError> FirstTask::parse(Bytes file,
                                                                 std::uint64_t file_offset) {
  if (file.size() < kPageSize) return std::unexpected(BundleError::kFlatTooShort);
  FirstTask task{.entry = load<std::uint64_t>(file, kAtTaskEntry),
                 .stack_size = load<std::uint64_t>(file, kAtTaskStackSize),
                 .segment_count = load<std::uint32_t>(file, kAtTaskSegmentCount),
                 .segment_storage = {}};
  if (load<std::uint32_t>(file, kAtTaskReserved) != 0) {
    return std::unexpected(BundleError::kFlatReservedNotZero);
  }
  if (task.segment_count == 0 || task.segment_count > kMaxSegments) {
    return std::unexpected(BundleError::kFlatBadSegmentCount);
  }
  if (task.stack_size == 0 || task.stack_size > kMaxStackSize ||
      !is_page_multiple(task.stack_size)) {
    return std::unexpected(BundleError::kFlatBadStackSize);
  }
  for (std::uint32_t i = 0; i < task.segment_count; ++i) {
    const auto segment =
        internal::parse_segment(file, kAtTaskSegments + kSegmentSize * i, file_offset);
    if (!segment) return std::unexpected(segment.error());
    if (i > 0 && !internal::follows(task.segment_storage[i - 1], *segment)) {
      return std::unexpected(BundleError::kFlatSegmentsOverlap);
    }
    task.segment_storage[i] = *segment;
  }
  if (!internal::entry_is_executable(task)) {
    return std::unexpected(BundleError::kFlatEntryNotExecutable);
  }
  return task;
}

}  // namespace bundle

#endif  // BOOTIMAGE_FIRST_TASK_H_
