// The driver of a virtio entropy device (virtio 1.2, sections 4.2 and 5.4), one request at a time.
//
// The device is not trusted: it has a page of memory to write to, and what it says of it is read
// once and checked. A device that breaks a rule is reset; one that does so again and again, without
// a byte in between, is given up.
//
// `Registers` has read(Register), write(Register, value), which come before and after what is done
// to memory as the program has them, in order.
#ifndef SERVERS_RNGD_ENTROPY_DEVICE_H_
#define SERVERS_RNGD_ENTROPY_DEVICE_H_

#include <algorithm>
#include <cstdint>
#include <span>

#include "servers/rngd/virtio.h"

namespace tessera::rngd {

using virtio::Register;
using virtio::Shared;

enum class Start : std::uint8_t {
  kReady,
  kNoDevice,  // no virtio, or not an entropy device
  kLegacy,    // of before virtio 1.0
  kRefused,   // it does not go through the steps of section 3.1
};

// What an interrupt brought.
enum class Event : std::uint8_t {
  kNothing,
  kBytes,   // the request is over: bytes()
  kBroken,  // a rule was broken, and what was asked for is lost; the device has been reset
};

template <class Registers>
class EntropyDevice {
 public:
  // Interrupts in a row that bring nothing, and resets in a row, that a device may cause.
  static constexpr unsigned kMostIdle = 16;
  static constexpr unsigned kMostResets = 4;

  // `shared` is memory that the device reaches at the physical address.
  EntropyDevice(Registers registers, Shared& shared, std::uint64_t physical)
      : registers_(registers), shared_(shared), physical_(physical) {}

  // From any state of the device.
  Start start() {
    busy_ = false;
    works_ = false;
    if (read(Register::kMagicValue) != virtio::kMagic) return Start::kNoDevice;
    if (read(Register::kDeviceId) != virtio::kEntropyDevice) return Start::kNoDevice;
    if (read(Register::kVersion) != virtio::kModern) return Start::kLegacy;
    if (!agree() || !set_up_queue()) {
      write(Register::kStatus, 0);
      return Start::kRefused;
    }
    add_status(virtio::kDriverOk);
    works_ = true;
    return Start::kReady;
  }

  // Whether it may be asked; false for good once it was given up.
  bool works() const { return works_; }
  bool busy() const { return busy_; }

  // Asks for up to so many bytes, of 1 to Shared::kBuffer. It works, and is not busy.
  void ask(std::uint32_t length) {
    asked_ = length;
    busy_ = true;
    volatile virtio::Descriptor& descriptor = shared_.descriptors[0];
    descriptor.address = physical_ + offsetof(Shared, buffer);
    descriptor.length = length;
    descriptor.flags = virtio::kDeviceWrites;
    volatile virtio::Available& available = shared_.available;
    available.ring[asked_count_ % virtio::kQueueSize] = 0;
    registers_.order();
    available.index = ++asked_count_;
    write(Register::kQueueNotify, 0);
  }

  Event on_interrupt() {
    if (!works_) return Event::kNothing;
    write(Register::kInterruptAck, read(Register::kInterruptStatus));
    const bool needs_reset = (read(Register::kStatus) & virtio::kNeedsReset) != 0;
    const volatile virtio::Used& used = shared_.used;
    const std::uint16_t index = used.index;
    if (needs_reset) return give_up_request();
    if (index == answered_count_) return ++idle_ < kMostIdle ? Event::kNothing : give_up_request();
    registers_.order();
    // One request is out at most, and it is descriptor 0.
    const std::uint16_t place = answered_count_ % virtio::kQueueSize;
    const std::uint32_t id = used.ring[place].id;
    const std::uint32_t length = used.ring[place].length;
    const auto expected = static_cast<std::uint16_t>(answered_count_ + 1);
    if (!busy_ || index != expected || id != 0 || length == 0 || length > asked_) {
      return give_up_request();
    }
    take_bytes(length);
    answered_count_ = expected;
    busy_ = false;
    idle_ = 0;
    resets_ = 0;
    return Event::kBytes;
  }

