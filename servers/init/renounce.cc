#include "servers/init/renounce.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "servers/init/boot.h"
#include "servers/init/layout.h"
#include "servers/manifest/check.h"
#include "servers/runtime/slots.h"

namespace tessera::init {
namespace {

bool restarts_any(const manifest::Manifest& manifest) {
  return std::ranges::any_of(manifest.images, manifest::is_restarted);
}

// Lines, while there is no console; and what whoever is started again is given of it.
std::uint8_t boot_info_rights_kept(const manifest::Manifest& manifest) {
  std::uint8_t rights = rt::rights(kernel::BootInfo::Right::kPrint);
  for (const manifest::Image& image : manifest.images) {
    if (manifest::is_restarted(image)) rights |= boot_info_rights(image);
  }
  return rights;
}

// What execd starts tasks with, it is given again.
bool restarts_spawner(const manifest::Manifest& manifest) {
  return std::ranges::any_of(manifest.images, [](const manifest::Image& image) {
    return manifest::is_restarted(image) && is_granted(image, manifest::Grant::kSpawner);
  });
}

bool has_operator(const manifest::Manifest& manifest) {
  return std::ranges::any_of(manifest.images, [](const manifest::Image& image) {
    return manifest::is_granted(image, manifest::Grant::kOperator);
  });
}

// What a task is loaded from and by.
bool is_for_restarts(rt::Slot slot) {
  return slot == boot_slot(kernel::BootSlot::kTask) ||
         slot == boot_slot(kernel::BootSlot::kBundle) || slot == kOwnQos;
}

bool is_kept_of(const manifest::Manifest& manifest, std::size_t image, rt::Slot slot) {
  const manifest::Image& its = manifest.images[image];
  if (slot == watch_slot(image) || slot == quota_slot(image)) return true;
  if (slot == endpoint_slot(image)) return its.service;
  if (slot == task_slot(image) || slot == thread_slot(image)) return has_operator(manifest);
  if (its.start == manifest::Start::kSpawned) {
    return slot == identity_slot(image) && restarts_spawner(manifest);
  }
  if (!manifest::is_restarted(its)) return false;
  if (slot == kUartPages.slot()) return manifest::is_granted(its, manifest::Grant::kUart);
  return slot == identity_slot(image) || slot == qos_slot(image) || slot == device_slot(image) ||
         slot == irq_slot(image);
}

}  // namespace

bool is_kept(const manifest::Manifest& manifest, rt::Slot slot) {
  if (slot == kEvents || slot == kRoutes || slot == kConsoleClient || slot == kPolicydClient ||
      slot == kTimedClient) {
    return true;
  }
  if (slot == kCspace.slot() || slot == boot_slot(kernel::BootSlot::kThread)) return true;
  if (slot == kBootInfo.slot()) return true;  // narrowed
  if (is_for_restarts(slot) && restarts_any(manifest)) return true;
  for (std::size_t i = 0; i < manifest.images.size(); ++i) {
    if (is_kept_of(manifest, i, slot)) return true;
  }
  return false;
}

Result<void> renounce(const manifest::Manifest& manifest) {
  RT_TRY(step("renounce the BootInfo", narrow(kBootInfo.slot(), boot_info_rights_kept(manifest))));
  for (std::uint32_t i = kCspace.slot().index; i < kSlotsEnd; ++i) {
    if (!is_kept(manifest, {i})) RT_TRY(step("renounce", drop({i})));
  }
  return {};
}

}  // namespace tessera::init
