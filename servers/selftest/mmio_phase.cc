#include "servers/selftest/mmio_phase.h"

#include <cstdint>

#include "idl/abi.h"
#include "idl/kernel/untyped.h"
#include "idl/kernel/vmo.h"
#include "servers/rngd/mmio.h"
#include "servers/runtime/slots.h"
#include "servers/selftest/layout.h"

namespace tessera::selftest {
namespace {

using abi::ObjectType;
using kernel::Access;
using kernel::Vmo;

constexpr std::uint64_t kAt = 0x3100'0000;
// The manifest's grant `window`: the device Untyped of a virtio device's registers.
constexpr kernel::Untyped kWindow(rt::start::slot(abi::StartSlot::kDevice));
constexpr Vmo kRegisters(kMmioSlots);
constexpr Vmo kPages(rt::Slot{kMmioSlots.index + 1});

Result<void> is_vmo_with_all_rights(const Vmo& vmo) {
  RT_TRY_ASSIGN(const auto slot, must("query it", rt::start::cnode().query(vmo.slot().index)));
  return require(
      slot.type == ObjectType::kVmo && slot.rights == abi::kAllVmoRights && slot.badge == 0,
      "the slot says something else");
}

}  // namespace

// Any virtio device, or the place of one, says so in its first register.
Result<void> mmio_map() {
  RT_TRY_ASSIGN(const auto window, must("ask for the window", kWindow.info()));
  RT_TRY(must("make a Vmo of it", kWindow.retype(ObjectType::kVmo, window.size, rt::start::cnode(),
                                                 kRegisters.slot().index, 1)));
  RT_TRY(refused("mapped registers executable",
                 kRegisters.map(rt::start::task(), kAt, Access::kRead | Access::kExecute),
                 abi::kEperm));
  RT_TRY(must("map it", kRegisters.map(rt::start::task(), kAt, Access::kRead | Access::kWrite)));
  const rngd::Mmio registers(kAt);
  RT_TRY(require(registers.read(virtio::Register::kMagicValue) == virtio::kMagic,
                 "no virtio device is there"));
  RT_TRY(require(registers.read(virtio::Register::kVersion) == virtio::kModern,
                 "a legacy device is there"));
  return must("unmap it", kRegisters.unmap());
}

Result<void> cap_query_mmio() {
  RT_TRY(is_vmo_with_all_rights(kRegisters));
  RT_TRY_ASSIGN(const auto window, must("ask for the window", kWindow.info()));
  RT_TRY_ASSIGN(const auto is, must("ask what it is", kRegisters.info()));
  RT_TRY(require(window.device && is.device, "it is no device's"));
  RT_TRY(require(is.base == window.base && is.size == window.size, "it is somewhere else"));
  RT_TRY(refused("a device's registers were sealed", kRegisters.seal(), abi::kEinval));
  return require(!is.sealed, "it is sealed");
}

Result<void> cap_query_vmo() {
  constexpr std::uint64_t kSize = std::uint64_t{2} * abi::kPageSize;
  RT_TRY_ASSIGN(const auto memory, must("ask for memory", rt::start::memory().info()));
  RT_TRY(must("make a Vmo", rt::start::memory().retype(ObjectType::kVmo, kSize, rt::start::cnode(),
                                                       kPages.slot().index, 1)));
  RT_TRY(is_vmo_with_all_rights(kPages));
  RT_TRY_ASSIGN(const auto is, must("ask what it is", kPages.info()));
  RT_TRY(require(!is.device && !is.sealed, "it is a device's, or sealed"));
  RT_TRY(require(is.size == kSize, "it has another size"));
  return require(is.base >= memory.base && is.base - memory.base <= memory.size - kSize,
                 "it is not of the memory that it was made of");
}

}  // namespace tessera::selftest
