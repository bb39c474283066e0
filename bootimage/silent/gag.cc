// gag: stops the console, and has execd start a program that faults meanwhile. Sees that execd
// tells of the end, and serves others, long before all that it has to say would have been waited
// for. Exits 0 when it is so.
#include <cstdint>

#include "idl/kernel/self.h"
#include "idl/service/execd_client.h"
#include "idl/service/routes_client.h"
#include "servers/runtime/print.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/start.h"
#include "servers/runtime/time.h"
#include "servers/runtime/try.h"

namespace tessera {
namespace {

constexpr service::RoutesClient kInit(rt::start::slot(abi::StartSlot::kRoutes));
constexpr service::ExecdClient kExecd(rt::start::peer(0));
constexpr service::ProcessClient kProcess(rt::Slot{abi::kStartSlots});

// Nanoseconds: for what is to go on without the console. policyd and execd give up four lines
// meanwhile, of 50 ms each; the rest is for a machine that is busy. A second for each line would be
// more.
constexpr std::uint64_t kBound = 2'000'000'000;

bool crashes(std::uint64_t until) {
  const auto process =
      kExecd.spawn_until(until, "null_read", service::ChildClass::kOwn, service::Withheld{}, "");
  if (!process || !process->keep(kProcess.endpoint())) return false;
  const auto end = kProcess.wait_until(until);
  return end && end->state == abi::TaskState::kFaulted;
}

}  // namespace

extern "C" std::int32_t server_main(std::uint64_t) {
  if (!kernel::Self::window(rt::start::slot(abi::StartSlot::kWindow0).index)) return 1;
  if (!kInit.stop("console")) return 2;
  const std::uint64_t begin = rt::now();
  const bool crashed = crashes(begin + kBound);
  const bool served = kExecd.statistics_until(begin + kBound).has_value();
  const std::uint64_t took = rt::now() - begin;
  if (!kInit.resume("console")) return 3;
  rt::print("without a console a crash took ", took / 1'000'000, " ms");
  if (!crashed || !served || took >= kBound) return 4;
  // And now that is heard.
  rt::ignore(rt::start::cnode().delete_(kProcess.endpoint().index));
  return crashes(rt::now() + kBound) ? 0 : 5;
}

}  // namespace tessera
