#include "servers/init/probe.h"

#include "idl/abi.h"
#include "idl/kernel/vmo.h"
#include "servers/init/boot.h"
#include "servers/init/layout.h"
#include "servers/rngd/mmio.h"

namespace tessera::init {
namespace {

// Calls `found` with each window that is left, until it is true: that one.
template <class Found>
Result<std::optional<DeviceWindow>> first_window(Found found) {
  for (std::uint32_t i = 0;; ++i) {
    const auto region = kBootInfo.region(i);
    if (!region) return std::nullopt;
    const DeviceWindow window{{region->slot}, region->irq};
    if (!region->device || window.pages == kUartPages.slot()) continue;
    RT_TRY_ASSIGN(const auto there, step("look for a window", kCspace.query(window.pages.index)));
    if (there.type == abi::ObjectType::kNull) continue;  // another task's
    const kernel::Untyped pages(window.pages);
    RT_TRY_ASSIGN(const auto info, step("ask for a window", pages.info()));
    if (info.free == 0) continue;  // its registers are
    RT_TRY_ASSIGN(const bool is_it, found(pages, info.size));
    if (is_it) return window;
  }
}

// With the registers mapped, of which nobody has a Vmo.
template <class Look>
Result<void> look_at(kernel::Untyped pages, std::uint64_t size, kernel::Access access, Look look) {
  const kernel::Vmo registers(kRegisters);
  RT_TRY(step("retype a window", make(pages, abi::ObjectType::kVmo, kRegisters, size)));
  RT_TRY(step("map a window", registers.map(kOwnTask, kBench.scratch, access)));
  look(rngd::Mmio(kBench.scratch));
  return step("drop a window", drop(kRegisters));
}

}  // namespace

Result<std::optional<DeviceWindow>> find_device(manifest::DeviceKind kind) {
  return first_window([kind](kernel::Untyped pages, std::uint64_t size) -> Result<bool> {
    bool is_it = false;
    RT_TRY(look_at(pages, size, kernel::Access::kRead, [kind, &is_it](const rngd::Mmio& mmio) {
      is_it = shows(kind, [&mmio](virtio::Register which) { return mmio.read(which); });
    }));
    return is_it;
  });
}

Result<void> reset_device(rt::Slot slot) {
  const kernel::Untyped pages(slot);
  RT_TRY_ASSIGN(const auto info, step("ask for a window", pages.info()));
  return look_at(pages, info.size, kernel::Access::kRead | kernel::Access::kWrite,
                 [](rngd::Mmio mmio) { mmio.write(virtio::Register::kStatus, 0); });
}

Result<std::optional<DeviceWindow>> find_window() {
  return first_window([](kernel::Untyped, std::uint64_t) -> Result<bool> { return true; });
}

}  // namespace tessera::init
