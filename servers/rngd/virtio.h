// Numbers of virtio 1.2 that a driver of a modern virtio-mmio device with one split virtqueue
// needs.
#ifndef SERVERS_RNGD_VIRTIO_H_
#define SERVERS_RNGD_VIRTIO_H_

#include <cstddef>
#include <cstdint>

namespace tessera::virtio {

// Section 4.2.2: registers, by their offset in bytes.
enum class Register : std::uint32_t {
  kMagicValue = 0x000,
  kVersion = 0x004,
  kDeviceId = 0x008,
  kDeviceFeatures = 0x010,
  kDeviceFeaturesSel = 0x014,
  kDriverFeatures = 0x020,
  kDriverFeaturesSel = 0x024,
  kQueueSel = 0x030,
  kQueueNumMax = 0x034,
  kQueueNum = 0x038,
  kQueueReady = 0x044,
  kQueueNotify = 0x050,
  kInterruptStatus = 0x060,
  kInterruptAck = 0x064,
  kStatus = 0x070,
  kQueueDescLow = 0x080,
  kQueueDescHigh = 0x084,
  kQueueDriverLow = 0x090,
  kQueueDriverHigh = 0x094,
  kQueueDeviceLow = 0x0a0,
  kQueueDeviceHigh = 0x0a4,
};

inline constexpr std::uint32_t kMagic = 0x74726976;  // "virt"
inline constexpr std::uint32_t kModern = 2;          // the version; 1 is a legacy device
inline constexpr std::uint32_t kEntropyDevice = 4;   // section 5

// Section 2.1: bits of the status.
inline constexpr std::uint32_t kAcknowledge = 1;
inline constexpr std::uint32_t kDriver = 2;
inline constexpr std::uint32_t kDriverOk = 4;
inline constexpr std::uint32_t kFeaturesOk = 8;
inline constexpr std::uint32_t kNeedsReset = 64;

// Section 6: VIRTIO_F_VERSION_1 is bit 32, the first of the features' second word.
inline constexpr std::uint32_t kVersion1 = 1;

// Section 2.7: a split virtqueue of kQueueSize, and one buffer, in one page.
inline constexpr std::uint32_t kQueueSize = 8;
inline constexpr std::uint16_t kDeviceWrites = 2;  // a descriptor's flag VIRTQ_DESC_F_WRITE

struct Descriptor {
  std::uint64_t address = 0;  // physical
  std::uint32_t length = 0;
  std::uint16_t flags = 0;
  std::uint16_t next = 0;
};
struct Available {
  std::uint16_t flags = 0;
  std::uint16_t index = 0;
  std::uint16_t ring[kQueueSize] = {};
};
struct UsedElement {
  std::uint32_t id = 0;
  std::uint32_t length = 0;
};
struct alignas(4) Used {
  std::uint16_t flags = 0;
  std::uint16_t index = 0;
  UsedElement ring[kQueueSize] = {};
};

// What driver and device share. The device may write any of it at any time: whatever it writes is
// read once, and checked.
struct Shared {
  static constexpr std::size_t kBuffer = 64;

  Descriptor descriptors[kQueueSize];
  Available available;
  Used used;
  std::uint8_t buffer[kBuffer] = {};
};
static_assert(offsetof(Shared, descriptors) % 16 == 0 && offsetof(Shared, available) % 2 == 0 &&
              offsetof(Shared, used) % 4 == 0);
static_assert(sizeof(Descriptor) == 16 && sizeof(UsedElement) == 8 && sizeof(Shared) <= 4096);

}  // namespace tessera::virtio

#endif  // SERVERS_RNGD_VIRTIO_H_
