// What Image::parse promises of whatever it accepts, written down a second time and checked page by
// page rather than by arithmetic on ends. For the tests and the fuzzer.
#ifndef SERVERS_ELF_PROMISES_H_
#define SERVERS_ELF_PROMISES_H_

#include <cstdint>

#include "servers/elf/image.h"

namespace tessera::elf {

inline bool inside(std::uint64_t start, std::uint64_t size, std::uint64_t from, std::uint64_t to) {
  using Wide = unsigned __int128;
  return start >= from && Wide{start} + size <= to;
}

inline bool segment_is_sound(const Image& image, const Segment& segment, Bytes file) {
  const Access access = segment.access;
  const bool loadable = segment.memory_size > 0 && segment.file_size <= segment.memory_size;
  const bool in_user =
      inside(segment.first_page(), segment.span(), abi::kUserBase, abi::kUserLimit) &&
      inside(segment.vaddr, segment.memory_size, segment.first_page(),
             segment.first_page() + segment.span());
  const bool in_file = inside(segment.file_offset, segment.file_size, 0, file.size()) &&
                       image.content(segment).size() == segment.file_size;
  const bool paged =
      segment.first_page() % abi::kPageSize == 0 && segment.span() % abi::kPageSize == 0;
  return loadable && in_user && in_file && paged && (access.read || access.execute) &&
         !(access.write && (access.execute || !access.read));
}

inline bool keeps_promises(const Image& image, Bytes file) {
  bool entry_in_text = false;
  std::uint64_t free_from = 0;
  for (const Segment& segment : image.segments()) {
    if (!segment_is_sound(image, segment, file) || segment.first_page() < free_from) return false;
    free_from = segment.first_page() + segment.span();
    entry_in_text |= segment.access.execute && segment.contains(image.entry());
  }
  return entry_in_text && image.entry() % 2 == 0 && image.segments().size() <= kMaxSegments;
}

}  // namespace tessera::elf

#endif  // SERVERS_ELF_PROMISES_H_
