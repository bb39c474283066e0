#include "kernel/object/untyped.h"

#include <optional>

#include "idl/kernel_rights.h"
#include "kernel/arch/contract/arch.h"
#include "kernel/base/bits.h"
#include "kernel/object/delete.h"
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
Result<void> reset_if_unused(Slot& untyped) {
  if (!untyped.children.empty()) return {};
  auto end = static_cast<std::uint32_t>(untyped.pages * kGrainsPerPage);
  if (untyped.given.low == 0 && untyped.given.high == end) return {};
  TRY(wait_for_round(untyped.asid));
  untyped.given = {.low = 0, .high = end};
  untyped.zeroed_from = untyped.pages;
  return {};
}

// Bytes of one object; nullopt: there is no such object, or not of that size.
std::optional<std::uint64_t> object_size(const Request& request) {
  std::uint64_t size = request.size;
  switch (request.type) {
    case abi::ObjectType::kUntyped:
    case abi::ObjectType::kVmo:
      if (size == 0 || !is_aligned(size, kPageSize) || size / kPageSize > kMaxPages) return {};
      return size;
    case abi::ObjectType::kCnode:
      if (size < abi::kCnodeSlotsMin || size > abi::kCnodeSlotsMax) return {};
      return size * sizeof(Slot);
    default:
      break;
  }
  if (size != 0) return {};
  switch (request.type) {
    case abi::ObjectType::kTask:
      return kTaskSize;
    case abi::ObjectType::kThread:
      return kThreadSize;
    case abi::ObjectType::kEndpoint:
      return kEndpointSize;
    case abi::ObjectType::kNotification:
      return kNotificationSize;
    case abi::ObjectType::kReply:
      return kReplySize;
    case abi::ObjectType::kAlarm:
      return kAlarmSize;
    case abi::ObjectType::kIrq:
      return kIrqSize;
    default:
      return {};
  }
}

