// Where init keeps what: its own slots and addresses.
#ifndef SERVERS_INIT_LAYOUT_H_
#define SERVERS_INIT_LAYOUT_H_

#include <cstddef>
#include <cstdint>
#include <utility>

#include "idl/abi.h"
#include "idl/kernel/boot_info_types.h"
#include "idl/kernel_rights.h"
#include "servers/elf/image.h"
#include "servers/manifest/check.h"
#include "servers/process/bench.h"
#include "servers/runtime/ipc.h"

namespace tessera::init {

// --- init's CSpace -----------------------------------------------------------------------------

constexpr rt::Slot boot_slot(kernel::BootSlot which) { return {static_cast<std::uint32_t>(which)}; }

// After the boot slots come the regions' Untypeds, as many as the machine has.
inline constexpr std::uint32_t kRegionsEnd = 256;
inline constexpr rt::Slot kEvents{256};         // the Notification that tasks' signs of life reach
inline constexpr rt::Slot kConsoleClient{257};  // to send to the console
inline constexpr rt::Slot kOwnQos{258};         // a QosControl that works for init
inline constexpr rt::Slot kRoutes{259};         // its endpoint
// In use while one task is made, empty otherwise; the last two for what it is given, too.
inline constexpr process::Bench kBench{.first = {260}, .scratch = 0x2000'0000};
inline constexpr rt::Slot kVmo = kBench.vmo();
inline constexpr rt::Slot kTemporary = kBench.temporary();
inline constexpr rt::Slot kRegisters{265};  // of a device that is looked at
// From here on: to call services with, and the last capability that Routes.find gave.
inline constexpr rt::Slot kPolicydClient{270};
inline constexpr rt::Slot kTimedClient{271};
inline constexpr rt::Slot kRoute{272};

// What is kept of each image: its memory, its task, its endpoint; and what it takes to start it
// again.
inline constexpr std::uint32_t kFirstImage = 320;
inline constexpr std::uint32_t kSlotsPerImage = 9;
constexpr rt::Slot quota_slot(std::size_t image) {
  return {static_cast<std::uint32_t>(kFirstImage + image * kSlotsPerImage)};
}
constexpr rt::Slot task_slot(std::size_t image) { return {quota_slot(image).index + 1}; }
constexpr rt::Slot endpoint_slot(std::size_t image) { return {quota_slot(image).index + 2}; }
// To ask how the task is, and nothing else.
constexpr rt::Slot watch_slot(std::size_t image) { return {quota_slot(image).index + 3}; }
constexpr rt::Slot thread_slot(std::size_t image) { return {quota_slot(image).index + 4}; }
// Masters of these, for its identity alone.
constexpr rt::Slot identity_slot(std::size_t image) { return {quota_slot(image).index + 5}; }
constexpr rt::Slot qos_slot(std::size_t image) { return {quota_slot(image).index + 6}; }
// The device Untyped of the window that it drives, and an IrqControl for its source alone.
constexpr rt::Slot device_slot(std::size_t image) { return {quota_slot(image).index + 7}; }
constexpr rt::Slot irq_slot(std::size_t image) { return {quota_slot(image).index + 8}; }

inline constexpr std::uint32_t kSlotsEnd = quota_slot(manifest::kMaxImages).index;
// The last slots of the first task hold its own segments and stack, put there by the kernel:
// 8 segments at most, and a stack.
static_assert(kSlotsEnd <= kernel::kBootSlots - elf::kMaxSegments - 1);

// --- init's addresses --------------------------------------------------------------------------

// The image is at 64 KiB and the stack at the end of the user addresses; between them is room.
inline constexpr std::uint64_t kBundleAddress = 0x1000'0000;

// --- Signs of life -------------------------------------------------------------------------------

// Bits of kEvents: bit n image n is ready, bit 32 + n it has ended.
constexpr std::uint64_t ready_bit(std::size_t image) { return std::uint64_t{1} << image; }
constexpr std::uint64_t ended_bit(std::size_t image) {
  return std::uint64_t{1} << (manifest::kMaxImages + image);
}
static_assert(2 * manifest::kMaxImages <= 64);

// Of its BootInfo.
constexpr std::uint8_t boot_info_rights(const manifest::Image& image) {
  std::uint8_t rights = 0;
  if (manifest::is_granted(image, manifest::Grant::kCensus)) {
    rights |= std::to_underlying(abi::BootInfoRight::kCensus);
  }
  if (manifest::is_granted(image, manifest::Grant::kAudit)) {
    rights |= std::to_underlying(abi::BootInfoRight::kAudit);
  }
  return rights;
}

// A client's badge at every endpoint: which image it is, from 1.
constexpr std::uint64_t badge_of(std::size_t image) { return image + 1; }
inline constexpr std::uint64_t kInitBadge = manifest::kMaxImages + 1;

}  // namespace tessera::init

#endif  // SERVERS_INIT_LAYOUT_H_
