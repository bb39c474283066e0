// All of the behaviour's memory, given out to the last page, and again after all of it came back.
#include <cstdint>

#include "servers/contract/behaviour.h"
#include "servers/contract/world.h"

namespace tessera::contract {
namespace {

using abi::ObjectType;
using kernel::CNode;
using kernel::Untyped;
using kernel::Vmo;

constexpr std::uint64_t kLarge = 0x20'0000;
constexpr int kFills = 3;

std::uint64_t free_bytes() { return OK(memory().info()).free; }

// The whole of a run: every word zero. Then every page is written, so that the next to get it would
// see that.
void is_zero_then_written(Vmo vmo) {
  const std::uint64_t size = OK(vmo.info()).size;
  map(vmo, kFree, kReadWrite);
  for (std::uint64_t at = 0; at < size; at += kPage) {
    std::uint64_t found = 0;
    for (std::uint64_t word = 0; word < kPage; word += 8) found |= word_at(kFree + at + word);
    EXPECT(found == 0);
    word_at(kFree + at) = ~at;
    word_at(kFree + at + kPage - 8) = ~at;
  }
  OK(vmo.unmap());
}

// Takes runs of `largest` and halving sizes until not even a page is left; answers how many bytes
// they were.
std::uint64_t fill_with_runs(rt::Slot first, std::uint64_t largest) {
  std::uint64_t bytes = 0;
  std::uint32_t slot = first.index;
  for (std::uint64_t size = largest; size >= kPage; size /= 2) {
    for (;;) {
      const Vmo vmo(rt::Slot{slot});
      const auto made = memory().retype(ObjectType::kVmo, size, own(), slot, 1);
      if (!made) {
        REFUSED(made, kNoMemory);
        break;
      }
      is_zero_then_written(vmo);
      bytes += size;
      ++slot;
    }
  }
  return bytes;
}

// Again and again: as much each time, and all of it zero.
void fills_it(std::uint64_t largest, std::uint64_t passed_over) {
  const std::uint64_t whole = free_bytes();
  const rt::Slot first = take_slots(64);
  for (int fill = 0; fill < kFills; ++fill) {
    EXPECT(fill_with_runs(first, largest) == whole - passed_over);
    EXPECT(free_bytes() == 0);
    REFUSED(memory().retype(ObjectType::kReply, 0, own(), first.index + 63, 1), kNoMemory);
    revoke(memory().slot());
    EXPECT(free_bytes() == whole && is_empty(first));
  }
}

void runs_fill_it_to_the_last_page() { fills_it(kLarge / 2, 0); }

// Runs come from the end down, those of 2 MiB at their multiples: once, something may be passed
// over.
void large_runs_fill_it_too() {
  const auto info = OK(memory().info());
  fills_it(8 * kLarge, (info.base + info.size) % kLarge);
}

// A VMO a page, in a table that holds thousands: made out of the same memory.
void single_pages_fill_it() {
  constexpr std::uint32_t kTable = 8192;
  constexpr std::uint32_t kAtOnce = 16;
  const std::uint64_t whole = free_bytes();
  const CNode table(take_slot());
  std::uint64_t pages[kFills] = {};
  for (std::uint64_t& count : pages) {
    OK(memory().retype(ObjectType::kCnode, kTable, own(), table.slot().index, 1));
    const std::uint64_t expected = free_bytes() / kPage;
    EXPECT(whole - free_bytes() == std::uint64_t{kTable} * abi::kSlotSize &&
           expected < kTable - kAtOnce);
    std::uint32_t at_once = kAtOnce;
    while (at_once != 0) {
      const auto first = static_cast<std::uint32_t>(count + 1);
      const auto made = memory().retype(ObjectType::kVmo, kPage, table, first, at_once);
      if (made) {
        count += at_once;
      } else {
        REFUSED(made, kNoMemory);
        at_once /= 2;
      }
    }
    EXPECT(count == expected && free_bytes() == 0);
    REFUSED(memory().retype(ObjectType::kVmo, kPage, table, kTable - 1, 1), kNoMemory);
    // The first and the last that was made are as good as any.
    for (const std::uint64_t which : {std::uint64_t{1}, count}) {
      const rt::Slot page = {table.slot().index + 1};
      OK(own().move(page.index, table, static_cast<std::uint32_t>(which)));
      is_zero_then_written(Vmo(page));
      drop(page);
    }
    EXPECT(free_bytes() == 0);  // two pages are back, but not yet all
    revoke(memory().slot());
    EXPECT(free_bytes() == whole && is_empty(table.slot()));
  }
  EXPECT(pages[0] == pages[1] && pages[1] == pages[2]);
}

// Objects smaller than a page, to the last byte; a part, and then the rest.
void small_objects_fill_it() {
  constexpr std::uint64_t kPart = 0x4'0000;
  const auto part = make<Untyped>(kPart);
  constexpr std::uint32_t kTable = 8192;
  const auto table = make<CNode>(kTable);
  constexpr std::uint32_t kDue = kPart / 64;  // an Endpoint's size (tools:size)
  for (int fill = 0; fill < kFills; ++fill) {
    for (std::uint32_t made = 0; made < kDue; made += 16) {
      OK(part.retype(ObjectType::kEndpoint, 0, table, made + 1, 16));
    }
    EXPECT(OK(part.info()).free == 0);
    REFUSED(part.retype(ObjectType::kEndpoint, 0, table, kDue + 1, 1), kNoMemory);
    revoke(part.slot());
    EXPECT(OK(part.info()).free == kPart);
  }
}

}  // namespace

std::span<const Behaviour> arena_behaviours() {
  static constexpr Behaviour kAll[] = {
      {"arena.runs_fill_it_to_the_last_page", runs_fill_it_to_the_last_page},
      {"arena.large_runs_fill_it_too", large_runs_fill_it_too},
      {"arena.single_pages_fill_it", single_pages_fill_it},
      {"arena.small_objects_fill_it", small_objects_fill_it},
  };
  return kAll;
}

}  // namespace tessera::contract
