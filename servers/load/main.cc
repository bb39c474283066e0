// load: uses the services of its manifest entry, one after the other, and the console, for as long
// as chaos runs, and is told in time of each death. Exits 0 when no call took longer than its
// deadline, each death was told, and most calls were answered.
#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "idl/kernel/task.h"
#include "idl/service/auditd_client.h"
#include "idl/service/policyd_client.h"
#include "idl/service/rng_client.h"
#include "idl/service/routes_client.h"
#include "idl/service/timed_client.h"
#include "servers/manifest/selected.h"
#include "servers/runtime/print.h"
#include "servers/runtime/reach.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/start.h"
#include "servers/runtime/time.h"
#include "servers/runtime/try.h"

namespace tessera {
namespace {

// Nanoseconds: how long it waits for an answer, and how much later it may run again on a machine
// that is as busy as this one. On one hart auditd answers after 16 lines, and gives way after each
// to all who are busy: 0.4 s were seen.
constexpr std::uint64_t kPatience = 2'000'000'000;
constexpr std::uint64_t kSlack = 2'000'000'000;
constexpr std::uint8_t kBytes = 64;

constexpr service::RoutesClient kInit(rt::start::slot(abi::StartSlot::kRoutes));

// A service that it uses, and what became of the calls.
struct Use {
  std::string_view name;
  rt::Slot at;
  std::uint32_t starts = 0;  // of the service, when this began
  std::uint32_t calls = 0;
  std::uint32_t answered = 0;
  std::uint32_t died_with = 0;    // calls that it had, and did not live to answer
  std::uint32_t died_before = 0;  // calls that came to an endpoint that was gone
  std::uint64_t longest = 0;
};

rt::Result<void> only_status(const auto& result) {
  if (!result) return std::unexpected(result.error());
  return {};
}

// Something that takes the service a while, where it has that.
rt::Result<void> call(const Use& use, std::uint64_t identity, std::uint64_t begin) {
  const std::uint64_t until = begin + kPatience;
  if (use.name == "timed") {
    const service::TimedClient timed(use.at);
    return only_status(timed.sleep_until_until(until, begin, service::TimerClass::kSender));
  }
  if (use.name == "rngd") return only_status(service::RngClient(use.at).read_until(until, kBytes));
  if (use.name == "policyd") {
    return service::PolicydClient(use.at).may_reach_until(until, identity, use.name);
  }
  return only_status(service::AuditdClient(use.at).statistics_until(until));
}

void call_once(Use& use, std::uint64_t identity) {
  const std::uint64_t begin = rt::now();
  const auto counted = [&] {
    const auto result = call(use, identity, begin);
    if (!result && rt::is_gone(result.error())) {
      ++(result.error().status == abi::kEpipe ? use.died_with : use.died_before);
    }
    return result;
  };
  const auto done = rt::reaching(use.at, use.name, counted, begin + kPatience);
  const std::uint64_t took = rt::now() - begin;
  if (took > use.longest) use.longest = took;
  ++use.calls;
  if (done) ++use.answered;
}

std::uint32_t starts_of(const Use& use) {
  const auto is = kInit.state(use.name);
  return is ? is->starts : 0;
}

bool is_good(const Use& use) {
  rt::print(use.name, ": ", use.answered, " of ", use.calls, " calls answered, the longest took ",
            use.longest / 1000, " us; it died with ", use.died_with, ", and before ",
            use.died_before);
  const std::uint32_t deaths = starts_of(use) - use.starts;
  return use.longest <= kPatience + kSlack && use.died_with + use.died_before >= deaths &&
         use.answered > use.calls / 2;
}

// Those of its own entry: their number.
std::uint32_t find_uses(std::uint64_t identity, std::span<Use> uses) {
  const auto own = manifest::image_of(manifest::kSelected, identity);
  if (!own) return 0;
  std::uint32_t count = 0;
  std::uint32_t peers = 0;
  for (const std::string_view name : manifest::kSelected.images[*own].uses) {
    if (name == manifest::kConsole) continue;
    Use& use = uses[count++];
    use.name = name;
    use.at = name == manifest::kTimed ? rt::start::timed() : rt::start::peer(peers++);
  }
  return count;
}

}  // namespace

extern "C" std::int32_t server_main(std::uint64_t) {
  const auto own = rt::start::task().info();
  if (!own) return 1;
  std::array<Use, manifest::kMaxUses> all{};
  const std::span<Use> uses = std::span(all).first(find_uses(own->identity, all));
  rt::wait_for_ladder();
  for (Use& use : uses) use.starts = starts_of(use);
  for (std::uint32_t round = 1; !rt::has_ended("chaos"); ++round) {
    for (Use& use : uses) call_once(use, own->identity);
    if (round % 64 == 0) rt::print("still here");
  }
  bool good = !uses.empty();
  for (const Use& use : uses) good = is_good(use) && good;
  return good ? 0 : 2;
}

}  // namespace tessera
