// orphans: has execd start programs that take nearly all timers there are, and has execd killed,
// which they end with: each time all these timers are free again. Exits 0 when it is so.
#include <cstdint>

#include "bootimage/orphans/orphans.h"
#include "idl/kernel/self.h"
#include "idl/service/execd_client.h"
#include "idl/service/routes_client.h"
#include "servers/runtime/print.h"
#include "servers/runtime/reach.h"
#include "servers/runtime/start.h"
#include "servers/runtime/time.h"

namespace tessera::orphans {
namespace {

constexpr rt::Slot kExecdAt = rt::start::peer(0);
constexpr service::RoutesClient kInit(rt::start::slot(abi::StartSlot::kRoutes));

constexpr std::uint32_t kRounds = 3;
// What is left is one owner's: this program's.
constexpr std::uint32_t kChildren = service::kMaxTimers / service::kMaxTimersPerOwner - 1;
constexpr std::uint32_t kTimers = kChildren * service::kMaxTimersPerOwner;

// Nanoseconds; a busy machine may take as long.
constexpr std::uint64_t kPatience = 20'000'000'000;

bool failed(std::string_view why) {
  rt::print("FAIL ", why);
  return false;
}

std::uint64_t registrations() {
  const auto all = kTimed.statistics();
  return all ? all->registrations : 0;
}

bool spawns_all() {
  const std::uint64_t before = registrations();
  for (std::uint32_t i = 0; i < kChildren; ++i) {
    const auto child = service::ExecdClient(kExecdAt).spawn("orphan", service::ChildClass::kOwn,
                                                            service::Withheld{}, "");
    if (!child) return failed("a program was not started");
  }
  return rt::wait_until(kPatience, [before] { return registrations() == before + kTimers; }) ||
         failed("a timer was refused");
}

// `starts`: how often it will have been started.
bool kills_execd(std::uint32_t starts) {
  if (!kInit.kill("execd")) return failed("execd was not killed");
  const bool is_back = rt::wait_until(kPatience, [starts] {
    const auto is = kInit.state("execd");
    return is && is->state == service::ImageState::kUp && is->starts == starts;
  });
  if (!is_back || !rt::find_again(kExecdAt, "execd")) return failed("execd did not come back");
  return true;
}

bool run() {
  for (std::uint32_t round = 0; round < kRounds; ++round) {
    if (!spawns_all() || !kills_execd(round + 2)) return false;
  }
  if (!spawns_all() || !takes_all()) return failed("a timer of its own was refused");
  rt::print(kRounds, " times ", kTimers, " timers went with execd");
  return true;
}

}  // namespace
}  // namespace tessera::orphans

extern "C" std::int32_t tessera::server_main(std::uint64_t) {
  if (!kernel::Self::window(rt::start::slot(abi::StartSlot::kWindow0).index)) return 1;
  return tessera::orphans::run() ? 0 : 2;
}
