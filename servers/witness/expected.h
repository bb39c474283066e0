// What a task must find in each slot of its CSpace, and nothing else: from its entry in the
// manifest and from the layout that init gives its tasks. Said here a second time on purpose:
// init's own code is what is looked at.
#ifndef SERVERS_WITNESS_EXPECTED_H_
#define SERVERS_WITNESS_EXPECTED_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "idl/abi.h"
#include "idl/kernel/boot_info.h"
#include "idl/kernel/cnode.h"
#include "idl/kernel/endpoint.h"
#include "idl/kernel/notification.h"
#include "idl/kernel/task.h"
#include "idl/kernel/vmo.h"
#include "idl/kernel_rights.h"
#include "idl/manifest.h"
#include "servers/init/layout.h"
#include "servers/manifest/check.h"
#include "servers/process/layout.h"
#include "servers/runtime/ipc.h"
#include "servers/runtime/slots.h"

namespace tessera::witness {

struct Holding {
  abi::ObjectType type = abi::ObjectType::kNull;
  std::uint8_t rights = 0;
  std::uint64_t badge = 0;

  bool operator==(const Holding&) const = default;
};

// --- Its own memory, as servers/runtime/user.ld has it: text, constants, data; the stack and
// the IPC buffer

using VmoRight = kernel::Vmo::Right;
inline constexpr std::uint8_t kMemory = rt::rights(VmoRight::kMap, VmoRight::kShare);
inline constexpr std::uint8_t kConstants = kMemory | rt::rights(VmoRight::kRead);
inline constexpr std::uint8_t kData = kConstants | rt::rights(VmoRight::kWrite);
inline constexpr std::uint8_t kText = kConstants | rt::rights(VmoRight::kExecute);
inline constexpr std::array kSegments = {kText, kConstants, kData};

constexpr Holding memory_at(rt::Slot slot) {
  if (slot == process::kStack || slot == process::kBuffer) return {abi::ObjectType::kVmo, kData};
  const std::uint32_t segment = slot.index - process::kFirstSegment.index;
  if (segment < kSegments.size()) return {abi::ObjectType::kVmo, kSegments[segment]};
  return {};
}

// --- What the manifest gives
// ----------------------------------------------------------------------

constexpr bool has(const manifest::Image& image, manifest::Grant grant) {
  for (const manifest::Grant each : image.grants) {
    if (each == grant) return true;
  }
  return false;
}

// Those whom it uses, but for console and timed.
constexpr std::size_t peers(const manifest::Image& image) {
  std::size_t count = image.uses.size();
  if (manifest::uses(image, manifest::kConsole)) --count;
  if (manifest::uses(image, manifest::kTimed)) --count;
  return count;
}

// In slot `slot` of the image with that index.
constexpr Holding expected(const manifest::Manifest& manifest, std::size_t index, rt::Slot slot) {
  using abi::ObjectType;
  using abi::StartSlot;
  const manifest::Image& image = manifest.images[index];
  const std::uint64_t badge = init::badge_of(index);
  const std::uint8_t use = rt::rights(kernel::Endpoint::Right::kSend);
  const std::uint8_t use_and_give = use | rt::rights(kernel::Endpoint::Right::kGrant);
  const auto only_if = [](bool given, Holding what) { return given ? what : Holding{}; };
  if (slot.index >= process::kFirstSegment.index) return memory_at(slot);
  if (slot.index >= rt::start::peer(0).index) {
    return only_if(slot.index - rt::start::peer(0).index < peers(image),
                   {ObjectType::kEndpoint, use_and_give, badge});
  }
  switch (static_cast<StartSlot>(slot.index)) {
    case StartSlot::kCnode:
      return {ObjectType::kCnode,
              rt::rights(kernel::CNode::Right::kRead, kernel::CNode::Right::kWrite)};
    case StartSlot::kTask:
      return {ObjectType::kTask,
              rt::rights(kernel::Task::Right::kMap, kernel::Task::Right::kInspect)};
    case StartSlot::kThread:
      return {ObjectType::kThread};
    case StartSlot::kTimer:
      return {ObjectType::kNotification,
              rt::rights(kernel::Notification::Right::kSignal, kernel::Notification::Right::kWait)};
    case StartSlot::kConsole:
      return only_if(manifest::uses(image, manifest::kConsole),
                     {ObjectType::kEndpoint, use, badge});
    case StartSlot::kTimed:
      return only_if(manifest::uses(image, manifest::kTimed),
                     {ObjectType::kEndpoint, use_and_give, badge});
    case StartSlot::kService:
      return only_if(image.service,
                     {ObjectType::kEndpoint, rt::rights(kernel::Endpoint::Right::kReceive)});
    case StartSlot::kReady:
      return only_if(image.service,
                     {ObjectType::kNotification, rt::rights(kernel::Notification::Right::kSignal),
                      init::ready_bit(index)});
    case StartSlot::kAlarm:
      return only_if(has(image, manifest::Grant::kAlarm),
                     {ObjectType::kAlarm, abi::kAllAlarmRights});
    case StartSlot::kMemory:
      return only_if(has(image, manifest::Grant::kMemory),
                     {ObjectType::kUntyped, abi::kAllUntypedRights});
    case StartSlot::kDevice:
      if (has(image, manifest::Grant::kWindow)) {
        return {ObjectType::kUntyped, abi::kAllUntypedRights};
      }
      return only_if(
          has(image, manifest::Grant::kUart) || image.device != manifest::DeviceKind::kNone,
          {ObjectType::kVmo, rt::rights(VmoRight::kRead, VmoRight::kWrite, VmoRight::kMap)});
    case StartSlot::kIrq:
      if (has(image, manifest::Grant::kWindow)) {
        return {ObjectType::kIrqControl, abi::kAllIrqControlRights};
      }
      return only_if(
          has(image, manifest::Grant::kUart) || image.device != manifest::DeviceKind::kNone,
          {ObjectType::kIrq, abi::kAllIrqRights});
    case StartSlot::kBootInfo:
      return only_if(init::boot_info_rights(image) != 0,
                     {ObjectType::kBootInfo, init::boot_info_rights(image)});
    case StartSlot::kQosControl:
      return only_if(has(image, manifest::Grant::kQosControl),
                     {ObjectType::kQosControl, abi::kAllQosControlRights, image.identity});
    case StartSlot::kIdentityControl:
      return only_if(
          has(image, manifest::Grant::kIdentity),
          {ObjectType::kIdentityControl, abi::kAllIdentityControlRights, image.identity});
    case StartSlot::kRoutes:
      return {ObjectType::kEndpoint, use, badge};
    case StartSlot::kNull:
    case StartSlot::kWindow0:
    case StartSlot::kWindow1:
    case StartSlot::kWindow2:
    case StartSlot::kPeer:
      break;
  }
  return {};
}

}  // namespace tessera::witness

#endif  // SERVERS_WITNESS_EXPECTED_H_
