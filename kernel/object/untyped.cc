#include "kernel/object/untyped.h"

#include <array>
#include <cstddef>
#include <optional>
#include <utility>

#include "idl/kernel_rights.h"
#include "kernel/arch/contract/arch.h"
#include "kernel/base/bits.h"
#include "kernel/object/derive.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/irq.h"
#include "kernel/object/notification.h"
#include "kernel/object/round.h"
#include "kernel/object/state.h"
#include "kernel/object/task.h"

namespace tessera {
namespace {

constexpr std::uint64_t kGrainsPerPage = kPageSize / kGrain;
constexpr std::uint32_t kMaxPages = (1u << 26) - 1;  // what 32 bits of grains count
constexpr Error kNoMemory{abi::kEnomem, abi::Detail::kNoMemory, 0};

// Nothing came from it, or all of that is gone: all is free again, when no other hart can be
// looking at what it was.
[[gnu::noinline]] Result<void> reset(Slot& untyped) {
  auto end = static_cast<std::uint32_t>(untyped.pages * kGrainsPerPage);
  if (untyped.given.low == 0 && untyped.given.high == end) return {};
  TRY(wait_for_round(untyped.asid));
  untyped.given = {.low = 0, .high = end};
  untyped.zeroed_from = untyped.pages;
  return {};
}
Result<void> reset_if_unused(Slot& untyped) {
  if (!untyped.children.empty()) return {};
  return reset(untyped);
}

bool is_run_of_pages(abi::ObjectType type) {
  return type == abi::ObjectType::kUntyped || type == abi::ObjectType::kVmo;
}

// Bytes, by type, of those that are all alike; 0: of others, and of what is not retyped.
constexpr auto kSizes = [] {
  std::array<std::uint16_t, kObjectTypes> all{};
  const auto of = [&all](abi::ObjectType type) -> std::uint16_t& {
    return all[std::to_underlying(type)];
  };
  of(abi::ObjectType::kTask) = kTaskSize;
  of(abi::ObjectType::kThread) = kThreadSize;
  of(abi::ObjectType::kEndpoint) = kEndpointSize;
  of(abi::ObjectType::kNotification) = kNotificationSize;
  of(abi::ObjectType::kReply) = kReplySize;
  of(abi::ObjectType::kAlarm) = kAlarmSize;
  of(abi::ObjectType::kIrq) = kIrqSize;
  return all;
}();
std::uint64_t fixed_size(abi::ObjectType type) { return kSizes[std::to_underlying(type)]; }

// Bytes of one object that is no run of pages; nullopt: there is no such object, or not of that
// size.
std::optional<std::uint64_t> object_size(const Request& request) {
  const std::uint64_t size = request.size;
  const std::uint64_t fixed = fixed_size(request.type);
  if (fixed != 0) [[likely]]
    return size == 0 ? std::optional(fixed) : std::nullopt;
  if (request.type != abi::ObjectType::kCnode) return {};
  if (size < abi::kCnodeSlotsMin || size > abi::kCnodeSlotsMax) return {};
  return size * sizeof(Slot);
}
// Whether a run may be of that size.
bool is_run_size(std::uint64_t size) {
  return size != 0 && is_aligned(size, kPageSize) && size / kPageSize <= kMaxPages;
}
// Why there is none.
Error no_such_object(const Request& request) {
  const bool known = is_run_of_pages(request.type) || request.type == abi::ObjectType::kCnode ||
                     fixed_size(request.type) != 0;
  if (known) return {abi::kEinval, abi::Detail::kBadRange, 2};
  return {abi::kEinval, abi::Detail::kBadEnum, 1};
}

// Where `pages` pages would come from: the first page's index. kLarge: they begin at a multiple of
// 2 MiB when they are as many, so that one entry maps them.
enum class Placement : bool { kAnywhere, kLarge };
std::optional<std::uint32_t> place_pages(const Slot& untyped, std::uint64_t pages,
                                         Placement placement) {
  std::uint64_t high = untyped.given.high / kGrainsPerPage;
  if (pages > high) return {};
  std::uint64_t first = high - pages;
  std::uint64_t base = untyped.object() / kPageSize;
  constexpr std::uint64_t kLargePages = kLargePageSize / kPageSize;
  if (placement == Placement::kLarge && pages >= kLargePages) {
    std::uint64_t aligned = align_down(base + first, kLargePages);
    if (aligned < base) return {};
    first = aligned - base;
  }
  if (first * kGrainsPerPage < untyped.given.low) return {};
  return static_cast<std::uint32_t>(first);
}

// Makes the pages from `first` up to what is given zero, a page at a time; what is zero already
// stays known.
[[gnu::always_inline]] inline Result<void> zero_from(Slot& untyped, std::uint32_t first) {
  while (untyped.zeroed_from > first) {
    std::uint32_t page = untyped.zeroed_from - 1;
    arch::zero(arch::direct_map(PhysAddr{untyped.object()} + std::uint64_t{page} * kPageSize),
               kPageSize);
    untyped.zeroed_from = page;
    if (untyped.zeroed_from > first && arch::interrupt_pending()) return kPreempted;
  }
  return {};
}

void give_pages(Slot& untyped, std::uint32_t first) {
  untyped.given.high = static_cast<std::uint32_t>(first * kGrainsPerPage);
  if (untyped.zeroed_from > first) untyped.zeroed_from = first;
}

// An object begins its life, which one capability is to name. All of it has initializers, but what
// means nothing in an empty slot: it may be made of any memory.
template <class T>
T& make(void* memory) {
  T& object = *::new (memory) T;
  object.references = 1;
  return object;
}
[[gnu::noinline]] void construct(abi::ObjectType type, void* memory, std::uint64_t size) {
  switch (type) {
    case abi::ObjectType::kCnode:
      CNode::create(memory, static_cast<std::uint32_t>(size / sizeof(Slot)));
      break;
    case abi::ObjectType::kTask:
      make<Task>(memory).id = state.next_task_id++;
      break;
    case abi::ObjectType::kThread:
      make<Thread>(memory).set_home(Hart::here());
      break;
    case abi::ObjectType::kEndpoint:
      make<Endpoint>(memory);
      break;
    case abi::ObjectType::kNotification:
      make<Notification>(memory);
      break;
    case abi::ObjectType::kReply:
      make<Reply>(memory);
      break;
    case abi::ObjectType::kIrq:
      make<Irq>(memory);
      break;
    default:
      make<Alarm>(memory);
      break;
  }
}

// The first of the slots, which are all empty.
[[gnu::always_inline]] inline Result<Slot*> empty_slots(CNode& node, std::uint32_t first,
                                                        std::uint32_t count) {
  TRY_ASSIGN(Slot * slot, node.at(first, 4));
  TRY_ASSIGN([[maybe_unused]] Slot * last_slot, node.at(std::uint64_t{first} + count - 1, 5));
  for (const Slot *each = slot, *end = slot + count; each != end; ++each) {
    if (!each->empty()) return refused(abi::kEexist, abi::Detail::kOccupied, 4);
  }
  return slot;
}

// An empty slot becomes the first capability to a run of pages, an Untyped or a VMO.
[[gnu::noinline]] void make_run(Slot& parent, Slot& slot, abi::ObjectType type, PhysAddr base,
                                std::uint32_t pages, bool device) {
  slot.fill(parent, type, base.value, all_rights(type));
  slot.pages = pages;
  slot.device = device;
  if (type == abi::ObjectType::kVmo) {
    slot.original = true;
  } else {
    slot.given = {.low = 0, .high = static_cast<std::uint32_t>(pages * kGrainsPerPage)};
    slot.zeroed_from = pages;
  }
}

// The same as take_bytes, of one that is in use or has been reset.
[[gnu::always_inline]] inline Result<void*> take_more(Slot& untyped, std::uint32_t bytes) {
  const auto grains = static_cast<std::uint32_t>((bytes + kGrain - 1) / kGrain);
  if (grains > untyped.given.high - untyped.given.low) return kNoMemory;
  void* memory = arch::direct_map(PhysAddr{untyped.object()} + untyped.given.low * kGrain);
  untyped.given.low += grains;
  return memory;
}

// Pages for objects that need one or more, all zero.
[[gnu::noinline]] Result<void*> take_zeroed_pages(Slot& untyped, std::uint64_t bytes) {
  const std::optional<std::uint32_t> page =
      place_pages(untyped, (bytes + kPageSize - 1) / kPageSize, Placement::kAnywhere);
  if (!page.has_value()) return kNoMemory;
  TRY(zero_from(untyped, *page));
  give_pages(untyped, *page);
  return arch::direct_map(PhysAddr{untyped.object()} + std::uint64_t{*page} * kPageSize);
}

// Bytes for objects of a type: what becomes slots of a CNode is zero.
[[gnu::always_inline]] inline Result<void*> take_for(Slot& untyped, abi::ObjectType type,
                                                     std::uint64_t bytes) {
  if (bytes >= kPageSize) return take_zeroed_pages(untyped, bytes);
  TRY_ASSIGN(void* memory, take_more(untyped, static_cast<std::uint32_t>(bytes)));
  if (type == abi::ObjectType::kCnode) arch::zero(memory, bytes);
  return memory;
}

[[gnu::noinline]] Result<void> retype_objects(Slot& untyped, const Request& request, CNode& node,
                                              std::uint32_t first) {
  const std::optional<std::uint64_t> size = object_size(request);
  if (!size.has_value()) return no_such_object(request);
  if (untyped.device) return Error{abi::kEinval, abi::Detail::kBadType, 1};
  TRY_ASSIGN(Slot * slot, empty_slots(node, first, request.count));
  TRY(reset_if_unused(untyped));
  TRY_ASSIGN(void* memory, take_for(untyped, request.type, *size * request.count));

  auto* place = static_cast<std::byte*>(memory);
  for (const Slot* end = slot + request.count; slot != end; ++slot, place += *size) {
    construct(request.type, place, *size);
    first_capability(untyped, *slot, request.type, place);
  }
  return {};
}

[[gnu::noinline]] Result<void> retype_runs(Slot& untyped, const Request& request, CNode& node,
                                           std::uint32_t first) {
  if (!is_run_size(request.size)) return no_such_object(request);
  const auto pages = static_cast<std::uint32_t>(request.size / kPageSize);
  TRY_ASSIGN(Slot * slot, empty_slots(node, first, request.count));
  TRY(reset_if_unused(untyped));
  const bool is_vmo = request.type == abi::ObjectType::kVmo;
  const std::optional<std::uint32_t> page =
      place_pages(untyped, std::uint64_t{pages} * request.count,
                  is_vmo ? Placement::kLarge : Placement::kAnywhere);
  if (!page.has_value()) return kNoMemory;
  if (is_vmo && !untyped.device) TRY(zero_from(untyped, *page));
  give_pages(untyped, *page);

  PhysAddr place = PhysAddr{untyped.object()} + std::uint64_t{*page} * kPageSize;
  for (const Slot* end = slot + request.count; slot != end; ++slot, place = place + request.size) {
    make_run(untyped, *slot, request.type, place, pages, untyped.device);
  }
  return {};
}

}  // namespace

void make_untyped(Slot& parent, Slot& slot, PhysAddr base, std::uint32_t pages, bool device) {
  make_run(parent, slot, abi::ObjectType::kUntyped, base, pages, device);
}

std::uint64_t free_bytes(const Slot& untyped) {
  if (untyped.children.empty()) return std::uint64_t{untyped.pages} * kPageSize;
  return std::uint64_t{untyped.given.high - untyped.given.low} * kGrain;
}

Result<void*> take_bytes(Slot& untyped, std::uint32_t bytes) {
  TRY(reset_if_unused(untyped));
  return take_more(untyped, bytes);
}

Result<PhysAddr> take_pages(Slot& untyped, std::uint32_t pages) {
  std::optional<std::uint32_t> first = place_pages(untyped, pages, Placement::kAnywhere);
  if (!first.has_value()) return kNoMemory;
  give_pages(untyped, *first);
  return PhysAddr{untyped.object()} + std::uint64_t{*first} * kPageSize;
}

Result<void> retype(Slot& untyped, const Request& request, CNode& node, std::uint32_t first) {
  if (is_run_of_pages(request.type)) return retype_runs(untyped, request, node, first);
  return retype_objects(untyped, request, node, first);
}

}  // namespace tessera