  // Of the last kBytes, as many as the device gave: 1 at least.
  std::span<const std::uint8_t> bytes() const { return {bytes_, length_}; }

 private:
  std::uint32_t read(Register which) { return registers_.read(which); }
  void write(Register which, std::uint32_t value) { registers_.write(which, value); }
  void add_status(std::uint32_t bits) { write(Register::kStatus, read(Register::kStatus) | bits); }

  // Section 3.1.1, steps 1 to 6: only that it is a device of virtio 1.0 or later.
  bool agree() {
    write(Register::kStatus, 0);
    if (read(Register::kStatus) != 0) return false;
    add_status(virtio::kAcknowledge);
    add_status(virtio::kDriver);
    write(Register::kDeviceFeaturesSel, 1);
    if ((read(Register::kDeviceFeatures) & virtio::kVersion1) == 0) return false;
    write(Register::kDriverFeaturesSel, 0);
    write(Register::kDriverFeatures, 0);
    write(Register::kDriverFeaturesSel, 1);
    write(Register::kDriverFeatures, virtio::kVersion1);
    add_status(virtio::kFeaturesOk);
    return (read(Register::kStatus) & virtio::kFeaturesOk) != 0;
  }

  // Section 4.2.3.2.
  bool set_up_queue() {
    write(Register::kQueueSel, 0);
    if (read(Register::kQueueReady) != 0) return false;
    if (read(Register::kQueueNumMax) < virtio::kQueueSize) return false;
    for (volatile virtio::Descriptor& each : shared_.descriptors) clear(each);
    volatile virtio::Available& available = shared_.available;
    volatile virtio::Used& used = shared_.used;
    available.flags = 0;
    available.index = 0;
    used.flags = 0;
    used.index = 0;
    asked_count_ = 0;
    answered_count_ = 0;
    idle_ = 0;
    write(Register::kQueueNum, virtio::kQueueSize);
    write_address(Register::kQueueDescLow, Register::kQueueDescHigh, offsetof(Shared, descriptors));
    write_address(Register::kQueueDriverLow, Register::kQueueDriverHigh,
                  offsetof(Shared, available));
    write_address(Register::kQueueDeviceLow, Register::kQueueDeviceHigh, offsetof(Shared, used));
    write(Register::kQueueReady, 1);
    return true;
  }
  static void clear(volatile virtio::Descriptor& descriptor) {
    descriptor.address = 0;
    descriptor.length = 0;
    descriptor.flags = 0;
    descriptor.next = 0;
  }
  void write_address(Register low, Register high, std::uint64_t offset) {
    const std::uint64_t address = physical_ + offset;
    write(low, static_cast<std::uint32_t>(address));
    write(high, static_cast<std::uint32_t>(address >> 32));
  }

  // Nobody finds them in the buffer later.
  void take_bytes(std::uint32_t length) {
    volatile std::uint8_t* buffer = shared_.buffer;
    for (std::uint32_t i = 0; i < length; ++i) {
      bytes_[i] = buffer[i];
      buffer[i] = 0;
    }
    length_ = length;
  }

  Event give_up_request() {
    const bool again = ++resets_ <= kMostResets;
    if (again) {
      static_cast<void>(start());
    } else {
      write(Register::kStatus, 0);
      works_ = false;
      busy_ = false;
    }
    return Event::kBroken;
  }

  Registers registers_;
  Shared& shared_;
  std::uint64_t physical_;
  bool works_ = false;
  bool busy_ = false;
  std::uint32_t asked_ = 0;           // bytes, of the request that is out
  std::uint16_t asked_count_ = 0;     // requests since the start, as the ring counts them
  std::uint16_t answered_count_ = 0;  // those that the device gave back
  unsigned idle_ = 0;
  unsigned resets_ = 0;
  std::uint8_t bytes_[Shared::kBuffer] = {};
  std::uint32_t length_ = 0;
};

}  // namespace tessera::rngd

#endif  // SERVERS_RNGD_ENTROPY_DEVICE_H_
