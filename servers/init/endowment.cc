#include "servers/init/endowment.h"

#include <cstdint>
#include <optional>
#include <string_view>

#include "idl/abi.h"
#include "idl/kernel/endpoint.h"
#include "idl/kernel/notification.h"
#include "idl/kernel/vmo.h"
#include "servers/init/boot.h"
#include "servers/init/layout.h"
#include "servers/init/printer.h"
#include "servers/init/probe.h"
#include "servers/process/maker.h"
#include "servers/process/spawner.h"
#include "servers/runtime/slots.h"

namespace tessera::init {
namespace {

using abi::StartSlot;
using kernel::Endpoint;
using kernel::Notification;
using kernel::Vmo;

rt::Result<void> mint_to(const process::Child& child, rt::Slot to, rt::Slot from,
                         std::uint8_t rights, std::uint64_t badge = 0) {
  return child.cspace.mint(to.index, kCspace, from.index, rights, badge);
}

// A spawner mints its processes' capabilities of its endpoint; others have nothing to mint.
Result<void> give_service(const process::Child& child, std::size_t index, bool is_spawner) {
  constexpr std::uint8_t kReceive = rt::rights(Endpoint::Right::kReceive);
  constexpr std::uint8_t kSend = rt::rights(Endpoint::Right::kSend, Endpoint::Right::kGrant);
  RT_TRY(step("give it its endpoint",
              mint_to(child, rt::start::slot(StartSlot::kService), endpoint_slot(index),
                      is_spawner ? kReceive | kSend : kReceive)));
  RT_TRY(step("give it its ready signal",
              mint_to(child, rt::start::slot(StartSlot::kReady), kEvents,
                      rt::rights(Notification::Right::kSignal), ready_bit(index))));
  // To mint what its clients send with is all that init needs of it from here on.
  return step("keep its endpoint to send to", narrow(endpoint_slot(index), kSend));
}

Result<void> give_peers(const manifest::Manifest& manifest, std::size_t index,
                        const process::Child& child, const MayUse& may_use) {
  std::uint32_t others = 0;
  for (const std::string_view name : manifest.images[index].uses) {
    rt::Slot to = rt::start::peer(others);
    if (name == manifest::kConsole) {
      to = rt::start::slot(StartSlot::kConsole);
    } else if (name == manifest::kTimed) {
      to = rt::start::slot(StartSlot::kTimed);
    } else {
      ++others;
    }
    // kidl has checked that there is one.
    const std::size_t peer = manifest::find(manifest, name).value_or(0);
    if (!may_use(name)) {
      print(manifest.images[index].name, " may not reach ", name);
      continue;
    }
    RT_TRY(step("give it an endpoint that it uses",
                mint_to(child, to, endpoint_slot(peer), rights_to(name), badge_of(index))));
  }
  return step("give it a way to init",
              mint_to(child, rt::start::slot(StartSlot::kRoutes), kRoutes,
                      rt::rights(Endpoint::Right::kSend), badge_of(index)));
}

// What stands in irq_slot is an IrqControl whose badge is the source that it allows.
Result<void> give_irq(const process::Child& child, std::size_t index) {
  RT_TRY_ASSIGN(const auto irq, step("look for its source", kCspace.query(irq_slot(index).index)));
  if (irq.type == abi::ObjectType::kNull) return {};
  const kernel::IrqControl control(irq_slot(index));
  RT_TRY(step("retype its Irq", make(child.memory, abi::ObjectType::kIrq, kTemporary)));
  const auto configured =
      kernel::Irq(kTemporary).configure(control, static_cast<std::uint32_t>(irq.badge));
  if (!configured) rt::ignore(drop(kTemporary));
  RT_TRY(step("configure its Irq", configured));
  return step("give it its Irq",
              child.cspace.move(rt::start::slot(StartSlot::kIrq).index, kCspace, kTemporary.index));
}

// A machine whose interrupt controller is of no use has a console all the same: it polls the UART.
Result<void> give_uart(const process::Child& child, std::size_t index) {
  RT_TRY_ASSIGN(const auto pages, step("ask for the UART's pages", kUartPages.info()));
  RT_TRY(
      step("retype the UART's pages", make(kUartPages, abi::ObjectType::kVmo, kVmo, pages.size)));
  RT_TRY(step("give it the UART",
              mint_to(child, rt::start::slot(StartSlot::kDevice), kVmo,
                      rt::rights(Vmo::Right::kRead, Vmo::Right::kWrite, Vmo::Right::kMap))));
  RT_TRY(step("drop the UART", drop(kVmo)));
  if (const auto given = give_irq(child, index); !given)
    print("the UART has no interrupt: ", given.error());
  return {};
}

// The one with the device that it drives, or the first that is left. Untyped is moved, so that it
// is the task's alone.
Result<void> give_window(const process::Child& child, manifest::DeviceKind kind) {
  std::optional<DeviceWindow> window;
  if (kind != manifest::DeviceKind::kNone) {
    RT_TRY_ASSIGN(window, find_device(kind));
  }
  if (!window) {
    RT_TRY_ASSIGN(window, find_window());
  }
  if (!window) return failed("give it a device's window", "the machine has none left");
  RT_TRY(step(
      "give it a device's window",
      child.cspace.move(rt::start::slot(StartSlot::kDevice).index, kCspace, window->pages.index)));
  if (window->irq == 0) return {};
  return step("give it an IrqControl",
              mint_to(child, rt::start::slot(StartSlot::kIrq), kIrqs.slot(),
                      rt::rights(kernel::IrqControl::Right::kUse), window->irq));
}

// A task that has no device is started all the same: it says so itself.
Result<void> give_device(const process::Child& child, std::size_t index) {
  RT_TRY_ASSIGN(const auto there,
                step("look for its device", kCspace.query(device_slot(index).index)));
  if (there.type == abi::ObjectType::kNull) return {};
  const kernel::Untyped pages(device_slot(index));
  RT_TRY_ASSIGN(const auto info, step("ask for a window", pages.info()));
  RT_TRY(step("retype a window", make(pages, abi::ObjectType::kVmo, kVmo, info.size)));
  RT_TRY(step("give it its device",
              mint_to(child, rt::start::slot(StartSlot::kDevice), kVmo,
                      rt::rights(Vmo::Right::kRead, Vmo::Right::kWrite, Vmo::Right::kMap))));
  RT_TRY(step("drop a window", drop(kVmo)));
  return give_irq(child, index);
}

Result<void> give_alarm(const process::Child& child) {
  RT_TRY(step("retype its alarm", make(child.memory, abi::ObjectType::kAlarm, kTemporary)));
  return step("give it its alarm", child.cspace.move(rt::start::slot(StartSlot::kAlarm).index,
                                                     kCspace, kTemporary.index));
}

Result<void> give_boot_info(const process::Child& child, std::uint8_t rights) {
  if (rights == 0) return {};
  return step("give it the BootInfo",
              mint_to(child, rt::start::slot(StartSlot::kBootInfo), kBootInfo.slot(), rights));
}

// Whoever else comes by it, it works for this image alone: that is its badge.
Result<void> give_qos_control(const process::Child& child, std::size_t index) {
  return step("give it a QosControl",
              mint_to(child, rt::start::slot(StartSlot::kQosControl), qos_slot(index),
                      rt::rights(kernel::QosControl::Right::kUse)));
}

Result<void> give_identity_control(const process::Child& child, std::size_t index) {
  return step("give it an IdentityControl",
              mint_to(child, rt::start::slot(StartSlot::kIdentityControl), identity_slot(index),
                      rt::rights(kernel::IdentityControl::Right::kUse)));
}

Result<void> give_spawner(const manifest::Manifest& manifest, const process::Child& child) {
  RT_TRY(step("give it the bundle",
              mint_to(child, process::kBundle, boot_slot(kernel::BootSlot::kBundle),
                      rt::rights(Vmo::Right::kRead, Vmo::Right::kMap))));
  std::size_t nth = 0;
  for (std::size_t i = 0; i < manifest.images.size(); ++i) {
    if (manifest.images[i].start != manifest::Start::kSpawned) continue;
    RT_TRY(step("give it a spawned image's identity",
                mint_to(child, process::identity_slot(nth++), identity_slot(i),
                        rt::rights(kernel::IdentityControl::Right::kUse))));
  }
  return {};
}

}  // namespace

Result<void> endow(const manifest::Manifest& manifest, std::size_t index,
                   const process::Child& child, const MayUse& may_use) {
  const manifest::Image& image = manifest.images[index];
  using manifest::Grant;
  using manifest::is_granted;
  if (image.service) {
    RT_TRY(give_service(child, index, is_granted(image, Grant::kSpawner)));
  }
  RT_TRY(give_peers(manifest, index, child, may_use));
  if (is_granted(image, Grant::kUart)) RT_TRY(give_uart(child, index));
  if (is_granted(image, Grant::kWindow)) {
    RT_TRY(give_window(child, image.device));
  } else if (image.device != manifest::DeviceKind::kNone) {
    RT_TRY(give_device(child, index));
  }
  if (is_granted(image, Grant::kAlarm)) RT_TRY(give_alarm(child));
  RT_TRY(give_boot_info(child, boot_info_rights(image)));
  if (is_granted(image, Grant::kQosControl)) RT_TRY(give_qos_control(child, index));
  if (is_granted(image, Grant::kIdentity)) RT_TRY(give_identity_control(child, index));
  if (is_granted(image, Grant::kSpawner)) RT_TRY(give_spawner(manifest, child));
  if (is_granted(image, Grant::kMemory)) RT_TRY(process::give_memory(child));
  return {};
}

}  // namespace tessera::init
