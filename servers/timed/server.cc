#include "servers/timed/server.h"

#include <algorithm>
#include <utility>

#include "idl/kernel/self.h"
#include "servers/manifest/subject.h"
#include "servers/runtime/exit.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/try.h"

namespace tessera::timed {

using Completer = service::Timed::SleepUntilCompleter;

rt::Result<service::Timed::RegisterResult> Server::register_(
    const rt::Caller& caller, std::uint64_t deadline, service::TimerClass wanted,
    rt::Received<kernel::Notification> notification) {
  const auto result = try_register(caller, deadline, wanted, notification);
  decided(caller, result ? Status::kOk : static_cast<Status>(result.error().status));
  set_alarm();
  return result;
}

rt::Result<service::Timed::RegisterResult> Server::try_register(
    const rt::Caller& caller, std::uint64_t deadline, service::TimerClass wanted,
    rt::Received<kernel::Notification> notification) {
  const auto admission = table_.admit(caller.identity, caller.qos, wanted, deadline);
  if (!admission) return rt::failure(admission.error());
  if (!notification.keep(notification_slot(admission->index))) {
    return rt::failure(Status::kInternal);
  }
  sleepers_[admission->index] = {};
  const std::uint64_t id = table_.add(*admission);
  return service::Timed::RegisterResult{.id = id, .coalesced_deadline = admission->deadline};
}

rt::Result<void> Server::cancel(const rt::Caller& caller, std::uint64_t id) {
  const auto timer = table_.cancel(caller.identity, id);
  if (!timer) return rt::failure(timer.error());
  // A sleeper's id is told to nobody, but its owner may hit on it: then the sleep ends now.
  drop(*timer, {.status = abi::kEcanceled});
  set_alarm();
  return {};
}

bool Server::speaks_for_others(const rt::Caller& caller) const {
  return manifest::speaks_for_others(speakers_.manifest, speakers_.init, caller.identity);
}

rt::Result<std::uint32_t> Server::forget(const rt::Caller& caller, std::uint64_t owner) {
  if (!speaks_for_others(caller)) return rt::failure(Status::kDenied);
  std::uint32_t ended = 0;
  table_.drop_owner(owner, [this, &ended](std::uint32_t timer) {
    drop(timer, rt::kDropped);
    ++ended;
  });
  set_alarm();
  return ended;
}

rt::Result<std::uint32_t> Server::forget_spawned(const rt::Caller& caller, std::uint64_t before) {
  if (!speaks_for_others(caller)) return rt::failure(Status::kDenied);
  std::uint32_t ended = 0;
  table_.drop_spawned(before, [this, &ended](std::uint32_t timer) {
    drop(timer, rt::kDropped);
    ++ended;
  });
  set_alarm();
  return ended;
}

// A timer that ends before its time. A sleeper that is dead has nobody to tell.
void Server::drop(std::uint32_t timer, const rt::Error& why) {
  if (const rt::Slot sleeper = sleepers_[timer]; sleeper != rt::Slot{}) {
    rt::ignore(Completer::adopt(sleeper).fail(why));
    replies_.give(sleeper);
  } else {
    rt::ignore(cspace_.delete_(notification_slot(timer).index));
  }
}

void Server::sleep_until(const rt::Caller& caller, Completer completer, std::uint64_t deadline,
                         service::TimerClass wanted) {
  const auto admission = table_.admit(caller.identity, caller.qos, wanted, deadline);
  if (!admission) {
    // The caller may be gone by now; the Reply object is empty again in any case.
    rt::ignore(completer.fail(admission.error()));
  } else {
    replies_.take();
    sleepers_[admission->index] = completer.release();
    table_.add(*admission);
  }
  decided(caller, admission ? Status::kOk : admission.error());
  set_alarm();
}

void Server::on_refused(const rt::Caller& caller, std::uint64_t, const rt::Error& why) {
  decided(caller, why.status > 0 ? static_cast<Status>(why.status) : Status::kInternal);
  set_alarm();
}

// The caller has its answer, or waits for it: what a console that takes no lines costs is bounded.
void Server::decided(const rt::Caller& caller, Status status) {
  audit_.decide(status, caller.identity, [] {
    const auto now = kernel::Self::now();
    return now ? *now : 0;
  });
}

rt::Result<service::Timed::StatisticsResult> Server::statistics(const rt::Caller&) const {
  const Statistics& all = table_.statistics();
  return service::Timed::StatisticsResult{
      .registrations = all.registrations, .wake_ups = all.wake_ups, .fired = all.fired};
}

void Server::on_notification(std::uint64_t) {
  alarm_set_for_ = abi::kNoDeadline;  // an Alarm that rang is clear
  if (const auto now = kernel::Self::now()) {
    table_.fire(*now, [this, now](std::uint32_t timer) { fire(timer, *now); });
    audit_.ring(*now);
  }
  set_alarm();
}

// Whoever is to be woken may be dead by now: then there is nobody to tell, and nothing to do.
void Server::fire(std::uint32_t timer, std::uint64_t now) {
  if (const rt::Slot sleeper = sleepers_[timer]; sleeper != rt::Slot{}) {
    rt::ignore(Completer::adopt(sleeper).complete(now));
    replies_.give(sleeper);
    return;
  }
  const rt::Slot slot = notification_slot(timer);
  rt::ignore(kernel::Notification(slot).signal());
  rt::ignore(cspace_.delete_(slot.index));
}

// A deadline that has passed already is fine: the Alarm rings at once, after the answer is given.
void Server::set_alarm() {
  const std::uint64_t next = std::min(table_.next_deadline(), audit_.due());
  if (next == alarm_set_for_) return;
  alarm_set_for_ = next;
  const auto set = next == abi::kNoDeadline ? alarm_.clear() : alarm_.set(next);
  // Without its Alarm this is no timer service: better none that is seen to be gone.
  if (!set) rt::exit(set.error().status);
}

}  // namespace tessera::timed
