#include "kernel/boot/device_windows.h"

#include "kernel/base/bits.h"

namespace tessera::boot {
namespace {

// Whether they have a page in common. A range that reaches the last page there is ends there.
bool share_a_page(PhysRange window, PhysRange other) {
  if (other.size == 0) return false;
  const std::uint64_t first = other.start.value / kPageSize;
  const std::uint64_t last = (other.start.value + (other.size - 1)) / kPageSize;
  const std::uint64_t window_first = window.start.value / kPageSize;
  const std::uint64_t window_last = (window.start.value + (window.size - 1)) / kPageSize;
  return first <= window_last && window_first <= last;
}

bool is_alone(const Machine& machine, std::size_t index) {
  const PhysRange window = machine.virtio[index].registers;
  for (const PhysRange& ram : machine.ram) {
    if (share_a_page(window, ram)) return false;
  }
  for (std::size_t i = 0; i < machine.virtio.size(); ++i) {
    if (i != index && share_a_page(window, machine.virtio[i].registers)) return false;
  }
  return !share_a_page(window, machine.uart.registers) && !share_a_page(window, machine.plic);
}

}  // namespace

DeviceWindows device_windows(const Machine& machine) {
  DeviceWindows windows;
  for (std::size_t i = 0; i < machine.virtio.size(); ++i) {
    const PhysRange window = machine.virtio[i].registers;
    const bool pages = window.size != 0 && is_aligned(window.start.value | window.size, kPageSize);
    // There are as many places as devices.
    if (pages && is_alone(machine, i)) static_cast<void>(windows.push(machine.virtio[i]));
  }
  return windows;
}

}  // namespace tessera::boot
