#include "kernel/object/derive.h"

#include <array>
#include <cstddef>
#include <utility>

#include "idl/kernel_rights.h"
#include "kernel/base/check.h"
#include "kernel/cap/cnode.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/irq.h"
#include "kernel/object/notification.h"
#include "kernel/object/task.h"
#include "kernel/object/tree.h"

namespace tessera {
namespace {

// These types derive from links, so offsetof is not the standard's promise; clang keeps it for
// every type without virtual bases.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Winvalid-offsetof"
constexpr auto kAt = [] {
  std::array<std::int16_t, kObjectTypes> all{};
  all.fill(-1);
  const auto of = [&all](abi::ObjectType type) -> std::int16_t& {
    return all[std::to_underlying(type)];
  };
  of(abi::ObjectType::kCnode) = offsetof(CNode, given.low);
  of(abi::ObjectType::kTask) = offsetof(Task, references);
  of(abi::ObjectType::kThread) = offsetof(Thread, references);
  of(abi::ObjectType::kEndpoint) = offsetof(Endpoint, references);
  of(abi::ObjectType::kNotification) = offsetof(Notification, references);
  of(abi::ObjectType::kReply) = offsetof(Reply, references);
  of(abi::ObjectType::kAlarm) = offsetof(Alarm, references);
  of(abi::ObjectType::kIrq) = offsetof(Irq, references);
  return all;
}();
#pragma clang diagnostic pop

consteval std::uint8_t rights_of(abi::ObjectType type) {
  switch (type) {
    case abi::ObjectType::kNull:
      return 0;
    case abi::ObjectType::kUntyped:
      return abi::kAllUntypedRights;
    case abi::ObjectType::kCnode:
      return abi::kAllCNodeRights;
    case abi::ObjectType::kTask:
      return abi::kAllTaskRights;
    case abi::ObjectType::kThread:
      return abi::kAllThreadRights;
    case abi::ObjectType::kEndpoint:
      return abi::kAllEndpointRights;
    case abi::ObjectType::kNotification:
      return abi::kAllNotificationRights;
    case abi::ObjectType::kReply:
      return abi::kAllReplyRights;
    case abi::ObjectType::kVmo:
      return abi::kAllVmoRights;
    case abi::ObjectType::kAlarm:
      return abi::kAllAlarmRights;
    case abi::ObjectType::kIdentityControl:
      return abi::kAllIdentityControlRights;
    case abi::ObjectType::kBootInfo:
      return abi::kAllBootInfoRights;
    case abi::ObjectType::kQosControl:
      return abi::kAllQosControlRights;
    case abi::ObjectType::kIrq:
      return abi::kAllIrqRights;
    case abi::ObjectType::kIrqControl:
      return abi::kAllIrqControlRights;
  }
  return 0;
}

}  // namespace

constinit const std::array<std::int16_t, kObjectTypes> kReferencesAt = kAt;

std::uint32_t* references_of(CapabilityWord word) { return quick_references_of(word); }

Result<void> check_derivable(CapabilityWord word, std::uint8_t argument) {
  if (!is_copyable(word.type())) return refused(abi::kEinval, abi::Detail::kNotCopyable, argument);
  constexpr auto kShare = static_cast<std::uint8_t>(abi::VmoRight::kShare);
  if (word.type() == abi::ObjectType::kVmo && (word.rights() & kShare) == 0) {
    return refused(abi::kEperm, abi::Detail::kBadRights, argument);
  }
  return {};
}

std::uint8_t all_rights(abi::ObjectType type) {
  constexpr auto kRights = [] {
    std::array<std::uint8_t, kObjectTypes> all{};
    for (std::size_t i = 0; i < all.size(); ++i)
      all[i] = rights_of(abi::ObjectType{std::uint8_t(i)});
    return all;
  }();
  return kRights[std::to_underlying(type)];
}

void derive(Slot& from, Slot& to, std::uint8_t rights, std::uint64_t badge) {
  DCHECK(has_tree());
  const CapabilityWord word = from.word();
  if (badge == 0 && word.type() != abi::ObjectType::kVmo) badge = from.badge;
  if (std::uint32_t* references = references_of(word); references != nullptr) ++*references;
  to.derive_from(from, word.with_rights(rights), badge);
}

void first_capability(Slot& parent, Slot& to, abi::ObjectType type, void* object) {
  to.fill(parent, type, reinterpret_cast<std::uint64_t>(object), all_rights(type));
  ++objects_of(type);
}

}  // namespace tessera
