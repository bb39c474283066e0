// Which devices' registers user space may have, each as a device Untyped of its own. Pure
// arithmetic on ranges.
#pragma once

#include "kernel/boot/machine.h"

namespace tessera::boot {

using DeviceWindows = Few<DeviceInfo, Machine::kMostVirtio>;

// Those of the virtio devices, in the device tree's order. Whoever has one has its pages alone: a
// window that is not whole pages, or that shares a page with RAM, the UART, the interrupt
// controller or another window, is nobody's.
DeviceWindows device_windows(const Machine& machine);

}  // namespace tessera::boot
