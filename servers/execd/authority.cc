#include "servers/execd/authority.h"

#include "idl/kernel/self.h"
#include "idl/service/policyd_client.h"
#include "idl/service/routes_client.h"
#include "servers/execd/layout.h"
#include "servers/execd/refusal.h"
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

// A policyd that was restarted has another endpoint.
bool is_gone(const rt::Error& error) {
  return error.status == abi::kEbadf || error.status == abi::kEpipe;
}
rt::Result<void> find_policyd() {
  RT_TRY_ASSIGN(const auto found, kRoutes.find_until(deadline(), "policyd"));
  RT_TRY(process::drop(kPolicyd));
  return found.keep(kPolicyd);
}

// Once more where it may be another policyd that answers.
template <class Ask>
bool is_allowed(Ask ask) {
  const service::PolicydClient policyd(kPolicyd);
  const auto answer = ask(policyd);
  if (answer) return true;
  return is_gone(answer.error()) && find_policyd() && ask(policyd);
}

}  // namespace

bool Authority::may_start(std::uint64_t subject, std::string_view image) {
  return is_allowed([&](const service::PolicydClient& policyd) {
    return policyd.may_start_until(deadline(), subject, image);
  });
}

bool Authority::may_have(std::uint64_t subject, abi::QosClass qos) {
  return is_allowed([&](const service::PolicydClient& policyd) {
    return policyd.may_have_until(deadline(), subject, qos);
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

}  // namespace tessera::execd
