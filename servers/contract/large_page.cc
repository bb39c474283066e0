// Runs of 2 MiB and more: one call maps all, with 2 MiB pages where both addresses allow, and 4 KiB
// pages elsewhere. The page tables that the task uses tell which they were.
#include <cstdint>

#include "servers/contract/behaviour.h"
#include "servers/contract/fault_port.h"
#include "servers/contract/world.h"
#include "servers/victims/memory_access.h"

namespace tessera::contract {
namespace {

using abi::Detail;
using abi::FaultCause;
using kernel::Vmo;

constexpr std::uint64_t kLarge = 0x20'0000;
constexpr std::uint64_t kGiB = 1 << 30;
static_assert(kFree % kLarge == 0);
constexpr rt::Error kOverlap = refusal(abi::kEexist, Detail::kOverlap, 2);

constinit kernel::Endpoint endpoint;

Vmo again(Vmo vmo) { return mint(vmo, OK(own().query(vmo.slot().index)).rights); }
Vmo slice(Vmo vmo, std::uint64_t offset, std::uint64_t size) {
  const Vmo part(take_slot());
  OK(vmo.slice(offset, size, own(), part.slot().index, abi::kAllVmoRights));
  return part;
}

// Pages of page tables that this task uses.
std::uint32_t tables() { return OK(rt::start::task().quota()).used; }

// How many more it uses with the VMO mapped there; afterwards it is unmapped.
std::uint32_t tables_of(Vmo vmo, std::uint64_t address) {
  const std::uint32_t before = tables();
  map(vmo, address, kReadWrite);
  const std::uint32_t during = tables();
  OK(vmo.unmap());
  EXPECT(tables() == before);
  return during - before;
}

// In the GiB of the program itself, whose table is there already. In another it needs that one.
void whole_runs_need_no_table() {
  const Vmo one = make<Vmo>(kLarge);
  const Vmo three = make<Vmo>(3 * kLarge);
  EXPECT(OK(three.info()).base % kLarge == 0);
  EXPECT(tables_of(one, kFree) == 0);
  EXPECT(tables_of(three, kFree + kLarge) == 0);
  EXPECT(tables_of(three, 2 * kGiB) == 1);
  EXPECT(tables_of(three, 3 * kGiB - kLarge) ==
         2);  // the first 2 MiB in one GiB, the rest in another
}

// What is left over after the last 2 MiB takes a table for its 4 KiB pages.
void the_rest_takes_small_pages() {
  EXPECT(tables_of(make<Vmo>(kLarge + kPage), kFree) == 1);
  EXPECT(tables_of(make<Vmo>(2 * kLarge - kPage), kFree) == 1);
  EXPECT(tables_of(make<Vmo>(kLarge - kPage), kFree) == 1);
}

// Either address off its 2 MiB: 4 KiB pages all through.
void unaligned_runs_take_small_pages() {
  const Vmo vmo = make<Vmo>(3 * kLarge);
  EXPECT(tables_of(slice(vmo, 0, kLarge), kFree) == 0);
  EXPECT(tables_of(slice(vmo, 0, kLarge), kFree + kPage) == 2);
  EXPECT(tables_of(slice(vmo, kPage, kLarge), kFree) == 1);
  EXPECT(tables_of(slice(vmo, kPage, 2 * kLarge), kFree) == 2);
  // Both by as much: in the middle they meet.
  EXPECT(tables_of(slice(vmo, kLarge - kPage, kLarge + 2 * kPage), kFree + kLarge - kPage) == 2);
}

// Every page, through 2 MiB pages and, at an address off by one page, through 4 KiB pages.
void both_kinds_show_the_same_bytes() {
  constexpr std::uint64_t kSize = 2 * kLarge + 2 * kPage;
  constexpr std::uint64_t kSmall = kFree + 4 * kLarge + kPage;
  const Vmo vmo = make<Vmo>(kSize);
  map(vmo, kFree, kReadWrite);
  map(again(vmo), kSmall, kReadWrite);
  for (std::uint64_t at = 0; at < kSize; at += kPage) {
    EXPECT(word_at(kFree + at) == 0 && word_at(kFree + at + kPage - 8) == 0);
    word_at(kFree + at) = ~at;
    word_at(kSmall + at + kPage - 8) = at;
  }
  for (std::uint64_t at = 0; at < kSize; at += kPage) {
    EXPECT(word_at(kSmall + at) == ~at && word_at(kFree + at + kPage - 8) == at);
  }
  // Across each border: of two 2 MiB pages, and of the last one to the 4 KiB pages.
  for (const std::uint64_t border : {kLarge, 2 * kLarge}) {
    EXPECT(word_at(kFree + border - 8) == border - kPage && word_at(kFree + border) == ~border);
  }
  // Only what was written.
  OK(vmo.unmap());
  map(slice(vmo, kLarge, kLarge), kFree, kRead);
  EXPECT(word_at(kFree) == ~kLarge && word_at(kFree + 8) == 0);
  EXPECT(word_at(kFree + kLarge - 8) == 2 * kLarge - kPage);
}

constexpr std::uint64_t kReads[] = {0, kLarge - 8, kLarge, 2 * kLarge - kPage};

volatile bool touched = false;
volatile bool taken_away = false;

void touch(std::uint64_t base) {
  for (const std::uint64_t at : kReads) victims::load(base + at);
}
// A worker reads each of kReads from `base` on, and again when main has taken the mapping away.
void touch_twice(std::uint64_t base) {
  touch(base);
  touched = true;
  while (!taken_away) OK(kernel::Self::yield());
  touch(base);
}

// After `take_away` none of it can be read, though all of it had been, and what is mapped there
// next is seen.
template <class TakeAway>
void is_gone_after(Vmo vmo, TakeAway take_away) {
  endpoint = make<kernel::Endpoint>();
  const std::uint32_t before = tables();
  map(vmo, kFree, kReadWrite);
  touch(kFree);
  touched = false;
  taken_away = false;
  const Worker worker = spawn_handled(endpoint, touch_twice, kFree);
  while (!touched) OK(kernel::Self::yield());
  take_away();
  taken_away = true;
  EXPECT(tables() == before);
  const Vmo other = make<Vmo>(2 * kLarge);
  for (const std::uint64_t at : kReads) {
    const Told told = receive_fault(endpoint);
    EXPECT(told.cause == FaultCause::kReadFault && told.address == kFree + at);
    map(other, kFree, kRead);
    EXPECT(word_at(kFree + at) == 0);
    OK(other.unmap());
    // jumps over the load, whatever its size is: the next fault is the next load's.
    const std::uint16_t code = *reinterpret_cast<const volatile std::uint16_t*>(told.pc);
    set_register(worker.thread(), kPc, told.pc + ((code & 3) == 3 ? 4 : 2));
    let_go_on();
  }
  worker.join();
}

void unmapped_it_is_gone() {
  const Vmo vmo = make<Vmo>(2 * kLarge);
  is_gone_after(vmo, [=] { OK(vmo.unmap()); });
  map(vmo, kFree + 5 * kLarge, kRead);
}

void revoked_it_is_gone() {
  const Vmo vmo = make<Vmo>(2 * kLarge);
  const Vmo derived = again(vmo);
  is_gone_after(derived, [=] { revoke(vmo.slot()); });
  EXPECT(is_empty(derived.slot()));
}

void deleted_it_is_gone() {
  const Vmo vmo = make<Vmo>(2 * kLarge);
  const Vmo derived = again(vmo);
  is_gone_after(derived, [=] { drop(derived.slot()); });
}

void it_moves_to_another_address() {
  const Vmo vmo = make<Vmo>(2 * kLarge);
  map(vmo, kFree, kReadWrite);
  for (const std::uint64_t at : kReads) word_at(kFree + at) = at + 1;
  OK(vmo.unmap());
  for (const std::uint64_t to : {kFree + 2 * kLarge, kFree + kLarge, kFree + 9 * kPage, kGiB * 2}) {
    map(vmo, to, kReadWrite);
    for (const std::uint64_t at : kReads) EXPECT(word_at(to + at) == at + 1);
    OK(vmo.unmap());
  }
}

// Whichever was first, and wherever they meet; what fails leaves nothing.
void large_and_small_do_not_overlap() {
  const Vmo large = make<Vmo>(3 * kLarge);
  const Vmo small = make_vmo(1);
  map(large, kFree, kRead);
  for (const std::uint64_t at : {std::uint64_t{0}, kPage, kLarge, 3 * kLarge - kPage}) {
    REFUSED(small.map(rt::start::task(), kFree + at, kRead), kOverlap);
  }
  REFUSED(again(large).map(rt::start::task(), kFree + 2 * kLarge, kRead), kOverlap);
  map(small, kFree + 3 * kLarge, kRead);
  OK(small.unmap());
  OK(large.unmap());
  for (const std::uint64_t at : {std::uint64_t{0}, kLarge + kPage, 3 * kLarge - kPage}) {
    map(small, kFree + at, kRead);
    const std::uint32_t before = tables();
    REFUSED(large.map(rt::start::task(), kFree, kRead), kOverlap);
    EXPECT(tables() == before);
    OK(small.unmap());
  }
  map(large, kFree, kRead);
}

// The same rules as everywhere: 2 MiB that are read only are not written, and nothing runs there.
void accesses_are_checked() {
  const auto faults = [](kernel::Access access, Work work) {
    const Space space = prepare_space(work);
    OK(make<Vmo>(kLarge).map(space.task(), kFree, access));
    space.start();
    const auto cause = space.wait().cause;
    revoke(space.task().slot());
    return cause;
  };
  const auto write = [](std::uint64_t) { word_at(kFree + kLarge - 8) = 1; };
  const auto run = [](std::uint64_t) { reinterpret_cast<void (*)()>(kFree + kLarge - 8)(); };
  EXPECT(faults(kRead, write) == FaultCause::kWriteFault);
  EXPECT(faults(kRead | kExecute, write) == FaultCause::kWriteFault);
  EXPECT(faults(kReadWrite, run) == FaultCause::kExecuteFault);
  EXPECT(faults(kRead, run) == FaultCause::kExecuteFault);
  EXPECT(faults(kReadWrite, write) == FaultCause::kNone);
}

}  // namespace

std::span<const Behaviour> large_page_behaviours() {
  static constexpr Behaviour kAll[] = {
      {"large_page.whole_runs_need_no_table", whole_runs_need_no_table},
      {"large_page.the_rest_takes_small_pages", the_rest_takes_small_pages},
      {"large_page.unaligned_runs_take_small_pages", unaligned_runs_take_small_pages},
      {"large_page.both_kinds_show_the_same_bytes", both_kinds_show_the_same_bytes},
      {"large_page.unmapped_it_is_gone", unmapped_it_is_gone},
      {"large_page.revoked_it_is_gone", revoked_it_is_gone},
      {"large_page.deleted_it_is_gone", deleted_it_is_gone},
      {"large_page.it_moves_to_another_address", it_moves_to_another_address},
      {"large_page.large_and_small_do_not_overlap", large_and_small_do_not_overlap},
      {"large_page.accesses_are_checked", accesses_are_checked},
  };
  return kAll;
}

}  // namespace tessera::contract
