#include "bootimage/pack/flatten.h"

#include <algorithm>
#include <cstddef>
#include <expected>
#include <span>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "bootimage/first_task.h"

namespace bootimage {
namespace {

// Appends the segment's pages and answers how many bytes they are.
std::uint64_t append_pages(bundle::Bytes file, const LoadSegment& segment, ByteVector& out) {
  const std::size_t start = out.size();
  const std::uint64_t size = round_up_to_page(segment.end()) - segment.first_page();
  out.resize(start + size);
  const auto contents = file.subspan(segment.file_offset, segment.file_size);
  const auto into = static_cast<std::ptrdiff_t>(start + segment.vaddr - segment.first_page());
  std::ranges::copy(contents, out.begin() + into);
  return size;
}

absl::Status check_sizes(const ElfImage& image) {
  if (image.segments.size() > bundle::kMaxSegments) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "%d segments to load, and the first task may have %d; merge some in the linker script",
        image.segments.size(), bundle::kMaxSegments));
  }
  std::uint64_t total = 0;  // at most 8 times the user half: no overflow
  for (const LoadSegment& segment : image.segments) total += segment.memory_size;
  if (total > kMaxFlatSize) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "takes %d bytes of memory, more than %d; make its .bss smaller", total, kMaxFlatSize));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ByteVector> flatten(bundle::Bytes file, const ElfImage& image,
                                   std::uint64_t stack_size) {
  if (absl::Status status = check_sizes(image); !status.ok()) return status;
  ByteVector out(bundle::kPageSize);
  store<std::uint64_t>(out, bundle::kAtTaskEntry, image.entry);
  store<std::uint32_t>(out, bundle::kAtTaskSegmentCount,
                       static_cast<std::uint32_t>(image.segments.size()));
  store<std::uint64_t>(out, bundle::kAtTaskStackSize, stack_size);
  std::size_t at = bundle::kAtTaskSegments;
  for (const LoadSegment& segment : image.segments) {
    const std::uint64_t offset = out.size();
    const std::uint64_t size = append_pages(file, segment, out);
    store<std::uint64_t>(out, at + bundle::kAtSegmentVaddr, segment.first_page());
    store<std::uint64_t>(out, at + bundle::kAtSegmentOffset, offset);
    store<std::uint64_t>(out, at + bundle::kAtSegmentSize, size);
    store<std::uint32_t>(out, at + bundle::kAtSegmentFlags, segment.flags);
    at += bundle::kSegmentSize;
  }
  // The reader has the last word on what a first task is.
  const auto parsed = bundle::FirstTask::parse(out, 0);
  if (!parsed) {
    return absl::InvalidArgumentError(
        absl::StrFormat("as a first task: %s; correct that", bundle::describe(parsed.error())));
  }
  return out;
}

}  // namespace bootimage
