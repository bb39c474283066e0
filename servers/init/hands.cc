#include "servers/init/hands.h"

#include "idl/kernel/self.h"
#include "idl/kernel/thread.h"
#include "idl/service/policyd_client.h"
#include "idl/service/timed_client.h"
#include "servers/init/argument.h"
#include "servers/init/boot.h"
#include "servers/init/endowment.h"
#include "servers/init/layout.h"
#include "servers/init/powerless.h"
#include "servers/init/printer.h"
#include "servers/init/probe.h"
#include "servers/init/renounce.h"
#include "servers/init/spawn.h"
#include "servers/process/maker.h"
#include "servers/runtime/exit.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/try.h"

namespace tessera::init {
namespace {

constexpr std::int32_t kFailed = 1;

// Nanoseconds. Who takes no question for so long does not answer.
constexpr std::uint64_t kPatience = 1'000'000'000;

}  // namespace

void Hands::give_up(std::string_view who, const Failure& failure) {
  print("FAIL ", who, ' ', failure);
  rt::ignore(kBootInfo.stop());
  rt::exit(kFailed);
}

Result<void> Hands::start(std::size_t image, bool again) {
  const std::string_view argument = argument_of(command_line_, manifest_.images[image].name);
  if (!again) RT_TRY(take_what_starts_it(manifest_, image));
  // What timed was not told in time it is not told now: it would end the new task's timers.
  ended_ &= ~(std::uint32_t{1} << image);
  const auto may_use = [this, image](std::string_view service) {
    const manifest::Image& asker = manifest_.images[image];
    if (!policyd_was_up_ || asker.name == manifest::kPolicyd) return true;
    return may_reach(asker.identity, service);
  };
  const auto started = spawn(manifest_, image, bundle_, argument, MayUse(may_use));
  if (!started) process::clear(kBench);  // or it would be in the way of every later start
  return started;
}

void Hands::reap(std::size_t image) {
  const std::string_view name = manifest_.images[image].name;
  if (name == manifest::kPolicyd) policyd_is_up_ = false;
  // The memory that its device writes is not given again before the device has stopped.
  const bool stopped = stop_device(image);
  const auto reaped = stopped ? kCspace.revoke(quota_slot(image).index) : rt::Result<void>{};
  if (name == manifest::kConsole) print_through({});
  ended_ |= std::uint32_t{1} << image;
  if (manifest::is_granted(manifest_.images[image], manifest::Grant::kSpawner)) {
    orphans_of_ = image;
  }
  if (name == manifest::kTimed) {  // and its timers with it
    ended_ = 0;
    orphans_of_.reset();
  }
  tell_timed();
  if (!stopped || !reaped) print("FAIL ", name, " was not reaped");
}

// True: it has none, or it does nothing any more.
bool Hands::stop_device(std::size_t image) const {
  const auto device = kCspace.query(device_slot(image).index);
  if (!device || device->type == abi::ObjectType::kNull) return true;
  return kCspace.revoke(device_slot(image).index) && reset_device(device_slot(image));
}

rt::Result<kernel::Task::InfoResult> Hands::info(std::size_t image) const {
  return kernel::Task(watch_slot(image)).info();
}

Result<void> Hands::attach(std::size_t image) { return attach_console(image, uart_); }

void Hands::up(std::size_t image) {
  const std::string_view name = manifest_.images[image].name;
  const auto mint_client = [image](rt::Slot to) {
    return mint(to, endpoint_slot(image), rt::rights(kernel::Endpoint::Right::kSend), kInitBadge)
        .has_value();
  };
  if (name == manifest::kTimed && !mint_client(kTimedClient)) print("FAIL timed is out of reach");
  if (name != manifest::kPolicyd) return;
  policyd_is_up_ = mint_client(kPolicydClient);
  policyd_was_up_ = policyd_was_up_ || policyd_is_up_;
}

// Whom it did not answer about in time, it is told of with the next end, unless they run again.
void Hands::tell_timed() {
  if (!tell_timed_of_orphans()) return;
  const service::TimedClient timed(kTimedClient);
  for (std::size_t i = 0; i < manifest_.images.size(); ++i) {
    const std::uint32_t bit = std::uint32_t{1} << i;
    const auto now = kernel::Self::now();
    if ((ended_ & bit) == 0 || !now) continue;
    const auto told = timed.forget_until(*now + kPatience, manifest_.images[i].identity);
    if (!told && told.error().status == abi::kEtimedout) return;
    ended_ &= ~bit;
  }
}

// A spawner's quota paid for all that it had started, so these are gone with it, and nobody else
// knows which they were. If it runs again by now, what it has started since then has greater
// numbers than its own. False: timed does not answer.
bool Hands::tell_timed_of_orphans() {
  const auto now = kernel::Self::now();
  if (!orphans_of_ || !now) return true;
  const auto spawner = info(*orphans_of_);
  const std::uint64_t before = spawner ? spawner->id : ~std::uint64_t{0};
  const auto told =
      service::TimedClient(kTimedClient).forget_spawned_until(*now + kPatience, before);
  if (!told && told.error().status == abi::kEtimedout) return false;
  orphans_of_.reset();
  return true;
}

template <class Ask>
bool Hands::policyd_allows(Ask ask) const {
  const auto now = kernel::Self::now();
  if (!policyd_is_up_ || !now) return false;
  return ask(service::PolicydClient(kPolicydClient), *now + kPatience).has_value();
}

bool Hands::may_map(std::size_t image) const {
  const manifest::Image& its = manifest_.images[image];
  if (!manifest::has_window(its) || its.name == manifest::kConsole || !policyd_was_up_) return true;
  return policyd_allows([&its](service::PolicydClient policyd, std::uint64_t until) {
    return policyd.may_map_until(until, its.identity, its.name);
  });
}

bool Hands::may_reach(std::uint64_t subject, std::string_view service) const {
  return policyd_allows([&](service::PolicydClient policyd, std::uint64_t until) {
    return policyd.may_reach_until(until, subject, service);
  });
}

rt::Result<kernel::Endpoint> Hands::route(std::size_t asker, std::size_t service) {
  rt::ignore(drop(kRoute));
  RT_TRY(mint(kRoute, endpoint_slot(service), rights_to(manifest_.images[service].name),
              badge_of(asker)));
  return kernel::Endpoint(kRoute);
}

rt::Result<void> Hands::suspend(std::size_t image) const {
  return kernel::Thread(thread_slot(image)).suspend();
}
rt::Result<void> Hands::resume(std::size_t image) const {
  return kernel::Thread(thread_slot(image)).resume();
}
rt::Result<void> Hands::kill(std::size_t image) const {
  return kernel::Task(task_slot(image)).kill();
}

void Hands::all_started() {
  if (const auto renounced = renounce(manifest_); !renounced) give_up("init", renounced.error());
  const auto powerless = confirm_powerless(manifest_);
  if (!powerless) give_up("init", powerless.error());
}

}  // namespace tessera::init
