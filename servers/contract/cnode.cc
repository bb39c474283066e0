// CNode: each operation, and each way that it is refused.
#include <cstdint>

#include "idl/kernel/reply.h"
#include "servers/contract/behaviour.h"
#include "servers/contract/world.h"

namespace tessera::contract {
namespace {

using abi::Detail;
using abi::ObjectType;
using kernel::CNode;
using kernel::Endpoint;
using kernel::Notification;
using kernel::Reply;

constexpr std::uint32_t kOutside = kSlots;

std::uint32_t index(auto handle) { return handle.slot().index; }

void copy_derives() {
  const auto source = mint(make<Endpoint>(), rt::rights(Endpoint::Right::kSend), 7);
  const rt::Slot to = take_slot();
  OK(own().copy(to.index, own(), index(source)));
  const auto copied = OK(own().query(to.index));
  EXPECT(copied.type == ObjectType::kEndpoint);
  EXPECT(copied.rights == rt::rights(Endpoint::Right::kSend));
  EXPECT(copied.badge == 7);
  // It is the source's child.
  revoke(source.slot());
  EXPECT(is_empty(to));
  EXPECT(!is_empty(source.slot()));
}

void copy_is_refused() {
  const auto source = make<Notification>();
  const rt::Slot to = take_slot();
  const rt::Slot empty = take_slot();
  REFUSED(own().copy(to.index, own(), empty.index), no_capability(3));
  REFUSED(own().copy(to.index, own(), kOutside), no_capability(3));
  REFUSED(own().copy(kOutside, own(), index(source)), no_capability(1));
  REFUSED(own().copy(0, own(), index(source)), no_capability(1));
  REFUSED(own().copy(index(source), own(), index(source)), occupied(1));
  REFUSED(own().copy(to.index, CNode(empty), index(source)), no_capability(2));
  REFUSED(own().copy(to.index, CNode(source.slot()), index(source)), another_type(2));
  REFUSED(CNode(source.slot()).copy(to.index, own(), index(source)), another_type(0));
  EXPECT(is_empty(to));
}

void copy_needs_rights() {
  const auto source = make<Notification>();
  const rt::Slot to = take_slot();
  const CNode read_only = without(own(), CNode::Right::kWrite);
  const CNode write_only = without(own(), CNode::Right::kRead);
  REFUSED(read_only.copy(to.index, own(), index(source)), lacks_right(0));
  REFUSED(own().copy(to.index, write_only, index(source)), lacks_right(2));
  OK(write_only.copy(to.index, read_only, index(source)));
  EXPECT(type_in(to) == ObjectType::kNotification);
}

void copy_of_what_is_moved_only() {
  const auto untyped = make<kernel::Untyped>(kPage);
  const auto reply = make<Reply>();
  const rt::Slot to = take_slot();
  const rt::Error not_copyable = refusal(abi::kEinval, Detail::kNotCopyable, 3);
  REFUSED(own().copy(to.index, own(), index(untyped)), not_copyable);
  REFUSED(own().copy(to.index, own(), index(reply)), not_copyable);
  REFUSED(own().mint(to.index, own(), index(reply), 0, 0), not_copyable);
  OK(own().move(to.index, own(), index(reply)));
}

void mint_takes_rights_and_gives_a_badge() {
  const auto source = make<Endpoint>();
  const auto minted = mint(source, rt::rights(Endpoint::Right::kGrant), ~std::uint64_t{0});
  const auto found = OK(own().query(index(minted)));
  EXPECT(found.type == ObjectType::kEndpoint);
  EXPECT(found.rights == rt::rights(Endpoint::Right::kGrant));
  EXPECT(found.badge == ~std::uint64_t{0});
  EXPECT(OK(own().query(index(source))).badge == 0);
  // A further one keeps the badge.
  EXPECT(OK(own().query(index(mint(minted, 0)))).badge == ~std::uint64_t{0});
}

void mint_is_refused() {
  const auto endpoint = make<Endpoint>();
  const auto badged = mint(endpoint, rt::rights(Endpoint::Right::kSend), 1);
  const auto vmo = make_vmo(1);
  const std::uint32_t to = take_slot().index;
  const auto all = rt::rights(Endpoint::Right::kSend, Endpoint::Right::kReceive);
  REFUSED(own().mint(to, own(), index(badged), all, 0), lacks_right(4));
  REFUSED(own().mint(to, own(), index(endpoint), 0x0f, 0), lacks_right(4));
  REFUSED(own().mint(to, own(), index(badged), 0, 2), refusal(abi::kEinval, Detail::kOccupied, 5));
  REFUSED(own().mint(to, own(), index(badged), 0, 1), refusal(abi::kEinval, Detail::kOccupied, 5));
  REFUSED(own().mint(to, own(), index(vmo), 0, 1), refusal(abi::kEinval, Detail::kBadType, 5));
  REFUSED(own().mint(to, own(), to, 0, 0), no_capability(3));
  REFUSED(own().mint(index(vmo), own(), index(endpoint), 0, 0), occupied(1));
  REFUSED(own().mint(kOutside, own(), index(endpoint), 0, 0), no_capability(1));
  EXPECT(is_empty({to}));
}

void move_keeps_the_place() {
  const auto source = make<Endpoint>();
  const auto middle = mint(source, rt::rights(Endpoint::Right::kSend), 3);
  const auto leaf = mint(middle, rt::rights(Endpoint::Right::kSend));
  const rt::Slot to = take_slot();
  OK(own().move(to.index, own(), index(middle)));
  EXPECT(is_empty(middle.slot()));
  const auto moved = OK(own().query(to.index));
  EXPECT(moved.type == ObjectType::kEndpoint && moved.badge == 3);
  EXPECT(moved.rights == rt::rights(Endpoint::Right::kSend));
  revoke(to);
  EXPECT(is_empty(leaf.slot()) && !is_empty(to));
  revoke(source.slot());
  EXPECT(is_empty(to));
}

void move_is_refused() {
  const auto source = make<Endpoint>();
  const auto other = make<Endpoint>();
  const rt::Slot to = take_slot();
  const CNode read_only = without(own(), CNode::Right::kWrite);
  const CNode write_only = without(own(), CNode::Right::kRead);
  REFUSED(own().move(index(other), own(), index(source)), occupied(1));
  REFUSED(own().move(index(source), own(), index(source)), occupied(1));
  REFUSED(own().move(to.index, own(), to.index), no_capability(3));
  REFUSED(own().move(kOutside, own(), index(source)), no_capability(1));
  REFUSED(own().move(0, own(), index(source)), no_capability(1));
  REFUSED(own().move(to.index, own(), 0), no_capability(3));
  REFUSED(read_only.move(to.index, own(), index(source)), lacks_right(0));
  REFUSED(own().move(to.index, read_only, index(source)), lacks_right(2));
  EXPECT(!is_empty(source.slot()) && is_empty(to));
  OK(write_only.move(to.index, write_only, index(source)));
}

void delete_leaves_the_derived_to_the_parent() {
  const auto source = make<Endpoint>();
  const auto middle = mint(source, rt::rights(Endpoint::Right::kSend));
  const auto leaf = mint(middle, 0);
  drop(middle.slot());
  EXPECT(is_empty(middle.slot()) && !is_empty(leaf.slot()));
  revoke(source.slot());
  EXPECT(is_empty(leaf.slot()));
}

void delete_of_nothing_is_fine() {
  OK(own().delete_(take_slot().index));
  REFUSED(own().delete_(0), no_capability(1));
  REFUSED(own().delete_(kOutside), no_capability(1));
  REFUSED(own().delete_(UINT32_MAX), no_capability(1));
  REFUSED(without(own(), CNode::Right::kWrite).delete_(1), lacks_right(0));
}

void revoke_reaches_all_descendants() {
  const auto source = make<Notification>();
  rt::Slot last = source.slot();
  for (int depth = 0; depth < 40; ++depth) {
    mint(Notification(last), rt::rights(Notification::Right::kWait));  // a sibling at each level
    last = mint(Notification(last), rt::rights(Notification::Right::kWait)).slot();
  }
  revoke(last);
  EXPECT(!is_empty(last));
  revoke(source.slot());
  EXPECT(!is_empty(source.slot()));
  for (std::uint32_t i = index(source) + 1; i <= last.index; ++i) EXPECT(is_empty({i}));
}

void revoke_is_refused() {
  const auto source = make<Notification>();
  const auto derived = mint(source, 0);
  REFUSED(own().revoke(take_slot().index), no_capability(1));
  REFUSED(own().revoke(0), no_capability(1));
  REFUSED(own().revoke(kOutside), no_capability(1));
  REFUSED(without(own(), CNode::Right::kWrite).revoke(index(source)), lacks_right(0));
  EXPECT(!is_empty(derived.slot()));
}

void query_tells_what_is_there() {
  const auto nothing = OK(own().query(take_slot().index));
  EXPECT(nothing.type == ObjectType::kNull && nothing.rights == 0 && nothing.badge == 0);
  // An Untyped's and a mapped VMO's slot keep other things where a badge would be.
  const auto vmo = make_vmo(1);
  map(vmo, kFree, kRead);
  EXPECT(OK(own().query(index(vmo))).badge == 0);
  EXPECT(OK(own().query(index(memory()))).badge == 0);
  REFUSED(own().query(0), no_capability(1));
  REFUSED(own().query(kOutside), no_capability(1));
  REFUSED(without(own(), CNode::Right::kRead).query(1), lacks_right(0));
}

void mutate_takes_rights_for_good() {
  const auto vmo = make_vmo(1);
  map(vmo, kFree, kRead);
  const auto fewer = rt::rights(kernel::Vmo::Right::kRead, kernel::Vmo::Right::kMap);
  OK(own().mutate(index(vmo), fewer));
  EXPECT(OK(own().query(index(vmo))).rights == fewer);
  REFUSED(own().mutate(index(vmo), 0x1f), lacks_right(2));
  REFUSED(own().mutate(index(vmo), rt::rights(kernel::Vmo::Right::kMap)), bad_state(1));
  OK(vmo.unmap());
  OK(own().mutate(index(vmo), 0));
  REFUSED(vmo.map(rt::start::task(), kFree, kRead), lacks_right(0));
}

void mutate_is_refused() {
  const auto endpoint = make<Endpoint>();
  const auto derived = mint(endpoint, 0);
  REFUSED(own().mutate(index(endpoint), 0), refusal(abi::kEbusy, Detail::kHasChildren, 1));
  REFUSED(own().mutate(take_slot().index, 0), no_capability(1));
  REFUSED(own().mutate(0, 0), no_capability(1));
  REFUSED(without(own(), CNode::Right::kWrite).mutate(index(derived), 0), lacks_right(0));
  drop(derived.slot());
  OK(own().mutate(index(endpoint), rt::rights(Endpoint::Right::kSend)));
}

void another_table_is_as_good() {
  const auto table = make<CNode>(abi::kCnodeSlotsMin);
  const auto endpoint = make<Endpoint>();
  const std::uint32_t last = abi::kCnodeSlotsMin - 1;
  OK(table.copy(1, own(), index(endpoint)));
  OK(table.mint(last, table, 1, rt::rights(Endpoint::Right::kSend), 9));
  REFUSED(table.copy(abi::kCnodeSlotsMin, own(), index(endpoint)), no_capability(1));
  REFUSED(table.copy(0, own(), index(endpoint)), no_capability(1));
  EXPECT(OK(table.query(last)).badge == 9);
  OK(own().move(take_slot().index, table, last));
  revoke(endpoint.slot());
  EXPECT(OK(table.query(1)).type == ObjectType::kNull);
}

// A table that goes takes along what only it held, even itself.
void a_table_goes_with_what_it_holds() {
  const std::uint64_t before = OK(memory().info()).free;
  const auto part = make<kernel::Untyped>(0x10000);
  const rt::Slot first = take_slots(3);
  OK(part.retype(ObjectType::kCnode, 16, own(), first.index, 2));
  OK(part.retype(ObjectType::kEndpoint, 0, own(), first.index + 2, 1));
  const CNode a(first);
  const CNode b({first.index + 1});
  const rt::Slot sender =
      mint_slot({first.index + 2}, rt::rights(Endpoint::Right::kSend), 1, Where::current());
  OK(a.move(1, own(), first.index + 2));
  OK(a.copy(2, own(), index(b)));
  OK(b.copy(1, own(), index(a)));
  OK(b.copy(2, own(), index(b)));
  drop(a.slot());
  drop(b.slot());
  EXPECT(!is_empty(sender));  // the cycle keeps itself: only its memory's owner ends it
  revoke(part.slot());
  EXPECT(is_empty(sender));
  EXPECT(OK(part.info()).free == 0x10000);
  drop(part.slot());
  EXPECT(OK(memory().info()).free == before);
}

}  // namespace

std::span<const Behaviour> cnode_behaviours() {
  static constexpr Behaviour kAll[] = {
      {"cnode.copy_derives", copy_derives},
      {"cnode.copy_is_refused", copy_is_refused},
      {"cnode.copy_needs_rights", copy_needs_rights},
      {"cnode.copy_of_what_is_moved_only", copy_of_what_is_moved_only},
      {"cnode.mint_takes_rights_and_gives_a_badge", mint_takes_rights_and_gives_a_badge},
      {"cnode.mint_is_refused", mint_is_refused},
      {"cnode.move_keeps_the_place", move_keeps_the_place},
      {"cnode.move_is_refused", move_is_refused},
      {"cnode.delete_leaves_the_derived_to_the_parent", delete_leaves_the_derived_to_the_parent},
      {"cnode.delete_of_nothing_is_fine", delete_of_nothing_is_fine},
      {"cnode.revoke_reaches_all_descendants", revoke_reaches_all_descendants},
      {"cnode.revoke_is_refused", revoke_is_refused},
      {"cnode.query_tells_what_is_there", query_tells_what_is_there},
      {"cnode.mutate_takes_rights_for_good", mutate_takes_rights_for_good},
      {"cnode.mutate_is_refused", mutate_is_refused},
      {"cnode.another_table_is_as_good", another_table_is_as_good},
      {"cnode.a_table_goes_with_what_it_holds", a_table_goes_with_what_it_holds},
  };
  return kAll;
}

}  // namespace tessera::contract
