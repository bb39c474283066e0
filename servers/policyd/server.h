// What policyd does with a message: asks the rules, writes what was decided, answers. The line is
// written before the answer.
#ifndef SERVERS_POLICYD_SERVER_H_
#define SERVERS_POLICYD_SERVER_H_

#include <cstdint>
#include <string_view>

#include "idl/abi.h"
#include "idl/kernel/qos_control.h"
#include "idl/kernel/task.h"
#include "idl/service/policyd.h"
#include "idl/service/policyd_server.h"
#include "servers/manifest/check.h"
#include "servers/policyd/rules.h"
#include "servers/runtime/audit_log.h"
#include "servers/runtime/ipc.h"
#include "servers/runtime/text.h"

namespace tessera::policyd {

// `Log`: where lines go; rt::ConsoleAuditLog, or a test's.
template <class Log>
class BasicServer {
 public:
  using Policyd = service::Policyd;

  // `control`: works for policyd's own identity, or is empty.
  constexpr BasicServer(const Rules& rules, kernel::QosControl control)
      : rules_(rules), control_(control) {}

  rt::Result<void> may_start(const rt::Caller& caller, std::uint64_t subject,
                             std::string_view image) {
    const Request request{"mayStart", caller.identity, subject, image};
    return answer(request, asked_for(request, [&] { return rules_.may_start(subject, image); }));
  }
  rt::Result<void> may_reach(const rt::Caller& caller, std::uint64_t subject,
                             std::string_view service) {
    const Request request{"mayReach", caller.identity, subject, service};
    return answer(request, asked_for(request, [&] { return rules_.may_reach(subject, service); }));
  }
  rt::Result<void> may_have(const rt::Caller& caller, std::uint64_t subject, abi::QosClass c) {
    const Request request{"mayHave", caller.identity, subject, name_of(c)};
    return answer(request, asked_for(request, [&] { return rules_.may_have(subject, c); }));
  }
  rt::Result<void> may_map(const rt::Caller& caller, std::uint64_t subject,
                           std::string_view window) {
    const Request request{"mayMap", caller.identity, subject, window};
    return answer(request, asked_for(request, [&] { return rules_.may_map(subject, window); }));
  }

  rt::Result<void> raise(const rt::Caller& caller, rt::Received<kernel::Task> task,
                         abi::QosClass c) {
    const Request request{"raise", caller.identity, caller.identity, name_of(c)};
    return answer(request, raised(caller, task.handle(), c));
  }

  rt::Result<service::Policyd::StatisticsResult> statistics(const rt::Caller&) const {
    return Policyd::StatisticsResult{.allowed = allowed_, .denied = denied_};
  }

  // What the loop has refused before a method saw it: a decision, too.
  void on_refused(const rt::Caller& caller, std::uint64_t, const rt::Error&) {
    decide({"-", caller.identity, caller.identity, ""}, Reason::kMalformed);
  }

  constexpr Log& log() { return log_; }

 private:
  struct Request {
    std::string_view method;
    std::uint64_t caller = 0;
    std::uint64_t subject = 0;
    std::string_view target;
  };

  template <class Ask>
  Reason asked_for(const Request& request, Ask ask) const {
    return rules_.speaks_for(request.caller, request.subject) ? ask() : Reason::kSpoofed;
  }

  // Tasks that nobody has identified are alike here, and no rule knows them.
  Reason raised(const rt::Caller& caller, kernel::Task task, abi::QosClass c) const {
    const auto info = task.info();
    if (!info || info->identity != caller.identity) {
      return Reason::kNotOwnTask;
    }
    const Reason reason = rules_.may_have(caller.identity, c);
    if (!allows(reason)) return reason;
    return control_.set(task, c) ? reason : Reason::kUnsupported;
  }

  rt::Result<void> answer(const Request& request, Reason reason) {
    decide(request, reason);
    if (allows(reason)) return {};
    return rt::failure(reason == Reason::kUnsupported ? service::PolicyStatus::kUnsupported
                                                      : service::PolicyStatus::kDeny);
  }

  void decide(const Request& request, Reason reason) {
    ++(allows(reason) ? allowed_ : denied_);
    // The target is the caller's word, and could end the line and begin another.
    const bool readable = manifest::is_good_name(request.target);
    log_.write("audit decision=", std::string_view(allows(reason) ? "allow" : "deny"),
               " reason=", name_of(reason), " request=", request.method,
               " subject=", rt::hex16(request.subject), " caller=", rt::hex16(request.caller),
               " target=", readable ? request.target : std::string_view("?"),
               " seq=", allowed_ + denied_);
  }

  static constexpr std::string_view name_of(Reason reason) { return policyd::name_of(reason); }
  static constexpr std::string_view name_of(abi::QosClass c) {
    constexpr std::string_view kNames[] = {"idle", "normal", "interactive", "perfburst"};
    return kNames[std::to_underlying(c)];
  }

  Rules rules_;
  kernel::QosControl control_;
  Log log_;
  std::uint64_t allowed_ = 0;
  std::uint64_t denied_ = 0;
};

using Server = BasicServer<rt::ConsoleAuditLog>;

}  // namespace tessera::policyd

#endif  // SERVERS_POLICYD_SERVER_H_
