// Untyped, CNode, Vmo: memory and capabilities.
#include <utility>

#include "kernel/base/bits.h"
#include "kernel/object/delete.h"
#include "kernel/object/derive.h"
#include "kernel/object/object_lock.h"
#include "kernel/object/state.h"
#include "kernel/object/untyped.h"
#include "kernel/object/vmo.h"
#include "kernel/syscall/syscall.h"

namespace tessera {
namespace {

// The source of a copy or a mint, what is in it, and its empty destination.
struct Ends {
  Slot* from;
  Slot* to;
  CapabilityWord word;
};
[[gnu::always_inline]] inline Result<Ends> find_ends(CNode& to, std::uint32_t to_index, CNode& from,
                                                     std::uint32_t from_index) {
  TRY_ASSIGN(Slot * destination, to.at(to_index, 1));
  TRY_ASSIGN(Slot * source, from.at(from_index, 3));
  const CapabilityWord word = source->word();
  if (word.empty()) return refused(abi::kEbadf, abi::Detail::kBadCap, 3);
  if (!destination->empty()) return refused(abi::kEexist, abi::Detail::kOccupied, 1);
  return Ends{source, destination, word};
}

// What a copy and a mint do when nothing speaks against it.
[[gnu::noinline]] void derive_any(Slot& from, Slot& to, CapabilityWord word, std::uint8_t rights,
                                  std::uint64_t badge) {
  const ObjectLock lock(word);
  derive(from, to, rights, badge);
}
// The same; to an Endpoint, as most are, at once.
[[gnu::noinline]] void derive_locked(Slot& from, Slot& to, CapabilityWord word, std::uint8_t rights,
                                     std::uint64_t badge) {
  DCHECK(has_tree());
  if (word.type() != abi::ObjectType::kEndpoint) return derive_any(from, to, word, rights, badge);
  auto& endpoint = *reinterpret_cast<Endpoint*>(word.object());
  const EndpointLock::Word was = endpoint.lock.seize();
  ++endpoint.references;
  to.derive_from(from, word.with_rights(rights), badge != 0 ? badge : from.badge);
  endpoint.lock.leave(was);
}

constexpr std::uint64_t bit_of(abi::ObjectType type) {
  return std::uint64_t{1} << std::to_underlying(type);
}
bool takes_badge(CapabilityWord word) {
  constexpr std::uint64_t kTypes =
      bit_of(abi::ObjectType::kEndpoint) | bit_of(abi::ObjectType::kNotification) |
      bit_of(abi::ObjectType::kIdentityControl) | bit_of(abi::ObjectType::kQosControl) |
      bit_of(abi::ObjectType::kIrqControl);
  return (kTypes & bit_of(word.type())) != 0;
}

}  // namespace

Result<void> Syscall::on(const decode::UntypedRetype<Syscall>& args) {
  return or_bury(retype(*args.self.slot,
                        {.type = args.type, .size = args.size, .count = args.count},
                        args.node.object(), args.first));
}

Result<decode::UntypedInfoResult> Syscall::on(const decode::UntypedInfo<Syscall>& args) {
  if (state.dying != nullptr) return bury_and_try_again();
  const Slot& slot = *args.self.slot;
  return decode::UntypedInfoResult{.base = slot.object(),
                                   .size = std::uint64_t{slot.pages} * kPageSize,
                                   .free = free_bytes(slot),
                                   .device = slot.device};
}

Result<void> Syscall::on(const decode::CNodeCopy<Syscall>& args) {
  TRY_ASSIGN(Ends ends, find_ends(args.self.object(), args.to, args.from.object(), args.source));
  TRY(check_derivable(ends.word, 3));
  derive_locked(*ends.from, *ends.to, ends.word, ends.word.rights(), 0);
  return {};
}

Result<void> Syscall::on(const decode::CNodeMint<Syscall>& args) {
  TRY_ASSIGN(Ends ends, find_ends(args.self.object(), args.to, args.from.object(), args.source));
  TRY(check_derivable(ends.word, 3));
  if (!ends.word.has_rights(args.rights)) {
    return refused(abi::kEperm, abi::Detail::kBadRights, 4);
  }
  if (args.badge != 0 && !takes_badge(ends.word)) {
    return refused(abi::kEinval, abi::Detail::kBadType, 5);
  }
  if (args.badge != 0 && ends.from->badge != 0) {
    return refused(abi::kEinval, abi::Detail::kOccupied, 5);
  }
  derive_locked(*ends.from, *ends.to, ends.word, args.rights, args.badge);
  return {};
}

Result<void> Syscall::on(const decode::CNodeMove<Syscall>& args) {
  TRY_ASSIGN(Ends ends, find_ends(args.self.object(), args.to, args.from.object(), args.source));
  const ObjectLock lock(ends.word);
  ends.to->take(*ends.from);
  return {};
}

Result<void> Syscall::on(const decode::CNodeDelete<Syscall>& args) {
  TRY_ASSIGN(Slot * slot, args.self.object().at(args.index, 1));
  return delete_capability(*slot);
}

Result<void> Syscall::on(const decode::CNodeRevoke<Syscall>& args) {
  TRY_ASSIGN(Slot * slot, args.self.object().at(args.index, 1));
  if (slot->empty()) return Error{abi::kEbadf, abi::Detail::kBadCap, 1};
  return revoke_capability(*slot);
}

Result<void> Syscall::on(const decode::CNodeMutate<Syscall>& args) {
  TRY_ASSIGN(Slot * slot, args.self.object().at(args.index, 1));
  if (slot->empty()) return Error{abi::kEbadf, abi::Detail::kBadCap, 1};
  if ((args.rights & ~slot->rights()) != 0) return Error{abi::kEperm, abi::Detail::kBadRights, 2};
  if (!slot->children.empty()) return Error{abi::kEbusy, abi::Detail::kHasChildren, 1};
  if (slot->type() == abi::ObjectType::kVmo && (mapped_access(*slot).bits & ~args.rights) != 0) {
    return Error{abi::kEbusy, abi::Detail::kBadState, 1};
  }
  const ObjectLock lock(*slot);
  slot->set_rights(args.rights);
  return {};
}

Result<decode::CNodeQueryResult> Syscall::on(const decode::CNodeQuery<Syscall>& args) {
  TRY_ASSIGN(Slot * slot, args.self.object().at(args.index, 1));
  if (slot->empty()) return decode::CNodeQueryResult{};
  return decode::CNodeQueryResult{.type = slot->type(),
                                  .rights = slot->rights(),
                                  .badge = takes_badge(slot->word()) ? slot->badge : 0};
}

Result<void> Syscall::on(const decode::VmoMap<Syscall>& args) {
  return map_vmo(*args.self.slot, args.task.object(), {args.address},
                 {static_cast<std::uint8_t>(args.access)});
}

Result<void> Syscall::on(const decode::VmoUnmap<Syscall>& args) {
  return unmap_vmo(*args.self.slot);
}

Result<decode::VmoInfoResult> Syscall::on(const decode::VmoInfo<Syscall>& args) {
  const Slot& slot = *args.self.slot;
  return decode::VmoInfoResult{.base = slot.object(),
                               .size = std::uint64_t{slot.pages} * kPageSize,
                               .device = slot.device,
                               .sealed = slot.sealed};
}

Result<void> Syscall::on(const decode::VmoSlice<Syscall>& args) {
  Slot& whole = *args.self.slot;
  const std::uint64_t bytes = std::uint64_t{whole.pages} * kPageSize;
  if (!is_aligned(args.offset, kPageSize))
    return Error{abi::kEinval, abi::Detail::kBadAlignment, 1};
  if (!is_aligned(args.size, kPageSize)) return Error{abi::kEinval, abi::Detail::kBadAlignment, 2};
  if (args.offset >= bytes) return Error{abi::kEinval, abi::Detail::kBadRange, 1};
  if (args.size == 0 || args.size > bytes - args.offset) {
    return Error{abi::kEinval, abi::Detail::kBadRange, 2};
  }
  TRY_ASSIGN(Slot * to, args.node.object().at(args.to, 4));
  if (!to->empty()) return Error{abi::kEexist, abi::Detail::kOccupied, 4};
  if ((args.rights & ~whole.rights()) != 0) return Error{abi::kEperm, abi::Detail::kBadRights, 5};
  derive(whole, *to, args.rights);
  to->set_object(whole.object() + args.offset);
  to->pages = static_cast<std::uint32_t>(args.size / kPageSize);
  return {};
}

Result<void> Syscall::on(const decode::VmoSeal<Syscall>& args) {
  constexpr auto kWriteRight = static_cast<std::uint8_t>(abi::VmoRight::kWrite);
  Slot& slot = *args.self.slot;
  if (slot.device) return Error{abi::kEinval, abi::Detail::kBadType, 0};
  if (!slot.original) return Error{abi::kEperm, abi::Detail::kNoAuthority, 0};
  if (!slot.children.empty()) return Error{abi::kEbusy, abi::Detail::kHasChildren, 0};
  if (mapped_access(slot).has(kWrite)) return Error{abi::kEbusy, abi::Detail::kBadState, 0};
  slot.set_rights(static_cast<std::uint8_t>(slot.rights() & ~kWriteRight));
  slot.sealed = true;
  return {};
}

}  // namespace tessera
