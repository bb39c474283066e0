// rngd: random bytes of the machine's entropy device.
#include <cstdint>
#include <optional>
#include <utility>

#include "idl/kernel/self.h"
#include "idl/service/rng_server.h"
#include "servers/rngd/entropy_device.h"
#include "servers/rngd/mmio.h"
#include "servers/rngd/server.h"
#include "servers/runtime/print.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/start.h"
#include "servers/runtime/try.h"

namespace tessera {

namespace {

using Device = rngd::EntropyDevice<rngd::Mmio>;

constexpr std::uint64_t kRegisters = 0x1000'0000;
constexpr std::uint64_t kMemory = 0x1000'1000;
constexpr auto kReadWrite = static_cast<kernel::Access>(std::to_underlying(kernel::Access::kRead) |
                                                        std::to_underlying(kernel::Access::kWrite));

constinit std::optional<Device> device;
constinit rngd::Server<Device> server(rt::start::irq());

// The page that the device reaches is this task's alone: nothing is derived of it.
rt::Result<std::uint64_t> make_shared_page() {
  const kernel::Vmo page(rngd::kShared);
  RT_TRY(rt::start::memory().retype(abi::ObjectType::kVmo, abi::kPageSize, rt::start::cnode(),
                                    rngd::kShared.index, 1));
  RT_TRY(page.map(rt::start::task(), kMemory, kReadWrite));
  RT_TRY_ASSIGN(const auto info, page.info());
  return info.base;
}

// Null: there is none that can be used, which has been said.
rt::Result<Device*> open_device() {
  if (!rt::start::device().info()) {
    rt::print("no entropy device");
    return nullptr;
  }
  RT_TRY(rt::start::device().map(rt::start::task(), kRegisters, kReadWrite));
  RT_TRY_ASSIGN(const std::uint64_t physical, make_shared_page());
  RT_TRY(rt::start::irq().bind(rt::start::timer()));
  auto* shared = reinterpret_cast<virtio::Shared*>(kMemory);
  device.emplace(rngd::Mmio(kRegisters), *shared, physical);
  switch (device->start()) {
    case rngd::Start::kReady:
      rt::print("entropy device ready");
      return &*device;
    case rngd::Start::kNoDevice:
      rt::print("no entropy device");
      return nullptr;
    case rngd::Start::kLegacy:
      rt::print("the entropy device is legacy virtio, which is not driven");
      return nullptr;
    case rngd::Start::kRefused:
      rt::print("the entropy device does not start");
      return nullptr;
  }
  return nullptr;
}

rt::Result<void> prepare() {
  RT_TRY(rt::start::memory().retype(abi::ObjectType::kReply, 0, rt::start::cnode(),
                                    rngd::kFirstReply.index, rngd::kReplies));
  RT_TRY_ASSIGN(Device* const opened, open_device());
  server.use(opened);
  return {};
}

}  // namespace

extern "C" std::int32_t server_main(std::uint64_t) {
  if (const auto prepared = prepare(); !prepared) return prepared.error().status;
  if (const auto told = rt::start::ready().signal(); !told) return told.error().status;
  service::serve_rng(server, rt::start::service());
}

}  // namespace tessera
