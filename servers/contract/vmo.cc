// Vmo: mappings, and each way that one is refused; slices, seals, and what is shared.
#include <cstdint>

#include "servers/contract/behaviour.h"
#include "servers/contract/world.h"

namespace tessera::contract {
namespace {

using abi::Detail;
using kernel::Task;
using kernel::Vmo;

constexpr std::uint64_t kLarge = 0x20'0000;
constexpr rt::Error kOverlap = refusal(abi::kEexist, Detail::kOverlap, 2);
constexpr rt::Error kWriteExecute = refusal(abi::kEinval, Detail::kWriteExecute, 3);
constexpr std::uint8_t kReadMapShare =
    rt::rights(Vmo::Right::kRead, Vmo::Right::kMap, Vmo::Right::kShare);

constexpr Task self() { return rt::start::task(); }

// Another capability to the same memory, with all rights.
Vmo again(Vmo vmo) { return mint(vmo, OK(own().query(vmo.slot().index)).rights); }

void two_mappings_show_one_memory() {
  const Vmo vmo = make_vmo(2);
  map(vmo, kFree, kReadWrite);
  map(again(vmo), kFree + 8 * kPage, kRead);
  word_at(kFree + kPage) = 0x1234;
  EXPECT(word_at(kFree + 9 * kPage) == 0x1234);
}

void map_is_refused_for_addresses() {
  const Vmo vmo = make_vmo(2);
  REFUSED(vmo.map(self(), kFree + 8, kRead), misaligned(2));
  REFUSED(vmo.map(self(), 0, kRead), out_of_range(2));
  REFUSED(vmo.map(self(), abi::kUserLimit, kRead), out_of_range(2));
  REFUSED(vmo.map(self(), abi::kUserLimit - kPage, kRead), out_of_range(2));
  REFUSED(vmo.map(self(), 0xffff'ffff'8020'0000, kRead), out_of_range(2));
  REFUSED(vmo.map(self(), 0xffff'ffff'ffff'f000, kRead), out_of_range(2));
  OK(vmo.map(self(), abi::kUserLimit - 2 * kPage, kRead));
  EXPECT(word_at(abi::kUserLimit - 8) == 0);
  OK(vmo.unmap());
  OK(vmo.map(self(), abi::kUserBase, kRead));
  EXPECT(word_at(abi::kUserBase) == 0);
}

void map_is_refused_for_accesses() {
  const Vmo vmo = make_vmo(1);
  REFUSED(vmo.map(self(), kFree, kWrite), kWriteExecute);
  REFUSED(vmo.map(self(), kFree, kWrite | kExecute), kWriteExecute);
  REFUSED(vmo.map(self(), kFree, kReadWrite | kExecute), kWriteExecute);
  REFUSED(vmo.map(self(), kFree, kernel::Access{}), kWriteExecute);
  const Vmo read_only = without(vmo, Vmo::Right::kWrite);
  REFUSED(read_only.map(self(), kFree, kReadWrite), lacks_right(3));
  const Vmo no_execute = without(vmo, Vmo::Right::kExecute);
  REFUSED(no_execute.map(self(), kFree, kRead | kExecute), lacks_right(3));
  const Vmo no_map = without(vmo, Vmo::Right::kMap);
  REFUSED(no_map.map(self(), kFree, kRead), lacks_right(0));
  REFUSED(no_map.unmap(), lacks_right(0));
  REFUSED(vmo.map(without(self(), Task::Right::kMap), kFree, kRead), lacks_right(1));
  REFUSED(vmo.map(Task(vmo.slot()), kFree, kRead), another_type(1));
  REFUSED(vmo.map(make<Task>(), kFree, kRead), refusal(abi::kEbusy, Detail::kNotConfigured, 1));
}

void one_capability_carries_one_mapping() {
  const Vmo vmo = make_vmo(1);
  const rt::Error taken = occupied(0);
  map(vmo, kFree, kRead);
  REFUSED(vmo.map(self(), kFree + kPage, kRead), taken);
  REFUSED(vmo.map(self(), kFree, kRead), taken);
  OK(vmo.unmap());
  OK(vmo.unmap());
  map(vmo, kFree + kPage, kRead);
}

// What lies in the way is found wherever it lies, and nothing stays mapped.
void mappings_do_not_overlap() {
  map(make_vmo(1), kFree + 4 * kPage, kRead);
  const Vmo vmo = make_vmo(8);
  for (const std::uint64_t pages : {0, 1, 4}) {
    REFUSED(vmo.map(self(), kFree + pages * kPage, kReadWrite), kOverlap);
  }
  map(make_vmo(4), kFree, kRead);
  REFUSED(vmo.map(self(), kFree - 4 * kPage, kRead), kOverlap);
  map(vmo, kFree + 5 * kPage, kReadWrite);
  word_at(kFree + 12 * kPage) = 1;
}

void unmapped_addresses_are_used_again() {
  for (std::uint64_t round = 1; round <= 20; ++round) {
    const Vmo vmo = make_vmo(3);
    map(vmo, kFree, kReadWrite);
    for (std::uint64_t page = 0; page < 3; ++page) {
      EXPECT(word_at(kFree + page * kPage) == 0);  // not the last round's, in no cache
      word_at(kFree + page * kPage) = round;
    }
    if (round % 2 == 0) {
      OK(vmo.unmap());
    } else {
      drop(vmo.slot());
    }
  }
}

void two_mebibytes_at_once() {
  const Vmo vmo = make<Vmo>(kLarge + kPage);
  map(vmo, kFree, kReadWrite);
  for (std::uint64_t at = 0; at <= kLarge; at += kPage) {
    EXPECT(word_at(kFree + at) == 0);
    word_at(kFree + at) = at + 1;
  }
  OK(vmo.unmap());
  // At an address where only pages fit.
  map(vmo, kFree + kPage, kRead);
  for (std::uint64_t at = 0; at <= kLarge; at += kPage)
    EXPECT(word_at(kFree + kPage + at) == at + 1);
}

// The tables come from the task's pool; when it is empty, mapping ends, and goes on when there is
// room again. Each address needs two tables of its own.
void an_address_space_has_an_end() {
  constexpr std::uint64_t kGiB = 1 << 30;
  std::uint64_t used[2] = {};
  Vmo mapped[kPoolPages];
  for (std::uint64_t& count : used) {
    for (;;) {
      const Vmo vmo = make_vmo(1);
      const auto done = vmo.map(self(), (count + 1) * kGiB, kRead);
      if (!done) {
        REFUSED(done, refusal(abi::kEnomem, Detail::kNoMemory, 1));
        break;
      }
      EXPECT(count < kPoolPages);
      mapped[count++] = vmo;
    }
    EXPECT(count >= 2);
    for (std::uint64_t i = 0; i < count; ++i) OK(mapped[i].unmap());
  }
  EXPECT(used[0] == used[1]);
}

void memory_is_shared_between_spaces() {
  const Vmo vmo = make_vmo(1);
  map(vmo, kFree, kReadWrite);
  word_at(kFree) = 1;
  const Space other = prepare_space([](std::uint64_t) {
    map(Vmo(gift(0)), kFree + kPage, kReadWrite);
    EXPECT(word_at(kFree + kPage) == 1);
    word_at(kFree + kPage) = 2;
  });
  other.give(0, vmo.slot(), abi::kAllVmoRights);
  other.start();
  other.join();
  EXPECT(word_at(kFree) == 2);
}

void one_task_may_map_for_another() {
  const Vmo vmo = make_vmo(1);
  map(vmo, kFree, kReadWrite);
  word_at(kFree + 8) = 77;
  const Space other = prepare_space([](std::uint64_t) {
    EXPECT(word_at(kFree + 8) == 77);
    word_at(kFree) = 78;
  });
  OK(again(vmo).map(other.task(), kFree, kReadWrite));
  other.start();
  other.join();
  EXPECT(word_at(kFree) == 78);
}

void revoking_unmaps_everywhere() {
  const Vmo vmo = make_vmo(1);
  const Vmo derived = again(vmo);
  map(derived, kFree, kReadWrite);
  const Space other = prepare_space([](std::uint64_t) { word_at(kFree) = 1; });
  OK(again(vmo).map(other.task(), kFree, kReadWrite));
  revoke(vmo.slot());
  other.start();
  const auto ended = other.wait();
  EXPECT(ended.state == abi::TaskState::kFaulted);
  EXPECT(ended.cause == abi::FaultCause::kWriteFault && ended.address == kFree);
  map(make_vmo(1), kFree, kRead);  // here it is free too
}

void slices_show_their_part() {
  const Vmo vmo = make_vmo(4);
  map(vmo, kFree, kReadWrite);
  for (std::uint64_t i = 0; i < 4; ++i) word_at(kFree + i * kPage) = i;
  const Vmo middle(take_slot());
  OK(vmo.slice(kPage, 2 * kPage, own(), middle.slot().index, kReadMapShare));
  auto info = OK(middle.info());
  EXPECT(info.size == 2 * kPage && info.base == OK(vmo.info()).base + kPage);
  map(middle, kFree + 8 * kPage, kRead);
  EXPECT(word_at(kFree + 8 * kPage) == 1 && word_at(kFree + 9 * kPage) == 2);
  const Vmo inner(take_slot());
  OK(middle.slice(kPage, kPage, own(), inner.slot().index, kReadMapShare));
  map(inner, kFree + 16 * kPage, kRead);
  EXPECT(word_at(kFree + 16 * kPage) == 2);
  revoke(vmo.slot());
  EXPECT(is_empty(inner.slot()) && is_empty(middle.slot()));
}

// They may overlap, and the memory is free when the last is gone.
void slices_outlive_the_whole() {
  const auto part = make<kernel::Untyped>(4 * kPage);
  const Vmo vmo(take_slot());
  OK(part.retype(abi::ObjectType::kVmo, 4 * kPage, own(), vmo.slot().index, 1));
  map(vmo, kFree, kReadWrite);
  word_at(kFree + 2 * kPage) = 5;
  const Vmo slices[] = {Vmo(take_slot()), Vmo(take_slot())};
  OK(vmo.slice(0, 3 * kPage, own(), slices[0].slot().index, kReadMapShare));
  OK(vmo.slice(2 * kPage, 2 * kPage, own(), slices[1].slot().index, kReadMapShare));
  drop(vmo.slot());
  map(slices[0], kFree, kRead);
  map(slices[1], kFree + 8 * kPage, kRead);
  EXPECT(word_at(kFree + 2 * kPage) == 5 && word_at(kFree + 8 * kPage) == 5);
  drop(slices[0].slot());
  EXPECT(OK(part.info()).free == 0 && word_at(kFree + 8 * kPage) == 5);
  drop(slices[1].slot());
  EXPECT(OK(part.info()).free == 4 * kPage);
}

void slice_is_refused() {
  const Vmo vmo = make_vmo(4);
  const std::uint32_t to = take_slot().index;
  const auto slice = [&](std::uint64_t offset, std::uint64_t size) {
    return vmo.slice(offset, size, own(), to, kReadMapShare);
  };
  REFUSED(slice(8, kPage), misaligned(1));
  REFUSED(slice(0, 8), misaligned(2));
  REFUSED(slice(4 * kPage, kPage), out_of_range(1));
  REFUSED(slice(0, 0), out_of_range(2));
  REFUSED(slice(0, 5 * kPage), out_of_range(2));
  REFUSED(slice(3 * kPage, 2 * kPage), out_of_range(2));
  REFUSED(slice(kPage, ~std::uint64_t{0} - kPage + 1), out_of_range(2));
  REFUSED(vmo.slice(0, kPage, own(), vmo.slot().index, kReadMapShare), occupied(4));
  REFUSED(vmo.slice(0, kPage, own(), kSlots, kReadMapShare), no_capability(4));
  REFUSED(without(vmo, Vmo::Right::kWrite).slice(0, kPage, own(), to, abi::kAllVmoRights),
          lacks_right(5));
  REFUSED(without(vmo, Vmo::Right::kShare).slice(0, kPage, own(), to, 0), lacks_right(0));
  EXPECT(is_empty({to}));
}

void a_sealed_vmo_is_never_written() {
  const Vmo vmo = make_vmo(1);
  map(vmo, kFree, kReadWrite);
  word_at(kFree) = 9;
  EXPECT(!OK(vmo.info()).sealed);
  OK(vmo.unmap());
  OK(vmo.seal());
  EXPECT(OK(vmo.info()).sealed);
  REFUSED(vmo.map(self(), kFree, kReadWrite), lacks_right(3));
  REFUSED(own().mint(take_slot().index, own(), vmo.slot().index, abi::kAllVmoRights, 0),
          lacks_right(4));
  const Vmo derived = again(vmo);
  EXPECT(OK(derived.info()).sealed);
  REFUSED(derived.map(self(), kFree, kReadWrite), lacks_right(3));
  map(derived, kFree, kRead);
  EXPECT(word_at(kFree) == 9);
  REFUSED(vmo.seal(), lacks_right(0));
}

void seal_is_refused() {
  const Vmo vmo = make_vmo(1);
  const Vmo derived = again(vmo);
  REFUSED(derived.seal(), refusal(abi::kEperm, Detail::kNoAuthority));
  REFUSED(vmo.seal(), refusal(abi::kEbusy, Detail::kHasChildren));
  REFUSED(without(vmo, Vmo::Right::kWrite).seal(), lacks_right(0));
  REFUSED(without(vmo, Vmo::Right::kShare).seal(), lacks_right(0));
  revoke(vmo.slot());
  map(vmo, kFree, kReadWrite);
  REFUSED(vmo.seal(), bad_state());
  OK(vmo.unmap());
  map(vmo, kFree, kRead);
  OK(vmo.seal());
}

// Without `share` nothing is derived; what is there may go elsewhere.
void deriving_needs_share() {
  const Vmo closed = without(make_vmo(1), Vmo::Right::kShare);
  const std::uint32_t to = take_slot().index;
  const std::uint32_t from = closed.slot().index;
  REFUSED(own().copy(to, own(), from), lacks_right(3));
  REFUSED(own().mint(to, own(), from, 0, 0), lacks_right(3));
  map(closed, kFree, kReadWrite);
  word_at(kFree) = 3;
  OK(own().move(to, own(), from));
  EXPECT(word_at(kFree) == 3);  // with its mapping
  OK(Vmo({to}).unmap());
}

}  // namespace

std::span<const Behaviour> vmo_behaviours() {
  static constexpr Behaviour kAll[] = {
      {"vmo.two_mappings_show_one_memory", two_mappings_show_one_memory},
      {"vmo.map_is_refused_for_addresses", map_is_refused_for_addresses},
      {"vmo.map_is_refused_for_accesses", map_is_refused_for_accesses},
      {"vmo.one_capability_carries_one_mapping", one_capability_carries_one_mapping},
      {"vmo.mappings_do_not_overlap", mappings_do_not_overlap},
      {"vmo.unmapped_addresses_are_used_again", unmapped_addresses_are_used_again},
      {"vmo.two_mebibytes_at_once", two_mebibytes_at_once},
      {"vmo.an_address_space_has_an_end", an_address_space_has_an_end},
      {"vmo.memory_is_shared_between_spaces", memory_is_shared_between_spaces},
      {"vmo.one_task_may_map_for_another", one_task_may_map_for_another},
      {"vmo.revoking_unmaps_everywhere", revoking_unmaps_everywhere},
      {"vmo.slices_show_their_part", slices_show_their_part},
      {"vmo.slices_outlive_the_whole", slices_outlive_the_whole},
      {"vmo.slice_is_refused", slice_is_refused},
      {"vmo.a_sealed_vmo_is_never_written", a_sealed_vmo_is_never_written},
      {"vmo.seal_is_refused", seal_is_refused},
      {"vmo.deriving_needs_share", deriving_needs_share},
  };
  return kAll;
}

}  // namespace tessera::contract
