#include "servers/init/spawn.h"

#include <cstdint>

#include "idl/abi.h"
#include "idl/kernel/notification.h"
#include "idl/kernel/qos_control.h"
#include "servers/elf/image.h"
#include "servers/init/boot.h"
#include "servers/init/endowment.h"
#include "servers/init/layout.h"
#include "servers/init/probe.h"
#include "servers/process/maker.h"
#include "servers/runtime/slots.h"

namespace tessera::init {
namespace {

constexpr std::uint64_t kKiB = 1024;

Result<void> take_identity(const manifest::Manifest& manifest, std::size_t index) {
  return step("mint its IdentityControl", mint(identity_slot(index), kIdentities.slot(),
                                               rt::rights(kernel::IdentityControl::Right::kUse),
                                               manifest.images[index].identity));
}

// Of those that a spawner starts.
Result<void> take_identities(const manifest::Manifest& manifest) {
  for (std::size_t i = 0; i < manifest.images.size(); ++i) {
    if (manifest.images[i].start == manifest::Start::kSpawned) RT_TRY(take_identity(manifest, i));
  }
  return {};
}

// What there is before the task, out of its quota: its endpoint; and who is told of its end.
Result<void> prepare(const manifest::Image& image, std::size_t index) {
  if (image.service) {
    RT_TRY(step("retype its endpoint", make(kernel::Untyped(quota_slot(index)),
                                            abi::ObjectType::kEndpoint, endpoint_slot(index))));
  }
  return step("mint its end",
              mint(kTemporary, kEvents, rt::rights(kernel::Notification::Right::kSignal),
                   ended_bit(index)));
}

// The IrqControl for that source alone; none with 0.
Result<void> take_source(std::uint32_t source, std::size_t index) {
  if (source == 0) return {};
  return step("mint its IrqControl", mint(irq_slot(index), kIrqs.slot(),
                                          rt::rights(kernel::IrqControl::Right::kUse), source));
}

// The first window that has such a device; none is fine.
Result<void> take_device(manifest::DeviceKind kind, std::size_t index) {
  RT_TRY_ASSIGN(const auto window, find_device(kind));
  if (!window) return {};
  RT_TRY(step("keep its device",
              kCspace.move(device_slot(index).index, kCspace, window->pages.index)));
  return take_source(window->irq, index);
}

Result<void> take_uart_source(std::size_t index) {
  RT_TRY_ASSIGN(const auto uart, step("ask where the UART is", kBootInfo.uart()));
  return take_source(uart.irq, index);
}

}  // namespace

Result<void> take_what_starts_it(const manifest::Manifest& manifest, std::size_t index) {
  const manifest::Image& image = manifest.images[index];
  RT_TRY(take_memory(image.quota_kib * kKiB, quota_slot(index)));
  RT_TRY(take_identity(manifest, index));
  if (manifest::is_granted(image, manifest::Grant::kSpawner)) RT_TRY(take_identities(manifest));
  if (image.device != manifest::DeviceKind::kNone &&
      !manifest::is_granted(image, manifest::Grant::kWindow)) {
    RT_TRY(take_device(image.device, index));
  }
  if (manifest::is_granted(image, manifest::Grant::kUart)) RT_TRY(take_uart_source(index));
  if (!manifest::is_granted(image, manifest::Grant::kQosControl)) return {};
  return step("mint its QosControl",
              mint(qos_slot(index), kQosControls, rt::rights(kernel::QosControl::Right::kUse),
                   image.identity));
}

Result<void> spawn(const manifest::Manifest& manifest, std::size_t index,
                   const bundle::Bundle& bundle, std::string_view argument, const MayUse& may_use) {
  const manifest::Image& image = manifest.images[index];
  RT_TRY_ASSIGN(const elf::Image program, open_image(bundle, image.name));
  RT_TRY(prepare(image, index));
  const process::Plan plan{.image = image,
                           .memory = kernel::Untyped(quota_slot(index)),
                           .task = task_slot(index),
                           .thread = thread_slot(index),
                           .ended = kTemporary,
                           .identities = kernel::IdentityControl(identity_slot(index)),
                           .argument = argument};
  RT_TRY_ASSIGN(const process::Made made, process::make_task(kBench, plan, program));
  RT_TRY(step("drop its end", drop(kTemporary)));
  RT_TRY(step("mint a capability to watch it", mint(watch_slot(index), task_slot(index),
                                                    rt::rights(kernel::Task::Right::kInspect))));
  RT_TRY(endow(manifest, index, made.child, may_use));
  return process::start(kBench, made, kernel::QosControl(kOwnQos), image.qos);
}

}  // namespace tessera::init
