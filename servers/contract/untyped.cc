// Untyped: what can be made of it, its limits, nesting, and that nothing overlaps.
#include <array>
#include <cstdint>

#include "idl/kernel/alarm.h"
#include "idl/kernel/reply.h"
#include "servers/contract/behaviour.h"
#include "servers/contract/world.h"

namespace tessera::contract {
namespace {

using abi::Detail;
using abi::ObjectType;
using kernel::CNode;
using kernel::Untyped;

rt::Result<void> retype(Untyped from, ObjectType type, std::uint64_t size, rt::Slot first,
                        std::uint32_t count = 1) {
  return from.retype(type, size, own(), first.index, count);
}

constexpr std::array kSizeless = {
    ObjectType::kTask,  ObjectType::kThread, ObjectType::kEndpoint, ObjectType::kNotification,
    ObjectType::kReply, ObjectType::kAlarm,  ObjectType::kIrq};

void retype_makes_each_type_with_all_rights() {
  const auto check = [](ObjectType type, std::uint64_t size, std::uint8_t rights) {
    const auto made = OK(own().query(make(type, size).index));
    EXPECT(made.type == type);
    EXPECT(made.rights == rights);
    EXPECT(made.badge == 0);
  };
  check(ObjectType::kUntyped, kPage, abi::kAllUntypedRights);
  check(ObjectType::kCnode, 64, abi::kAllCNodeRights);
  check(ObjectType::kTask, 0, abi::kAllTaskRights);
  check(ObjectType::kThread, 0, abi::kAllThreadRights);
  check(ObjectType::kEndpoint, 0, abi::kAllEndpointRights);
  check(ObjectType::kNotification, 0, abi::kAllNotificationRights);
  check(ObjectType::kReply, 0, abi::kAllReplyRights);
  check(ObjectType::kVmo, kPage, abi::kAllVmoRights);
  check(ObjectType::kAlarm, 0, abi::kAllAlarmRights);
  check(ObjectType::kIrq, 0, abi::kAllIrqRights);
}

void retype_refuses_types_that_are_not_made() {
  const rt::Slot to = take_slot();
  const rt::Error bad_enum = refusal(abi::kEinval, Detail::kBadEnum, 1);
  REFUSED(retype(memory(), ObjectType::kNull, 0, to), bad_enum);
  REFUSED(retype(memory(), ObjectType::kIdentityControl, 0, to), bad_enum);
  REFUSED(retype(memory(), ObjectType::kBootInfo, 0, to), bad_enum);
  REFUSED(retype(memory(), ObjectType::kQosControl, 0, to), bad_enum);
  REFUSED(retype(memory(), ObjectType::kIrqControl, 0, to), bad_enum);
  EXPECT(is_empty(to));
}

void retype_refuses_wrong_sizes() {
  const rt::Slot to = take_slot();
  const rt::Error bad_size = out_of_range(2);
  for (const ObjectType type : {ObjectType::kVmo, ObjectType::kUntyped}) {
    REFUSED(retype(memory(), type, 0, to), bad_size);
    REFUSED(retype(memory(), type, 1, to), bad_size);
    REFUSED(retype(memory(), type, kPage + 8, to), bad_size);
    REFUSED(retype(memory(), type, ~std::uint64_t{0} - kPage + 1, to), bad_size);
  }
  REFUSED(retype(memory(), ObjectType::kCnode, abi::kCnodeSlotsMin - 1, to), bad_size);
  REFUSED(retype(memory(), ObjectType::kCnode, abi::kCnodeSlotsMax + 1, to), bad_size);
  REFUSED(retype(memory(), ObjectType::kCnode, std::uint64_t{1} << 58, to), bad_size);
  for (const ObjectType type : kSizeless) REFUSED(retype(memory(), type, kPage, to), bad_size);
  EXPECT(is_empty(to));
}

void retype_refuses_wrong_counts() {
  const rt::Slot to = take_slot();
  REFUSED(retype(memory(), ObjectType::kEndpoint, 0, to, 0), out_of_range(5));
  REFUSED(retype(memory(), ObjectType::kEndpoint, 0, to, 17), out_of_range(5));
  EXPECT(is_empty(to));
}

void retype_needs_empty_slots() {
  const rt::Slot first = take_slots(4);
  OK(retype(memory(), ObjectType::kReply, 0, {first.index + 3}));
  const std::uint64_t before = OK(memory().info()).free;
  REFUSED(retype(memory(), ObjectType::kEndpoint, 0, first, 4), occupied(4));
  REFUSED(retype(memory(), ObjectType::kEndpoint, 0, {kSlots}, 1), no_capability(4));
  REFUSED(retype(memory(), ObjectType::kEndpoint, 0, {kSlots - 1}, 2), no_capability(5));
  REFUSED(retype(memory(), ObjectType::kEndpoint, 0, {UINT32_MAX}, 2), no_capability(4));
  REFUSED(retype(memory(), ObjectType::kEndpoint, 0, {0}, 1), no_capability(4));
  EXPECT(OK(memory().info()).free == before);
  EXPECT(is_empty(first));
  EXPECT(is_empty({first.index + 2}));
  OK(retype(memory(), ObjectType::kEndpoint, 0, first, 3));
}

void retype_needs_rights() {
  const rt::Slot to = take_slot();
  const CNode read_only = without(own(), CNode::Right::kWrite);
  const auto table = make<CNode>(8);
  REFUSED(memory().retype(ObjectType::kReply, 0, read_only, to.index, 1), lacks_right(3));
  REFUSED(Untyped(table.slot()).retype(ObjectType::kReply, 0, own(), to.index, 1), another_type(0));
  REFUSED(memory().retype(ObjectType::kReply, 0, CNode(memory().slot()), to.index, 1),
          another_type(3));
  const auto part = make<Untyped>(kPage);
  OK(own().mutate(part.slot().index, 0));
  REFUSED(retype(part, ObjectType::kReply, 0, to), lacks_right(0));
  REFUSED(part.info(), lacks_right(0));
}

void retype_stops_where_memory_ends() {
  const auto part = make<Untyped>(4 * kPage);
  const rt::Slot first = take_slots(8);
  REFUSED(retype(part, ObjectType::kVmo, 5 * kPage, first), kNoMemory);
  REFUSED(retype(part, ObjectType::kVmo, kPage, first, 5), kNoMemory);
  REFUSED(retype(part, ObjectType::kCnode, 257, first), kNoMemory);
  REFUSED(retype(part, ObjectType::kVmo, (std::uint64_t{1} << 38) - kPage, first), kNoMemory);
  EXPECT(is_empty(first));
  OK(retype(part, ObjectType::kVmo, kPage, first, 4));
  EXPECT(OK(part.info()).free == 0);
  REFUSED(retype(part, ObjectType::kReply, 0, {first.index + 4}), kNoMemory);
}

// To the last byte, in objects smaller than a page.
void retype_gives_all_that_there_is() {
  const auto part = make<Untyped>(kPage);
  constexpr std::uint32_t kObjects = kPage / 64;
  const rt::Slot first = take_slots(kObjects + 1);
  for (std::uint32_t i = 0; i < kObjects; i += 8) {
    EXPECT(OK(part.info()).free == std::uint64_t{kObjects - i} * 64);
    OK(retype(part, i % 16 == 0 ? ObjectType::kReply : ObjectType::kEndpoint, 0, {first.index + i},
              8));
  }
  EXPECT(OK(part.info()).free == 0);
  REFUSED(retype(part, ObjectType::kEndpoint, 0, {first.index + kObjects}), kNoMemory);
}

void info_counts_the_bytes() {
  const auto part = make<Untyped>(16 * kPage);
  auto info = OK(part.info());
  EXPECT(info.size == 16 * kPage && info.free == 16 * kPage && !info.device);
  EXPECT(info.base % kPage == 0);
  OK(retype(part, ObjectType::kVmo, 3 * kPage, take_slot()));
  EXPECT(OK(part.info()).free == 13 * kPage);
  OK(retype(part, ObjectType::kReply, 0, take_slot()));
  EXPECT(OK(part.info()).free == 13 * kPage - 64);
}

void memory_comes_back_with_the_last_child() {
  const auto part = make<Untyped>(2 * kPage);
  const rt::Slot first = take_slots(2);
  OK(retype(part, ObjectType::kVmo, kPage, first, 2));
  drop(first);
  EXPECT(OK(part.info()).free == 0);  // one is left, and with it all that was given
  drop({first.index + 1});
  EXPECT(OK(part.info()).free == 2 * kPage);
  OK(retype(part, ObjectType::kVmo, 2 * kPage, first));
}

void nesting_falls_with_the_outermost() {
  const std::uint64_t before = OK(memory().info()).free;
  std::uint64_t size = 1 << 20;
  const auto outer = make<Untyped>(size);
  Untyped at = outer;
  std::uint64_t low = OK(outer.info()).base;
  std::uint64_t high = low + size;
  while (size > kPage) {
    size /= 2;
    const Untyped inner(take_slot());
    OK(retype(at, ObjectType::kUntyped, size, inner.slot()));
    const auto info = OK(inner.info());
    EXPECT(info.size == size && info.base >= low && info.base + size <= high);
    low = info.base;
    high = low + size;
    at = inner;
  }
  REFUSED(at.retype(ObjectType::kUntyped, 2 * kPage, own(), take_slot().index, 1), kNoMemory);
  OK(retype(at, ObjectType::kEndpoint, 0, take_slot()));
  revoke(outer.slot());
  EXPECT(is_empty(at.slot()));
  drop(outer.slot());
  EXPECT(OK(memory().info()).free == before);
}

void runs_do_not_overlap() {
  const auto part = make<Untyped>(64 * kPage);
  const auto whole = OK(part.info());
  std::array<bool, 64> taken{};
  for (std::uint64_t pages = 1; pages <= 10; ++pages) {
    const kernel::Vmo vmo(take_slot());
    OK(retype(part, ObjectType::kVmo, pages * kPage, vmo.slot()));
    const auto info = OK(vmo.info());
    EXPECT(info.base >= whole.base && info.base + info.size <= whole.base + whole.size);
    for (std::uint64_t i = 0; i < pages; ++i) {
      bool& mine = taken[(info.base - whole.base) / kPage + i];
      EXPECT(!mine);
      mine = true;
    }
  }
}

void memory_is_zero_when_it_is_given_again() {
  const auto part = make<Untyped>(4 * kPage);
  for (int round = 0; round < 3; ++round) {
    const kernel::Vmo vmo(take_slot());
    OK(retype(part, ObjectType::kVmo, 4 * kPage, vmo.slot()));
    map(vmo, kFree, kReadWrite);
    for (std::uint64_t at = 0; at < 4 * kPage; at += 8) {
      EXPECT(word_at(kFree + at) == 0);
      word_at(kFree + at) = ~at;
    }
    revoke(part.slot());
  }
}

void two_mebibytes_are_aligned() {
  constexpr std::uint64_t kLarge = 0x20'0000;
  OK(retype(memory(), ObjectType::kVmo, kPage, take_slot()));
  const auto vmo = make<kernel::Vmo>(kLarge);
  EXPECT(OK(vmo.info()).base % kLarge == 0);
}

}  // namespace

std::span<const Behaviour> untyped_behaviours() {
  static constexpr Behaviour kAll[] = {
      {"untyped.retype_makes_each_type_with_all_rights", retype_makes_each_type_with_all_rights},
      {"untyped.retype_refuses_types_that_are_not_made", retype_refuses_types_that_are_not_made},
      {"untyped.retype_refuses_wrong_sizes", retype_refuses_wrong_sizes},
      {"untyped.retype_refuses_wrong_counts", retype_refuses_wrong_counts},
      {"untyped.retype_needs_empty_slots", retype_needs_empty_slots},
      {"untyped.retype_needs_rights", retype_needs_rights},
      {"untyped.retype_stops_where_memory_ends", retype_stops_where_memory_ends},
      {"untyped.retype_gives_all_that_there_is", retype_gives_all_that_there_is},
      {"untyped.info_counts_the_bytes", info_counts_the_bytes},
      {"untyped.memory_comes_back_with_the_last_child", memory_comes_back_with_the_last_child},
      {"untyped.nesting_falls_with_the_outermost", nesting_falls_with_the_outermost},
      {"untyped.runs_do_not_overlap", runs_do_not_overlap},
      {"untyped.memory_is_zero_when_it_is_given_again", memory_is_zero_when_it_is_given_again},
      {"untyped.two_mebibytes_are_aligned", two_mebibytes_are_aligned},
  };
  return kAll;
}

}  // namespace tessera::contract
