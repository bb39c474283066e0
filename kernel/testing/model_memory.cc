// Calls on Untyped memory and VMOs.
#include <set>

#include "idl/kernel_rights.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/irq.h"
#include "kernel/object/notification.h"
#include "kernel/object/task.h"
#include "kernel/testing/model_internal.h"

namespace tessera::testing::model {
namespace {

constexpr std::uint64_t kUnit = 64;  // of what an Untyped gives
constexpr std::uint64_t kMostPages = (1 << 26) - 1;

bool is_run(ObjectType type) { return type == ObjectType::kUntyped || type == ObjectType::kVmo; }

// Bytes of one object, and all rights to it.
struct Kind {
  std::uint64_t size;
  std::uint8_t rights;
};
Kind kind(ObjectType type, std::uint64_t size) {
  const bool pages = size != 0 && size % kPage == 0 && size / kPage <= kMostPages;
  const bool slots = size >= abi::kCnodeSlotsMin && size <= abi::kCnodeSlotsMax;
  const bool sized = is_run(type) ? pages : type == ObjectType::kCnode ? slots : size == 0;
  switch (type) {
    case ObjectType::kNull:
    case ObjectType::kIdentityControl:
    case ObjectType::kBootInfo:
    case ObjectType::kQosControl:
    case ObjectType::kIrqControl:
      refuse(abi::kEinval, Detail::kBadEnum, 1);
    default:
      if (!sized) refuse(abi::kEinval, Detail::kBadRange, 2);
  }
  switch (type) {
    case ObjectType::kUntyped:
      return {size, abi::kAllUntypedRights};
    case ObjectType::kVmo:
      return {size, abi::kAllVmoRights};
    case ObjectType::kCnode:
      return {size * abi::kSlotSize, abi::kAllCNodeRights};
    case ObjectType::kTask:
      return {kTaskSize, abi::kAllTaskRights};
    case ObjectType::kThread:
      return {kThreadSize, abi::kAllThreadRights};
    case ObjectType::kEndpoint:
      return {kEndpointSize, abi::kAllEndpointRights};
    case ObjectType::kNotification:
      return {kNotificationSize, abi::kAllNotificationRights};
    case ObjectType::kReply:
      return {kReplySize, abi::kAllReplyRights};
    case ObjectType::kIrq:
      return {kIrqSize, abi::kAllIrqRights};
    default:
      return {kAlarmSize, abi::kAllAlarmRights};
  }
}

// Pages of tables: the root, one a GiB, one a 2 MiB where something is mapped.
std::uint64_t tables(const Space& space) {
  std::set<std::uint64_t> upper;
  std::set<std::uint64_t> lower;
  for (const auto& [page, mapped] : space.pages) {
    upper.insert(page >> 18);
    lower.insert(page >> 9);
  }
  return 1 + upper.size() + lower.size();
}

}  // namespace

Answer Model::retype(const Request& request) {
  const auto [type_word, size, node_address, first, count] = request.a;
  Capability& self =
      look_up(request.invoked, ObjectType::kUntyped, bit(abi::UntypedRight::kRetype), 0);
  check_bits(type_word, std::to_underlying(ObjectType::kIrqControl), Detail::kBadEnum, 1);
  Object& node = *look_up(node_address, ObjectType::kCnode, bit(abi::CNodeRight::kWrite), 3).object;
  check_bits(count - 1, 15, Detail::kBadRange, 5);

  const auto type = static_cast<ObjectType>(type_word);
  const Kind made = kind(type, size);
  if (self.device && !is_run(type)) refuse(abi::kEinval, Detail::kBadType, 1);
  slot_at(node, first, 4);
  slot_at(node, first + count - 1, 5);
  for (std::uint64_t i = 0; i < count; ++i) expect_free(node.slots[first + i], 4);

  const bool unused = self.children.empty();
  std::uint64_t low = unused ? 0 : self.low;
  std::uint64_t high = unused ? self.pages : self.high;
  const std::uint64_t bytes = made.size * count;
  const std::uint64_t pages = (bytes + kPage - 1) / kPage;
  std::uint64_t place = self.base + low;
  if (bytes < kPage) {
    low += (bytes + kUnit - 1) / kUnit * kUnit;
    if (low > high * kPage) refuse(abi::kEnomem, Detail::kNoMemory, 0);
  } else {
    if (pages > high || low > (high - pages) * kPage) {
      refuse(abi::kEnomem, Detail::kNoMemory, 0);
    }
    high -= pages;
    place = self.base + high * kPage;
  }
  self.low = low;
  self.high = high;
  for (std::uint64_t i = 0; i < count; ++i, place += made.size) {
    Capability child{.type = type, .rights = made.rights};
    if (is_run(type)) {
      child.base = place;
      child.pages = child.high = size / kPage;
      child.device = self.device;
      child.original = type == ObjectType::kVmo;
    } else {
      child.object = std::make_shared<Object>(Object{.type = type, .address = place});
      if (type == ObjectType::kCnode) child.object->slots.resize(size);
    }
    put(node, first + i, std::move(child), self);
  }
  return success();
}

Answer Model::slice(Capability& whole, const Request& request) {
  const auto [offset, size, node_address, to, rights] = request.a;
  Object& node = *look_up(node_address, ObjectType::kCnode, bit(abi::CNodeRight::kWrite), 3).object;
  check_bits(rights, 0xff, Detail::kBadRange, 5);
  const std::uint64_t bytes = whole.pages * kPage;
  if (offset % kPage != 0) refuse(abi::kEinval, Detail::kBadAlignment, 1);
  if (size % kPage != 0) refuse(abi::kEinval, Detail::kBadAlignment, 2);
  if (offset >= bytes) refuse(abi::kEinval, Detail::kBadRange, 1);
  if (size == 0 || size > bytes - offset) refuse(abi::kEinval, Detail::kBadRange, 2);
  expect_free(slot_at(node, to, 4), 4);
  if (lacks(whole, rights)) refuse(abi::kEperm, Detail::kBadRights, 5);
  put(node, to,
      {.type = ObjectType::kVmo,
       .rights = static_cast<std::uint8_t>(rights),
       .base = whole.base + offset,
       .pages = size / kPage,
       .device = whole.device,
       .sealed = whole.sealed},
      whole);
  return success();
}

Answer Model::seal(Capability& vmo) {
  if (vmo.device) refuse(abi::kEinval, Detail::kBadType, 0);
  if (!vmo.original) refuse(abi::kEperm, Detail::kNoAuthority, 0);
  if (!vmo.children.empty()) refuse(abi::kEbusy, Detail::kHasChildren, 0);
  if (vmo.mapping && (vmo.mapping->access & bit(abi::VmoRight::kWrite)) != 0) {
    refuse(abi::kEbusy, Detail::kBadState, 0);
  }
  vmo.rights = static_cast<std::uint8_t>(vmo.rights & ~bit(abi::VmoRight::kWrite));
  vmo.sealed = true;
  return success();
}

Answer Model::map(Capability& vmo, const Request& request) {
  const auto [task_address, address, access, unused3, unused4] = request.a;
  const std::shared_ptr<Object> task =
      look_up(task_address, ObjectType::kTask, bit(abi::TaskRight::kMap), 1).object;
  check_bits(access, 7, Detail::kBadEnum, 3);
  if (vmo.mapping) refuse(abi::kEexist, Detail::kOccupied, 0);
  if (task->space.pool == 0) refuse(abi::kEbusy, Detail::kNotConfigured, 1);
  if (address % kPage != 0) refuse(abi::kEinval, Detail::kBadAlignment, 2);
  if (address < abi::kUserBase || address >= abi::kUserLimit ||
      vmo.pages * kPage > abi::kUserLimit - address) {
    refuse(abi::kEinval, Detail::kBadRange, 2);
  }
  constexpr std::uint64_t kR = 1, kRw = 3, kX = 4, kRx = 5;
  if (access != kR && access != kRw && access != kX && access != kRx) {
    refuse(abi::kEinval, Detail::kWriteExecute, 3);
  }
  if (lacks(vmo, access)) refuse(abi::kEperm, Detail::kBadRights, 3);
  if ((access & kX) != 0 && !vmo.sealed) refuse(abi::kEperm, Detail::kWriteExecute, 3);
  Space after = task->space;
  for (std::uint64_t i = 0; i < vmo.pages; ++i) {
    const Page page{vmo.base / kPage + i, static_cast<std::uint8_t>(access)};
    const bool fresh = after.pages.emplace(address / kPage + i, page).second;
    if (tables(after) > after.pool) refuse(abi::kEnomem, Detail::kNoMemory, 1);
    if (!fresh) refuse(abi::kEexist, Detail::kOverlap, 2);
  }
  task->space = std::move(after);
  vmo.mapping = Mapping{task, address / kPage, static_cast<std::uint8_t>(access)};
  return success();
}

}  // namespace tessera::testing::model
