// decider: has the kernel decide about classes, in a row, far more often than a hart's ring of
// records holds. On one hart auditd, of a lower class, stands still meanwhile. Exits 0 when each
// decision was written down or counted as lost, none twice, and auditd goes on after it.
#include <cstdint>

#include "idl/abi.h"
#include "idl/kernel/self.h"
#include "idl/service/auditd_client.h"
#include "servers/manifest/selected.h"
#include "servers/runtime/print.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/start.h"
#include "servers/runtime/time.h"

namespace tessera {
namespace {

using Statistics = service::Auditd::StatisticsResult;

// Made in a sixth of abi::kShareWithin: a lower class has no turn between the first and the last.
constexpr std::uint64_t kDecisions = 10'000;
// init gives each image its class, and this one, the last, has it now.
constexpr std::uint64_t kBefore = manifest::kSelected.images.size();
constexpr std::uint64_t kPatience = 20'000'000'000;

bool failed(std::string_view why, const Statistics& told) {
  rt::print("FAIL ", why, ": ", told.printed, " written, ", told.lost, " lost");
  return false;
}

// Refused: nobody raises itself.
bool decide() {
  const auto set = kernel::Self::qos(abi::QosOp::kSet, 0, abi::QosClass::kPerfBurst);
  return !set && set.error().status == abi::kEperm;
}

// Waits until auditd knows of so many decisions, and of no more.
bool accounts_for(std::uint64_t decisions, Statistics& told) {
  const service::AuditdClient auditd(rt::start::peer(0));
  const auto ask = [&] {
    const auto answer = auditd.statistics_until(rt::now() + kPatience);
    if (answer) told = *answer;
    return answer.has_value();
  };
  rt::wait_until(kPatience, [&] { return ask() && told.printed + told.lost >= decisions; });
  rt::pause(10 * rt::kMoment);
  return ask() && told.printed + told.lost == decisions;
}

bool decides() {
  Statistics before;
  if (!accounts_for(kBefore, before)) return failed("before", before);
  for (std::uint64_t i = 0; i < kDecisions; ++i) {
    if (!decide()) return failed("it raised itself", before);
  }
  Statistics after;
  if (!accounts_for(kBefore + kDecisions, after)) return failed("after", after);
  rt::print(kDecisions, " decisions: ", after.printed - before.printed, " written, ",
            after.lost - before.lost, " lost");
  Statistics last;
  const bool goes_on = decide() && accounts_for(kBefore + kDecisions + 1, last);
  return (goes_on && last.lost == after.lost) || failed("it does not go on", last);
}

}  // namespace
}  // namespace tessera

extern "C" std::int32_t tessera::server_main(std::uint64_t) { return tessera::decides() ? 0 : 1; }
