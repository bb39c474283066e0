#include "servers/init/renounce.h"

#include <cstddef>
#include <cstdint>

#include "idl/kernel/notification.h"
#include "servers/init/boot.h"
#include "servers/init/layout.h"
#include "servers/runtime/slots.h"

namespace tessera::init {
namespace {

// What watching, printing and reaping need: the events, the console, of each task a capability to
// ask after it and its quota, to take back what came out of it; the CSpace that these are in; and
// the thread itself, which ends with its last capability. Everything else below kSlotsEnd goes; the
// slots behind it carry init's own image and stack.
constexpr bool is_kept(rt::Slot slot) {
  if (slot == kEvents || slot == kConsoleClient || slot == kCspace.slot()) return true;
  if (slot == boot_slot(kernel::BootSlot::kThread)) return true;
  for (std::size_t i = 0; i < manifest::kMaxImages; ++i) {
    if (slot == watch_slot(i) || slot == quota_slot(i)) return true;
  }
  return false;
}

}  // namespace

Result<void> renounce() {
  // Waiting is all that is left to do with the events; those who signal have their own.
  RT_TRY(step("mint the events to wait for",
              mint(kTemporary, kEvents, rt::rights(kernel::Notification::Right::kWait))));
  RT_TRY(step("drop the events", drop(kEvents)));
  RT_TRY(step("keep the events", kCspace.move(kEvents.index, kCspace, kTemporary.index)));
  for (std::uint32_t i = kCspace.slot().index; i < kSlotsEnd; ++i) {
    if (!is_kept({i})) RT_TRY(step("renounce", drop({i})));
  }
  return {};
}

}  // namespace tessera::init