bool is_run_of_pages(abi::ObjectType type) {
  return type == abi::ObjectType::kUntyped || type == abi::ObjectType::kVmo;
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
Result<void> zero_from(Slot& untyped, std::uint32_t first) {
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

// An object of zeroed memory begins its life.
void construct(abi::ObjectType type, void* memory, std::uint64_t size) {
  switch (type) {
    case abi::ObjectType::kCnode:
      CNode::create(memory, static_cast<std::uint32_t>(size / sizeof(Slot)));
      break;
    case abi::ObjectType::kTask:
      (::new (memory) Task())->id = state.next_task_id++;
      break;
    case abi::ObjectType::kThread:
      (::new (memory) Thread())->set_home(Hart::here());
      break;
    case abi::ObjectType::kEndpoint:
      ::new (memory) Endpoint();
      break;
    case abi::ObjectType::kNotification:
      ::new (memory) Notification();
      break;
    case abi::ObjectType::kReply:
      ::new (memory) Reply();
      break;
    case abi::ObjectType::kIrq:
      ::new (memory) Irq();
      break;
    default:
      ::new (memory) Alarm();
      break;
  }
}

Result<void> check_slots(CNode& node, std::uint32_t first, std::uint32_t count) {
  TRY_ASSIGN([[maybe_unused]] Slot * first_slot, node.at(first, 4));
  TRY_ASSIGN([[maybe_unused]] Slot * last_slot, node.at(std::uint64_t{first} + count - 1, 5));
  for (std::uint32_t i = 0; i < count; ++i) {
    if (!node.slot(first + i)->empty()) return Error{abi::kEexist, abi::Detail::kOccupied, 4};
  }
  return {};
}

// `count` objects of `size` bytes each at `place`, in the slots from `first`. Cannot fail.
void commit(Slot& untyped, const Request& request, std::uint64_t size, PhysAddr place, CNode& node,
            std::uint32_t first) {
  for (std::uint32_t i = 0; i < request.count; ++i) {
    Slot& slot = *node.slot(first + i);
    PhysAddr object = place + size * i;
    auto pages = static_cast<std::uint32_t>(size / kPageSize);
    if (request.type == abi::ObjectType::kUntyped) {
      make_untyped(untyped, slot, object, pages, untyped.device);
    } else if (request.type == abi::ObjectType::kVmo) {
      slot.fill(untyped, abi::ObjectType::kVmo, object.value, abi::kAllVmoRights);
      slot.pages = pages;
      slot.device = untyped.device;
      slot.original = true;
    } else {
      construct(request.type, arch::direct_map(object), size);
      first_capability(untyped, slot, request.type, arch::direct_map(object));
    }
  }
}

}  // namespace

void make_untyped(Slot& parent, Slot& slot, PhysAddr base, std::uint32_t pages, bool device) {
  slot.fill(parent, abi::ObjectType::kUntyped, base.value, abi::kAllUntypedRights);
  slot.pages = pages;
  slot.device = device;
  slot.given = {.low = 0, .high = static_cast<std::uint32_t>(pages * kGrainsPerPage)};
  slot.zeroed_from = pages;
}

std::uint64_t free_bytes(const Slot& untyped) {
  if (untyped.children.empty()) return std::uint64_t{untyped.pages} * kPageSize;
  return std::uint64_t{untyped.given.high - untyped.given.low} * kGrain;
}

Result<void*> take_bytes(Slot& untyped, std::uint64_t bytes) {
  TRY(reset_if_unused(untyped));
  std::uint64_t grains = (bytes + kGrain - 1) / kGrain;
  if (grains > untyped.given.high - untyped.given.low) return kNoMemory;
  void* memory = arch::direct_map(PhysAddr{untyped.object()} + untyped.given.low * kGrain);
  untyped.given.low += static_cast<std::uint32_t>(grains);
  arch::zero(memory, grains * kGrain);
  return memory;
}

Result<PhysAddr> take_pages(Slot& untyped, std::uint32_t pages) {
  std::optional<std::uint32_t> first = place_pages(untyped, pages, Placement::kAnywhere);
  if (!first.has_value()) return kNoMemory;
  give_pages(untyped, *first);
  return PhysAddr{untyped.object()} + std::uint64_t{*first} * kPageSize;
}

Result<void> retype(Slot& untyped, const Request& request, CNode& node, std::uint32_t first) {
  std::optional<std::uint64_t> size = object_size(request);
  if (!size.has_value()) {
    bool known = request.type != abi::ObjectType::kNull &&
                 request.type != abi::ObjectType::kIdentityControl &&
                 request.type != abi::ObjectType::kBootInfo &&
                 request.type != abi::ObjectType::kQosControl &&
                 request.type != abi::ObjectType::kIrqControl;
    return Error{abi::kEinval, known ? abi::Detail::kBadRange : abi::Detail::kBadEnum,
                 static_cast<std::uint8_t>(known ? 2 : 1)};
  }
  if (untyped.device && !is_run_of_pages(request.type)) {
    return Error{abi::kEinval, abi::Detail::kBadType, 1};
  }
  TRY(check_slots(node, first, request.count));
  TRY(reset_if_unused(untyped));

  std::uint64_t bytes = *size * request.count;
  if (bytes < kPageSize) {
    TRY_ASSIGN(void* memory, take_bytes(untyped, bytes));
    commit(untyped, request, *size, arch::physical(memory), node, first);
    return {};
  }
  const Placement placement =
      request.type == abi::ObjectType::kVmo ? Placement::kLarge : Placement::kAnywhere;
  std::optional<std::uint32_t> page =
      place_pages(untyped, (bytes + kPageSize - 1) / kPageSize, placement);
  if (!page.has_value()) return kNoMemory;
  bool needs_zero = !untyped.device && request.type != abi::ObjectType::kUntyped;
  if (needs_zero) TRY(zero_from(untyped, *page));
  give_pages(untyped, *page);
  commit(untyped, request, *size, PhysAddr{untyped.object()} + std::uint64_t{*page} * kPageSize,
         node, first);
  return {};
}

}  // namespace tessera
