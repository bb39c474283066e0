#include "servers/execd/authority.h"

#include "idl/kernel/self.h"
#include "idl/service/policyd_client.h"
#include "idl/service/routes_client.h"
#include "idl/service/timed_client.h"
#include "servers/execd/layout.h"
#include "servers/execd/refusal.h"
#include "servers/manifest/check.h"
#include "servers/runtime/reach.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/try.h"

namespace tessera::execd {
namespace {

constexpr service::RoutesClient kRoutes(rt::start::slot(abi::StartSlot::kRoutes));

// A clock that cannot be read is a deadline that has passed.
std::uint64_t deadline() {
  const auto now = kernel::Self::now();
  return now ? *now + Authority::kPatience : 0;
}

// Once more where it is another policyd that answers.
template <class Ask>
bool is_allowed(Ask ask) {
  const service::PolicydClient policyd(kPolicyd);
  const std::uint64_t until = deadline();
  const auto asked = [&] { return ask(policyd, until); };
  return rt::reaching(kPolicyd, manifest::kPolicyd, asked, until).has_value();
}

}  // namespace

bool Authority::may_start(std::uint64_t subject, std::string_view image) {
  return is_allowed([&](const service::PolicydClient& policyd, std::uint64_t until) {
    return policyd.may_start_until(until, subject, image);
  });
}

bool Authority::may_have(std::uint64_t subject, abi::QosClass qos) {
  return is_allowed([&](const service::PolicydClient& policyd, std::uint64_t until) {
    return policyd.may_have_until(until, subject, qos);
  });
}

rt::Result<void> Authority::route(std::uint64_t subject, std::string_view service,
                                  kernel::CNode cspace, rt::Slot to) {
  const auto found = kRoutes.find_for_until(deadline(), subject, service);
  if (!found) {
    const bool denied = found.error() == service::RouteStatus::kDenied;
    if (denied) return refuse(ExecStatus::kDenied, ExecDetail::kNoRoute);
    return refuse(ExecStatus::kFailed, ExecDetail::kNoRoute);
  }
  const auto given = cspace.move(to.index, rt::start::cnode(), found->slot().index);
  if (!given) return refuse(ExecStatus::kFailed, ExecDetail::kRefused);
  return {};
}

void Authority::tell_the_end(std::uint64_t identity) {
  const service::TimedClient timed(rt::start::timed());
  const std::uint64_t until = deadline();
  const auto tell = [&] { return timed.forget_until(until, identity); };
  rt::ignore(rt::reaching(rt::start::timed(), manifest::kTimed, tell, until));
}

}  // namespace tessera::execd
