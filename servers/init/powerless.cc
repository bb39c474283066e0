#include "servers/init/powerless.h"

#include <cstdint>

#include "idl/kernel/endpoint.h"
#include "idl/kernel/notification.h"
#include "servers/init/boot.h"
#include "servers/init/layout.h"
#include "servers/init/renounce.h"

namespace tessera::init {
namespace {

constexpr rt::Slot kNothing{0};

// Whether a call was refused because of the capability that it was made on, and so.
template <class T>
bool refused_for(const rt::Result<T>& result, std::int32_t status, abi::Detail why) {
  return !result && result.error().status == status && result.error().detail == abi::detail(why, 0);
}

// Whatever is in a slot, it is no BootInfo or it answers; an empty slot alone is badCap.
bool is_empty(rt::Slot slot) {
  return refused_for(kernel::BootInfo(slot).bundle(), abi::kEbadf, abi::Detail::kBadCap);
}

constexpr std::string_view kStep = "confirm that its power is gone";

Result<void> confirm_empty(rt::Slot slot, std::string_view name) {
  if (!is_empty(slot)) return failed(kStep, name);
  return {};
}

// Everything that it had from the kernel, but for its CSpace and its thread, and all that it made
// for a while.
Result<void> confirm_start_is_gone(const manifest::Manifest& manifest) {
  const auto confirm_gone = [&manifest](rt::Slot slot, std::string_view name) {
    return is_kept(manifest, slot) ? Result<void>{} : confirm_empty(slot, name);
  };
  RT_TRY(confirm_gone(kOwnTask.slot(), "it has its task"));
  if (!refused_for(kBootInfo.bundle(), abi::kEperm, abi::Detail::kBadRights)) {
    return failed(kStep, "it can read the BootInfo");
  }
  RT_TRY(confirm_empty(kIdentities.slot(), "it has the IdentityControl"));
  RT_TRY(confirm_empty(kQosControls, "it has the QosControl"));
  RT_TRY(confirm_gone(boot_slot(kernel::BootSlot::kBundle), "it has the bundle"));
  RT_TRY(confirm_gone(kUartPages.slot(), "it has the UART"));
  for (std::uint32_t i = boot_slot(kernel::BootSlot::kFirstRegion).index; i < kRegionsEnd; ++i) {
    RT_TRY(confirm_empty({i}, "it has memory"));
  }
  for (std::uint32_t i = kConsoleClient.index + 1; i < kFirstImage; ++i) {
    RT_TRY(confirm_gone({i}, "it has what it made tasks with"));
  }
  return {};
}

Result<void> confirm_image_is_out_of_reach(const manifest::Manifest& manifest, std::size_t image) {
  for (std::uint32_t i = 0; i < kSlotsPerImage; ++i) {
    const rt::Slot slot{quota_slot(image).index + i};
    if (!is_kept(manifest, slot)) RT_TRY(confirm_empty(slot, "it has what it made a task with"));
  }
  const auto received = kernel::Endpoint(endpoint_slot(image)).receive(0);
  if (!is_empty(endpoint_slot(image)) &&
      !refused_for(received, abi::kEperm, abi::Detail::kBadRights)) {
    return failed(kStep, "it can receive a service's messages");
  }
  if (is_empty(watch_slot(image))) return {};  // it has ended, and was reaped
  // With `manage` it would be the Notification that is missing.
  const auto managed = kernel::Task(watch_slot(image)).supervise(kernel::Notification(kNothing));
  if (!refused_for(managed, abi::kEperm, abi::Detail::kBadRights)) {
    return failed(kStep, "it can manage a task");
  }
  return {};
}

}  // namespace

Result<void> confirm_powerless(const manifest::Manifest& manifest) {
  RT_TRY(confirm_start_is_gone(manifest));
  for (std::size_t i = 0; i < manifest.images.size(); ++i) {
    RT_TRY(confirm_image_is_out_of_reach(manifest, i));
  }
  return {};
}

}  // namespace tessera::init
