// An ELF64 RISC-V executable, checked: what the packer takes as an image.
//
// The same rules as for the loaders in user space, so that a bad image is found when it is built
// and not when it is started. Errors read "<what is wrong>; <what to do>".
#ifndef BOOTIMAGE_PACK_ELF_H_
#define BOOTIMAGE_PACK_ELF_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "bootimage/bundle_format.h"

namespace bootimage {

// A PT_LOAD segment that takes memory.
struct LoadSegment {
  std::uint64_t vaddr;
  std::uint64_t file_offset;
  std::uint64_t file_size;    // <= memory_size; inside the file
  std::uint64_t memory_size;  // > 0; inside the user half
  std::uint32_t flags;        // bundle::kRead | kWrite | kExecute; never write and execute

  std::uint64_t first_page() const { return vaddr / bundle::kPageSize * bundle::kPageSize; }
  std::uint64_t end() const { return vaddr + memory_size; }
};

struct ElfImage {
  std::uint64_t entry;                // inside an executable segment
  std::vector<LoadSegment> segments;  // ascending; no two have a page in common
};

absl::StatusOr<ElfImage> read_elf(bundle::Bytes file);

// What of `file`, which is `image`, a loader reads: no sections, so no symbols and no debug
// information, which are most of what a linker writes.
std::vector<std::byte> without_sections(bundle::Bytes file, const ElfImage& image);

}  // namespace bootimage

#endif  // BOOTIMAGE_PACK_ELF_H_
