// execd: starts programs, and takes back what they had.
#include <cstdint>
#include <span>

#include "bootimage/bundle.h"
#include "idl/kernel/self.h"
#include "idl/kernel/vmo.h"
#include "idl/service/execd_server.h"
#include "servers/execd/layout.h"
#include "servers/execd/server.h"
#include "servers/manifest/selected.h"
#include "servers/runtime/print.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/start.h"
#include "servers/runtime/try.h"

namespace tessera {

namespace {

using manifest::kSelected;

constinit execd::ProcessTable table;

// All places at once, the reader's memory, and 64 KiB for its own image, stack and objects.
consteval bool has_room() {
  constexpr std::uint64_t kOwn = 256 * 1024;
  const auto own = manifest::find(kSelected, "execd");
  const std::uint64_t needed =
      service::kMaxProcesses * execd::largest_quota(kSelected) + service::kMaxProgramBytes + kOwn;
  return !own || kSelected.images[*own].quota_kib * std::uint64_t{1024} >= needed;
}
static_assert(has_room(),
              "execd's quotaKiB: 16 times the largest of an image with start = spawned, "
              "and 512");
consteval bool has_slots() {
  const auto own = manifest::find(kSelected, "execd");
  return !own || kSelected.images[*own].slots >= execd::kSlotsNeeded;
}
static_assert(has_slots(), "execd's slots are too few: servers/execd/layout.h");

rt::Result<std::span<const std::byte>> map(kernel::Vmo vmo, std::uint64_t at) {
  RT_TRY_ASSIGN(const auto info, vmo.info());
  RT_TRY(vmo.map(rt::start::task(), at, kernel::Access::kRead));
  return std::span(reinterpret_cast<const std::byte*>(at), info.size);
}

rt::Result<void> run() {
  RT_TRY(kernel::Self::window(rt::start::slot(abi::StartSlot::kWindow0).index));
  RT_TRY(process::make(rt::start::memory(), abi::ObjectType::kVmo, execd::kStage,
                       service::kMaxProgramBytes));
  RT_TRY_ASSIGN(const auto stage, map(kernel::Vmo(execd::kStage), execd::kStageAddress));
  RT_TRY_ASSIGN(const auto bytes, map(kernel::Vmo(process::kBundle), execd::kBundleAddress));
  const auto bundle = bundle::Bundle::open(bytes);
  if (!bundle) return std::unexpected(rt::Error{.status = abi::kEinval, .detail = 0});
  execd::Server server(kSelected, table, *bundle, stage, execd::kScratchAddress);
  RT_TRY(server.prepare());
  rt::print("ready");
  RT_TRY(rt::start::ready().signal());
  service::serve_execd(server, rt::start::service());
}

}  // namespace

extern "C" std::int32_t server_main(std::uint64_t) { return run().error().status; }

}  // namespace tessera
