// What init finds when it starts: its own capabilities, the bundle, and the machine's memory.
#ifndef SERVERS_INIT_BOOT_H_
#define SERVERS_INIT_BOOT_H_

#include <cstdint>
#include <string_view>

#include "bootimage/bundle.h"
#include "idl/abi.h"
#include "idl/kernel/boot_info.h"
#include "idl/kernel/cnode.h"
#include "idl/kernel/identity_control.h"
#include "idl/kernel/irq.h"
#include "idl/kernel/qos_control.h"
#include "idl/kernel/task.h"
#include "idl/kernel/untyped.h"
#include "servers/elf/image.h"
#include "servers/init/failure.h"
#include "servers/init/layout.h"
#include "servers/process/bench.h"
#include "servers/runtime/text.h"

namespace tessera::init {

inline constexpr kernel::CNode kCspace(boot_slot(kernel::BootSlot::kCnode));
inline constexpr kernel::Task kOwnTask(boot_slot(kernel::BootSlot::kTask));
inline constexpr kernel::BootInfo kBootInfo(boot_slot(kernel::BootSlot::kBootInfo));
inline constexpr kernel::IdentityControl kIdentities(boot_slot(kernel::BootSlot::kIdentityControl));
// To mint others of: it sets no class itself.
inline constexpr rt::Slot kQosControls = boot_slot(kernel::BootSlot::kQosControl);
inline constexpr kernel::IrqControl kIrqs(boot_slot(kernel::BootSlot::kIrqControl));
inline constexpr kernel::Untyped kUartPages(boot_slot(kernel::BootSlot::kUart));

// Maps the bundle, once, and checks its table.
Result<bundle::Bundle> open_bundle();

// Finds an image by its name, and checks its bytes and its headers.
Result<elf::Image> open_image(const bundle::Bundle& bundle, std::string_view name);

// Mints init's own QosControl, with which it gives tasks the class that the manifest says.
Result<void> bind_qos_control();

// The kernel's command line.
using CommandLine = rt::FixedText<256>;
Result<CommandLine> read_command_line();

// Makes `size` bytes of Untyped out of the first region that has them, into `to`.
Result<void> take_memory(std::uint64_t size, rt::Slot to);

// In init's own CSpace.
using process::drop;
using process::make;
using process::mint;

// Keeps no more than `rights` of a capability of which others are derived, which have theirs still.
rt::Result<void> narrow(rt::Slot slot, std::uint8_t rights);

}  // namespace tessera::init

#endif  // SERVERS_INIT_BOOT_H_
