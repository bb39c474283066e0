#include "kernel/boot/memory_map.h"

#include "kernel/base/bits.h"

namespace tessera::boot {
namespace {

using Regions = MemoryMap::Regions;

// Only whole pages of RAM are of use; what is occupied in part is occupied.
PhysRange inner_pages(PhysRange range, PhysAddr limit) {
  const PhysAddr end = range.end() < limit ? range.end() : limit;
  // Rounding up may pass the end of the address space, but then passes `limit` as well.
  if (range.start >= end) return {};
  const std::uint64_t first = align_up(range.start.value, kPageSize);
  const std::uint64_t last = align_down(end.value, kPageSize);
  return first < last ? PhysRange{{first}, last - first} : PhysRange{};
}
PhysRange outer_pages(PhysRange range, PhysAddr limit) {
  const PhysAddr end = range.end() < limit ? range.end() : limit;
  if (range.size == 0 || range.start >= end) return {};
  const std::uint64_t first = align_down(range.start.value, kPageSize);
  return {{first}, align_up(end.value, kPageSize) - first};
}

bool overlaps(PhysRange left, PhysRange right) {
  return left.size != 0 && right.size != 0 && left.start < right.end() && right.start < left.end();
}
bool contains(PhysRange outer, PhysRange inner) {
  return outer.start <= inner.start && inner.end() <= outer.end();
}
bool is_within(PhysRange range, const Regions& regions) {
  for (const PhysRange& region : regions) {
    if (contains(region, range)) return true;
  }
  return false;
}

// Puts `count` regions, 0 or 1, in the place of those from `first` to before `last`.
bool replace(Regions& regions, std::size_t first, std::size_t last, PhysRange by,
             std::size_t count = 1) {
  const std::size_t size = regions.size();
  if (count > last - first) {
    if (!regions.push({})) return false;
    for (std::size_t i = size; i > first; --i) regions[i] = regions[i - 1];
  } else {
    const std::size_t gone = last - first - count;
    for (std::size_t i = last; i < size; ++i) regions[i - gone] = regions[i];
    for (std::size_t i = 0; i < gone; ++i) regions.pop();
  }
  if (count != 0) regions[first] = by;
  return true;
}

// Adds a range to sorted regions that are apart; what touches it becomes one with it.
bool add(Regions& regions, PhysRange range) {
  std::size_t first = 0;
  while (first < regions.size() && regions[first].end() < range.start) ++first;
  std::size_t last = first;
  PhysAddr start = range.start;
  PhysAddr end = range.end();
  for (; last < regions.size() && regions[last].start <= end; ++last) {
    if (regions[last].start < start) start = regions[last].start;
    if (regions[last].end() > end) end = regions[last].end();
  }
  return replace(regions, first, last, {start, end - start});
}

// Takes a range away from sorted regions that are apart.
bool remove(Regions& regions, PhysRange range) {
  for (std::size_t i = 0; i < regions.size();) {
    const PhysRange region = regions[i];
    if (!overlaps(region, range)) {
      ++i;
      continue;
    }
    const bool below = region.start < range.start;
    const bool above = range.end() < region.end();
    const PhysRange rest{range.end(), region.end() - range.end()};
    if (below) regions[i] = {region.start, range.start - region.start};
    if (below && above) return replace(regions, i + 1, i + 1, rest);
    if (!below) static_cast<void>(replace(regions, i, i + 1, rest, above ? 1 : 0));
    i += below || above ? 1 : 0;
  }
  return true;
}

}  // namespace

const char* describe(MapError error) {
  switch (error) {
    case MapError::kTooManyRegions:
      return "memory is in too many pieces";
    case MapError::kTooLittleRam:
      return "too little RAM";
    case MapError::kImageOutside:
      return "the kernel is not in RAM of its own";
    case MapError::kInitrdOutside:
      return "the initrd is not in RAM of its own";
    case MapError::kInitrdUnaligned:
      return "the initrd does not begin at a multiple of 4096";
  }
  return "unknown";
}

std::uint64_t MemoryMap::free_bytes() const {
  std::uint64_t bytes = 0;
  for (const PhysRange& region : free) bytes += region.size;
  return bytes;
}

std::size_t MemoryMap::largest() const {
  std::size_t found = 0;
  for (std::size_t i = 1; i < free.size(); ++i) {
    if (free[i].size > free[found].size) found = i;
  }
  return found;
}

std::expected<void, MapError> make_memory_map(const Machine& machine, const Occupied& occupied,
                                              PhysAddr limit, MemoryMap& map) {
  constexpr auto kTooMany = std::unexpected(MapError::kTooManyRegions);
  const PhysRange image = outer_pages(occupied.image, limit);
  const PhysRange dtb = outer_pages(occupied.dtb, limit);
  const PhysRange initrd = outer_pages(occupied.initrd, limit);
  for (const PhysRange& range : machine.ram) {
    const PhysRange pages = inner_pages(range, limit);
    if (pages.size != 0 && !add(map.mapped, pages)) return kTooMany;
  }
  for (const PhysRange& range : machine.reserved) {
    // Firmware may reserve the tree and the initrd, where it put them for us. What it keeps of the
    // initrd's pages alone is its own.
    if (contains(dtb, range) || (initrd.size != 0 && outer_pages(range, limit) == initrd)) continue;
    if (!remove(map.mapped, outer_pages(range, limit))) return kTooMany;
  }
  if (!is_within(image, map.mapped)) return std::unexpected(MapError::kImageOutside);
  if (!remove(map.mapped, image)) return kTooMany;
  if (!is_aligned(occupied.initrd.start.value, kPageSize)) {
    return std::unexpected(MapError::kInitrdUnaligned);
  }
  if (occupied.initrd.size != 0 &&
      (occupied.initrd.end() > limit || !is_within(initrd, map.mapped) || overlaps(initrd, dtb))) {
    return std::unexpected(MapError::kInitrdOutside);
  }
  map.free = map.mapped;
  if (!remove(map.free, dtb) || !remove(map.free, initrd)) return kTooMany;
  if (map.free_bytes() < kLeastFree || map.free[map.largest()].size < kLeastPiece) {
    return std::unexpected(MapError::kTooLittleRam);
  }
  return {};
}

}  // namespace tessera::boot
