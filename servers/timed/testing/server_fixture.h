// timed under its generated loop, called by its generated client, with a kernel that is a few maps:
// for tests of what it asks the kernel to do, in which order, and what its callers are told.
#ifndef SERVERS_TIMED_TESTING_SERVER_FIXTURE_H_
#define SERVERS_TIMED_TESTING_SERVER_FIXTURE_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gen/loopback.h"
#include "idl/service/timed_client.h"
#include "idl/service/timed_server.h"
#include "idl/system_call.h"
#include "idl/wire.h"
#include "servers/runtime/slots.h"
#include "servers/timed/server.h"

namespace tessera::timed {

using abi::ObjectType;
using abi::SystemCall;
using service::TimerClass;

inline constexpr std::uint64_t kOwner = 0x20;
inline constexpr std::uint64_t kOther = 0x21;
inline constexpr std::uint64_t kExecd = 0x13;
inline constexpr std::uint64_t kInit = 1;
inline constexpr manifest::Grant kSpeaksFor[] = {manifest::Grant::kSpeaksFor};
inline constexpr manifest::Image kImages[] = {
    {.name = "execd", .identity = kExecd, .grants = kSpeaksFor},
    {.name = "owner", .identity = kOwner}};
inline constexpr manifest::Manifest kManifest{.images = kImages, .base = {}};
inline constexpr std::uint8_t kSignal = rt::rights(kernel::Notification::Right::kSignal);

struct Capability {
  ObjectType type;
  std::uint8_t rights;
  int object;  // which one, for signals
};

// What the kernel's objects do when timed calls them, and a record of it. Messages, answers and
// Reply objects are the loopback's.
struct Objects {
  std::map<std::uint64_t, Capability> slots;
  std::vector<int> signalled;
  std::uint64_t now = 0;
  std::uint64_t alarm = abi::kNoDeadline;
  std::uint32_t replies_left = service::kMaxTimers;

  static bool finish(rt::Registers& r, std::int32_t status = 0) {
    r = {};
    r.a6 = abi::word(status);
    return true;
  }
  bool on_query(rt::Registers& r, std::uint64_t slot) {
    finish(r);
    const auto held = slots.find(slot);
    if (held == slots.end()) return true;
    r.a0 = abi::word(held->second.type);
    r.a1 = held->second.rights;
    return true;
  }
  bool on_move(rt::Registers& r, std::uint64_t to, std::uint64_t from) {
    if (slots.contains(to)) return finish(r, abi::kEexist);
    slots[to] = slots.at(from);
    slots.erase(from);
    return finish(r);
  }
  bool on_retype(rt::Registers& r, ObjectType type, std::uint64_t to) {
    if (replies_left == 0) return finish(r, abi::kEnomem);
    --replies_left;
    slots[to] = {.type = type, .rights = 1, .object = 0};
    return finish(r);
  }
  bool on_call(rt::Registers& r) {
    switch (static_cast<SystemCall>(r.a7)) {
      case SystemCall::kCNodeQuery:
        return on_query(r, r.a0);
      case SystemCall::kCNodeDelete:
        slots.erase(r.a0);
        return finish(r);
      case SystemCall::kCNodeMove:
        return on_move(r, r.a0, r.a2);
      case SystemCall::kUntypedRetype:
        return on_retype(r, abi::value<ObjectType>(r.a0), r.a3);
      case SystemCall::kNotificationSignal:
        signalled.push_back(slots.at(r.t0).object);
        return finish(r);
      case SystemCall::kAlarmSet:
        alarm = r.a0;
        return finish(r);
      case SystemCall::kAlarmClear:
        alarm = abi::kNoDeadline;
        return finish(r);
      case SystemCall::kSelfNow:
        finish(r);
        r.a0 = now;
        return true;
      default:
        return false;
    }
  }
};

class TimedServerTest : public testing::Test {
 protected:
  TimedServerTest() {
    lines_.clear();
    kernel_.qos = abi::QosClass::kPerfBurst;
    kernel_.intercept = [this](rt::Registers& r) { return objects_.on_call(r); };
    kernel_.server = [this](const rt::Registers& message) {
      return service::TimedServer<Server>::dispatch(*server_, rt::start::service(), message);
    };
  }

  // Calls in the name of the task `identity`.
  service::TimedClient client(std::uint64_t identity) {
    kernel_.identity = identity;
    return service::TimedClient(rt::Slot{20});
  }
  // Registers a timer with the Notification `object`.
  rt::Result<service::Timed::RegisterResult> register_timer(
      std::uint64_t identity, std::uint64_t deadline, int object,
      Capability with = {ObjectType::kNotification, kSignal, 0}) {
    with.object = object;
    objects_.slots[rt::window_slot(0).index] = with;
    const auto result = client(identity).register_(deadline, TimerClass::kSender,
                                                   kernel::Notification(rt::Slot{30}));
    objects_.slots.erase(rt::window_slot(0).index);  // as the kernel does when the loop receives
    return result;
  }
  // The answer, if it is given at once; nothing of one that sleeps.
  std::optional<rt::Result<std::uint64_t>> sleep(std::uint64_t identity, std::uint64_t deadline) {
    const std::size_t before = kernel_.waiting();
    auto result = client(identity).sleep_until(deadline, TimerClass::kSender);
    if (kernel_.waiting() > before) return std::nullopt;
    return result;
  }
  // The Alarm rings, if it is due.
  void advance(std::uint64_t now) {
    objects_.now = now;
    if (objects_.alarm <= now) ring();
  }
  void ring() {
    objects_.alarm = abi::kNoDeadline;
    kernel_.deliver(kernel_.message(0, {1}, false));  // a signal
  }

  static bool write_line(std::string_view line) {
    lines_.emplace_back(line);
    return true;
  }

  static inline std::vector<std::string> lines_;
  gen::Loopback kernel_;
  Objects objects_;
  std::unique_ptr<TimerTable> table_ = std::make_unique<TimerTable>();
  std::unique_ptr<Server> server_ =
      std::make_unique<Server>(*table_, rt::start::alarm(), rt::start::cnode(), rt::start::memory(),
                               Server::Speakers{.manifest = kManifest, .init = kInit}, write_line);
};

}  // namespace tessera::timed

#endif  // SERVERS_TIMED_TESTING_SERVER_FIXTURE_H_
