// elf_reader: copies programs out of memory that somebody lent to execd. When that goes away
// meanwhile, this task faults, and execd starts another one.
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "idl/kernel/self.h"
#include "idl/kernel/vmo.h"
#include "idl/service/execd_server.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/start.h"
#include "servers/runtime/try.h"

namespace tessera {

namespace {

using kernel::Access;

// What execd has given it (Execd.spawnWith): it uses no image.
constexpr kernel::Vmo kStage(rt::start::peer(0));
constexpr rt::Slot kPort = rt::start::peer(1);

constexpr std::uint64_t kStageAt = 0x1000'0000;
constexpr std::uint64_t kLentAt = 0x2000'0000;

class Server {
 public:
  rt::Result<void> copy(const rt::Caller&, rt::Lent<kernel::Vmo> from, std::uint64_t size) const {
    RT_TRY_ASSIGN(const auto info, from.handle().info());
    if (size > service::kMaxProgramBytes || size > info.size) {
      return rt::failure(abi::kEinval, abi::Detail::kBadRange, 2);
    }
    RT_TRY(from.handle().map(rt::start::task(), kLentAt, Access::kRead));
    std::memcpy(reinterpret_cast<std::byte*>(kStageAt), reinterpret_cast<const std::byte*>(kLentAt),
                size);
    return from.handle().unmap();
  }
};

constinit Server server;

}  // namespace

extern "C" std::int32_t server_main(std::uint64_t) {
  const auto window = kernel::Self::window(rt::start::slot(abi::StartSlot::kWindow0).index);
  if (!window) return window.error().status;
  const auto mapped = kStage.map(rt::start::task(), kStageAt, Access::kRead | Access::kWrite);
  if (!mapped) return mapped.error().status;
  service::serve_elf_reader(server, kPort);
}

}  // namespace tessera
