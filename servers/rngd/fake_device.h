// A virtio-mmio device of registers and memory for tests: right by default, and wrong as a test
// wants it.
#ifndef SERVERS_RNGD_FAKE_DEVICE_H_
#define SERVERS_RNGD_FAKE_DEVICE_H_

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>

#include "servers/rngd/virtio.h"

namespace tessera::rngd {

class FakeDevice {
 public:
  static constexpr std::uint64_t kPhysical = 0x9'8765'4000;

  using Register = virtio::Register;

  FakeDevice() {
    registers[Register::kMagicValue] = virtio::kMagic;
    registers[Register::kVersion] = virtio::kModern;
    registers[Register::kDeviceId] = virtio::kEntropyDevice;
    registers[Register::kQueueNumMax] = 1024;
  }

  std::uint32_t read(Register which) {
    if (which != Register::kDeviceFeatures) return registers[which];
    return registers[Register::kDeviceFeaturesSel] == 1 ? features : 0;
  }
  void write(Register which, std::uint32_t value) {
    if (which == Register::kStatus) {
      if (value == 0) {
        ++resets;
        registers[Register::kQueueReady] = 0;
      }
      if (ignores_resets && value == 0) return;
      value &= ~refused_status;
    }
    if (which == Register::kInterruptAck) registers[Register::kInterruptStatus] &= ~value;
    if (which == Register::kQueueNotify) {
      ++notifications;
      if (on_notify) on_notify();
      return;
    }
    registers[which] = value;
  }

  // The request that is out, as the driver put it.
  std::uint32_t asked() const { return shared->descriptors[0].length; }
  // Ends it: so many bytes, 1, 2, 3 ... from `first` on.
  void give(std::uint32_t length, std::uint8_t first = 1) {
    for (std::uint32_t i = 0; i < length && i < virtio::Shared::kBuffer; ++i) {
      shared->buffer[i] = static_cast<std::uint8_t>(first + i);
    }
    end_request(0, length);
  }
  void end_request(std::uint32_t id, std::uint32_t length, std::uint16_t advance = 1) {
    virtio::Used& used = shared->used;
    used.ring[used.index % virtio::kQueueSize] = {.id = id, .length = length};
    used.index = static_cast<std::uint16_t>(used.index + advance);
    registers[Register::kInterruptStatus] = 1;
  }

  std::map<Register, std::uint32_t> registers;
  std::uint32_t features = virtio::kVersion1;
  std::uint32_t refused_status = 0;  // bits that do not stay
  bool ignores_resets = false;
  std::function<void()> on_notify;
  int resets = 0;
  int notifications = 0;
  // In a block of its own, so that the sanitizer sees any access outside.
  std::unique_ptr<virtio::Shared> shared = std::make_unique<virtio::Shared>();
};

// What the driver has of it.
struct FakeRegisters {
  FakeDevice* device;
  std::uint32_t read(virtio::Register which) const { return device->read(which); }
  void write(virtio::Register which, std::uint32_t value) const { device->write(which, value); }
  static void order() {}
};

}  // namespace tessera::rngd

#endif  // SERVERS_RNGD_FAKE_DEVICE_H_
