#include "kernel/boot/device_windows.h"

#include <vector>

#include "gtest/gtest.h"

namespace tessera::boot {
namespace {

// As QEMU's virt machine has it.
Machine virt(std::size_t devices = 8) {
  Machine machine;
  machine.ram.push({{0x8000'0000}, 64 << 20});
  machine.uart.registers = {{0x1000'0000}, 0x100};
  machine.plic = {{0xc00'0000}, 0x60'0000};
  for (std::size_t i = 0; i < devices; ++i) {
    machine.virtio.push({{{0x1000'1000 + i * 0x1000}, 0x1000}, static_cast<std::uint32_t>(i + 1)});
  }
  return machine;
}

std::vector<PhysRange> windows(const Machine& machine) {
  std::vector<PhysRange> ranges;
  for (const DeviceInfo& window : device_windows(machine)) ranges.push_back(window.registers);
  return ranges;
}

// What is left of virt(0) and a window that alone is in question.
std::vector<PhysRange> with(PhysRange window) {
  Machine machine = virt(0);
  machine.virtio.push({window, 1});
  return windows(machine);
}

TEST(DeviceWindows, AreOneAVirtioDevice) {
  const auto found = windows(virt());
  ASSERT_EQ(found.size(), 8u);
  for (std::size_t i = 0; i < 8; ++i) {
    EXPECT_EQ(found[i], (PhysRange{{0x1000'1000 + i * 0x1000}, 0x1000}));
  }
  EXPECT_TRUE(windows(virt(0)).empty());
}

TEST(DeviceWindows, KeepTheirInterrupts) {
  Machine machine = virt();
  machine.virtio[2].registers.size = 0x200;  // nobody's
  machine.virtio[5].interrupt = 0;
  std::vector<std::uint32_t> interrupts;
  for (const DeviceInfo& window : device_windows(machine)) interrupts.push_back(window.interrupt);
  EXPECT_EQ(interrupts, (std::vector<std::uint32_t>{1, 2, 4, 5, 0, 7, 8}));
}

TEST(DeviceWindows, AreWholePages) {
  EXPECT_EQ(with({{0x2000'0000}, 0x3000}).size(), 1u);
  EXPECT_TRUE(with({{0x2000'0000}, 0x200}).empty()) << "QEMU's older machines have 512 bytes each";
  EXPECT_TRUE(with({{0x2000'0200}, 0x1000}).empty());
  EXPECT_TRUE(with({{0x2000'0000}, 0}).empty());
}

TEST(DeviceWindows, ShareNoPage) {
  EXPECT_TRUE(with({{0x1000'0000}, 0x1000}).empty())
      << "the UART's, though it takes 256 bytes of it";
  EXPECT_TRUE(with({{0xfff'f000}, 0x2000}).empty());
  EXPECT_EQ(with({{0xfff'f000}, 0x1000}).size(), 1u) << "just below";
  EXPECT_TRUE(with({{0x8000'0000}, 0x1000}).empty()) << "RAM's first page";
  EXPECT_TRUE(with({{0x83ff'f000}, 0x1000}).empty()) << "RAM's last";
  EXPECT_EQ(with({{0x8400'0000}, 0x1000}).size(), 1u) << "one beyond";
  EXPECT_TRUE(with({{0x7fff'f000}, 0x1000'0000}).empty()) << "all of RAM inside";
  EXPECT_TRUE(with({{0xc5f'f000}, 0x1000}).empty()) << "the interrupt controller's last";
  EXPECT_EQ(with({{0xc60'0000}, 0x1000}).size(), 1u);
}

TEST(DeviceWindows, AreNobodysWhenTwoDevicesShareOne) {
  Machine machine = virt(2);
  machine.virtio.push({{{0x1000'2000}, 0x2000}, 3});
  EXPECT_EQ(windows(machine), (std::vector<PhysRange>{{{0x1000'1000}, 0x1000}}));
}

TEST(DeviceWindows, MayEndWithTheAddressSpace) {
  const PhysRange last{{0xffff'ffff'ffff'f000}, 0x1000};
  EXPECT_EQ(with(last), (std::vector<PhysRange>{last}));
  Machine machine = virt(0);
  machine.virtio.push({last, 1});
  machine.virtio.push({last, 2});
  EXPECT_TRUE(windows(machine).empty());
}

}  // namespace
}  // namespace tessera::boot
