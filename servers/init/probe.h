// Which device is behind which of the machine's virtio windows.
#ifndef SERVERS_INIT_PROBE_H_
#define SERVERS_INIT_PROBE_H_

#include <cstdint>
#include <optional>

#include "idl/manifest.h"
#include "servers/init/failure.h"
#include "servers/rngd/virtio.h"
#include "servers/runtime/ipc.h"

namespace tessera::init {

// A window that nobody has been given.
struct DeviceWindow {
  rt::Slot pages{0};      // its device Untyped
  std::uint32_t irq = 0;  // its source; 0: none
};

// Whether the registers are of a device of that kind, and of the version that is driven: a legacy
// one is passed over, as another window may have one that is none. `read` gives the register of a
// name.
template <class Read>
bool shows(manifest::DeviceKind kind, Read read) {
  if (kind == manifest::DeviceKind::kNone) return false;
  if (read(virtio::Register::kMagicValue) != virtio::kMagic) return false;
  if (read(virtio::Register::kVersion) != virtio::kModern) return false;
  return read(virtio::Register::kDeviceId) == virtio::kEntropyDevice;
}

// The first window that has such a device; looks at all, and leaves them as they were.
Result<std::optional<DeviceWindow>> find_device(manifest::DeviceKind kind);

// The device behind these registers, which nobody uses any more, stops reading and writing memory.
Result<void> reset_device(rt::Slot pages);

// The first window of any device, or of none.
Result<std::optional<DeviceWindow>> find_window();

}  // namespace tessera::init

#endif  // SERVERS_INIT_PROBE_H_
