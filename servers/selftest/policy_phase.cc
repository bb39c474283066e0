#include "servers/selftest/policy_phase.h"

#include <cstdint>
#include <string_view>

#include "bootimage/manifest.h"
#include "idl/abi.h"
#include "idl/kernel/endpoint.h"
#include "idl/kernel/self.h"
#include "idl/kernel/task.h"
#include "idl/service/policyd_client.h"
#include "idl/service/routes_client.h"
#include "idl/service/timed.h"
#include "servers/manifest/check.h"
#include "servers/runtime/slots.h"
#include "servers/selftest/layout.h"

namespace tessera::selftest {
namespace {

using abi::QosClass;
using service::Policyd;
using service::PolicyStatus;

constexpr rt::Slot kEndpoint = rt::start::peer(1);
constexpr service::PolicydClient kPolicyd(kEndpoint);
constexpr kernel::Task kOwnTask(kQosSlots);
constexpr kernel::Task kPartnerTask(rt::Slot{kQosSlots.index + 2});

// Nanoseconds: as long as who asks on a slow machine would wait. An answer comes long before.
constexpr std::uint64_t kPatience = 5'000'000'000;

// Nanoseconds: as long as those wait who must ask.
constexpr std::uint64_t kAnswerWithin = 1'000'000'000;

constexpr service::RoutesClient kInit(rt::start::slot(abi::StartSlot::kRoutes));

constexpr const manifest::Image& image(std::string_view name) {
  return manifest::kStock.images[*manifest::find(manifest::kStock, name)];
}
constexpr std::uint64_t kSelf = image("SELFTEST").identity;
static_assert(image("SELFTEST").qos == QosClass::kNormal &&
                  image("SELFTEST").highest == QosClass::kInteractive,
              "there is a class that it may have, above its own, and one that it may not");

Result<std::uint64_t> soon() {
  RT_TRY_ASSIGN(const std::uint64_t now, must("read the clock", kernel::Self::now()));
  return now + kPatience;
}

Result<QosClass> own_class() {
  return must("ask for a class", kernel::Self::qos(abi::QosOp::kGet, 0, QosClass::kIdle));
}

Result<void> denied(std::string_view otherwise, const rt::Result<void>& answer) {
  return refused(otherwise, answer, PolicyStatus::kDeny);
}

// Who asks a policyd that is silent is not allowed: by init neither, which asks it in turn.
Result<void> asks_in_vain() {
  RT_TRY_ASSIGN(const std::uint64_t now, must("read the clock", kernel::Self::now()));
  const auto answer = kPolicyd.may_reach_until(now + kAnswerWithin, kSelf, "timed");
  RT_TRY(refused("a policyd that is silent has answered", answer, abi::kEtimedout));
  return refused("init told a way without policyd's word", kInit.find("timed"),
                 service::RouteStatus::kDenied);
}

Result<Policyd::StatisticsResult> decisions() {
  RT_TRY_ASSIGN(const std::uint64_t deadline, soon());
  return must("ask how many it decided", kPolicyd.statistics_until(deadline));
}

// A message as no stub makes it.
Result<void> malformed(std::string_view otherwise, std::uint32_t tag, std::uint64_t w0 = 0,
                       std::uint64_t w1 = 0) {
  RT_TRY_ASSIGN(const std::uint64_t deadline, soon());
  const auto answer =
      kernel::Endpoint(kEndpoint).call_with(w0, w1, 0, 0, 0, 0, tag, deadline, 0, 0, 0);
  return refused(otherwise, answer, PolicyStatus::kMalformed);
}

}  // namespace

Result<void> policy_allow() {
  RT_TRY_ASSIGN(const std::uint64_t deadline, soon());
  RT_TRY_ASSIGN(const auto before, decisions());
  RT_TRY(must("reach what it uses", kPolicyd.may_reach_until(deadline, kSelf, "timed")));
  RT_TRY(must("have a class", kPolicyd.may_have_until(deadline, kSelf, QosClass::kInteractive)));
  RT_TRY(must("be raised", kPolicyd.raise_until(deadline, kOwnTask, QosClass::kInteractive)));
  RT_TRY_ASSIGN(const QosClass raised, own_class());
  RT_TRY(require(raised == QosClass::kInteractive, "it was not raised"));
  RT_TRY(must("be lowered", kPolicyd.raise_until(deadline, kOwnTask, QosClass::kNormal)));
  RT_TRY_ASSIGN(const QosClass lowered, own_class());
  RT_TRY(require(lowered == QosClass::kNormal, "it was not lowered"));
  RT_TRY_ASSIGN(const auto after, decisions());
  return require(after.allowed >= before.allowed + 4, "a decision was not counted");
}

Result<void> policy_deny() {
  RT_TRY_ASSIGN(const std::uint64_t deadline, soon());
  RT_TRY_ASSIGN(const auto before, decisions());
  RT_TRY(denied("it may reach what it does not use",
                kPolicyd.may_reach_until(deadline, kSelf, "auditd")));
  RT_TRY(denied("it may reach what there is not",
                kPolicyd.may_reach_until(deadline, kSelf, "nobody")));
  RT_TRY(denied("it may start a server", kPolicyd.may_start_until(deadline, kSelf, "console")));
  RT_TRY(denied("it may have perfBurst",
                kPolicyd.may_have_until(deadline, kSelf, QosClass::kPerfBurst)));
  RT_TRY(denied("it was raised to perfBurst",
                kPolicyd.raise_until(deadline, kOwnTask, QosClass::kPerfBurst)));
  RT_TRY(denied("it set another's class",
                kPolicyd.raise_until(deadline, kPartnerTask, QosClass::kIdle)));
  RT_TRY_ASSIGN(const QosClass c, own_class());
  RT_TRY(require(c == QosClass::kNormal, "a denial changed its class"));
  RT_TRY_ASSIGN(const auto after, decisions());
  return require(after.denied >= before.denied + 6, "a denial was not counted");
}

Result<void> mmio_policy_deny() {
  RT_TRY_ASSIGN(const std::uint64_t deadline, soon());
  RT_TRY(denied("it may map the console's window",
                kPolicyd.may_map_until(deadline, kSelf, "console")));
  RT_TRY(denied("it may map rngd's window", kPolicyd.may_map_until(deadline, kSelf, "rngd")));
  RT_TRY(denied("it may map a window of partner's, who has none",
                kPolicyd.may_map_until(deadline, kSelf, "partner")));
  return must("map its own window", kPolicyd.may_map_until(deadline, kSelf, "SELFTEST"));
}

// Each of these is allowed to the subject itself.
Result<void> policy_spoof_denied() {
  RT_TRY_ASSIGN(const std::uint64_t deadline, soon());
  constexpr std::uint64_t kConsole = image("console").identity;
  constexpr std::uint64_t kTimed = image("timed").identity;
  RT_TRY(denied("it asked in console's name for a window",
                kPolicyd.may_map_until(deadline, kConsole, "console")));
  RT_TRY(denied("it asked in timed's name for a service",
                kPolicyd.may_reach_until(deadline, kTimed, "console")));
  return denied("it asked in timed's name for a class",
                kPolicyd.may_have_until(deadline, kTimed, image("timed").qos));
}

Result<void> policy_malformed() {
  RT_TRY_ASSIGN(const auto before, decisions());
  constexpr std::uint32_t kMethod = 1U << abi::kTagMethodShift;
  RT_TRY(malformed("a method that there is not", Policyd::kStatisticsTag + kMethod));
  RT_TRY(malformed("another service's method", service::Timed::kStatisticsTag));
  RT_TRY(malformed("a word too many", Policyd::kMayHaveTag + 1, kSelf, 1));
  RT_TRY(malformed("a word too few", Policyd::kMayHaveTag - 1, kSelf));
  RT_TRY(malformed("a class that is none", Policyd::kMayHaveTag, kSelf, 4));
  RT_TRY(malformed("a class with a bit beyond", Policyd::kMayHaveTag, kSelf,
                   (std::uint64_t{1} << 32) | 1));
  RT_TRY(malformed("a name that is too long", Policyd::kMayReachTag + 5, kSelf, 17));
  RT_TRY(malformed("a name that is not there", Policyd::kMayReachTag + 2, kSelf, 16));
  RT_TRY(malformed("a task that is none", Policyd::kRaiseTag & ~(3U << abi::kTagCapabilitiesShift),
                   1));
  RT_TRY_ASSIGN(const auto after, decisions());
  return require(after.denied >= before.denied + 9, "a malformed request was not counted");
}

Result<void> policy_silent_denied() {
  RT_TRY(must("find a service", kInit.find("timed")));
  RT_TRY(must("stop policyd", kInit.stop("policyd")));
  const auto denied = asks_in_vain();
  RT_TRY(must("resume policyd", kInit.resume("policyd")));
  RT_TRY(denied);
  RT_TRY_ASSIGN(const std::uint64_t deadline, soon());
  RT_TRY(must("be allowed again", kPolicyd.may_reach_until(deadline, kSelf, "timed")));
  RT_TRY(must("find a service again", kInit.find("timed")));
  return {};
}

}  // namespace tessera::selftest
