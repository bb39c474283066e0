// What timed does with a message, and when its Alarm rings.
//
// A timer is an index of the table. What is to be done when it fires lies in capabilities: in the
// slot of that index the Notification to signal, or in one of the pool's slots the Reply object
// with the sleeper's reply right.
#ifndef SERVERS_TIMED_SERVER_H_
#define SERVERS_TIMED_SERVER_H_

#include <array>
#include <cstdint>

#include "idl/abi.h"
#include "idl/kernel/alarm.h"
#include "idl/kernel/cnode.h"
#include "idl/kernel/notification.h"
#include "idl/kernel/untyped.h"
#include "idl/service/timed.h"
#include "idl/service/timed_server.h"
#include "servers/manifest/check.h"
#include "servers/runtime/ipc.h"
#include "servers/timed/audit.h"
#include "servers/timed/reply_pool.h"
#include "servers/timed/timer_table.h"

namespace tessera::timed {

// Its CSpace: after the start slots a Notification for each timer, then the Reply objects.
inline constexpr rt::Slot kFirstNotification{abi::kStartSlots};
inline constexpr rt::Slot kFirstReply{kFirstNotification.index + service::kMaxTimers};
inline constexpr std::uint32_t kSlotsNeeded = kFirstReply.index + service::kMaxTimers;

class Server {
 public:
  // Who may tell that an owner has ended: images with the grant, and init.
  struct Speakers {
    const manifest::Manifest& manifest;
    std::uint64_t init;
  };

  // `table` is large and all zero at first, so it stands apart, where it takes no room in the
  // image. `alarm` is bound by the first message. `memory`: for the Reply objects. `write`: where
  // audit lines go.
  constexpr Server(TimerTable& table, kernel::Alarm alarm, kernel::CNode cspace,
                   kernel::Untyped memory, const Speakers& speakers, WriteLine write)
      : table_(table),
        alarm_(alarm),
        cspace_(cspace),
        replies_(memory, cspace, kFirstReply),
        speakers_(speakers),
        audit_(write) {}

  rt::Result<service::Timed::RegisterResult> register_(
      const rt::Caller& caller, std::uint64_t deadline, service::TimerClass wanted,
      rt::Received<kernel::Notification> notification);
  rt::Result<void> cancel(const rt::Caller& caller, std::uint64_t id);
  void sleep_until(const rt::Caller& caller, service::Timed::SleepUntilCompleter completer,
                   std::uint64_t deadline, service::TimerClass wanted);
  rt::Result<service::Timed::StatisticsResult> statistics(const rt::Caller& caller) const;
  rt::Result<std::uint32_t> forget(const rt::Caller& caller, std::uint64_t owner);
  rt::Result<std::uint32_t> forget_spawned(const rt::Caller& caller, std::uint64_t before);

  // Where the loop keeps the reply right of the next sleeper.
  rt::Slot reply_slot() { return replies_.next(); }
  // The Alarm rang.
  void on_notification(std::uint64_t bits);
  // The loop has refused a message before a method saw it.
  void on_refused(const rt::Caller& caller, std::uint64_t tag, const rt::Error& why);

 private:
  static rt::Slot notification_slot(std::uint32_t timer) {
    return {kFirstNotification.index + timer};
  }
  rt::Result<service::Timed::RegisterResult> try_register(
      const rt::Caller& caller, std::uint64_t deadline, service::TimerClass wanted,
      rt::Received<kernel::Notification> notification);
  void decided(const rt::Caller& caller, Status status);
  void fire(std::uint32_t timer, std::uint64_t now);
  void drop(std::uint32_t timer, const rt::Error& why);
  bool speaks_for_others(const rt::Caller& caller) const;
  void set_alarm();

  TimerTable& table_;
  kernel::Alarm alarm_;
  kernel::CNode cspace_;
  ReplyPool replies_;
  Speakers speakers_;
  Audit audit_;
  std::array<rt::Slot, service::kMaxTimers> sleepers_{};  // the Reply object; Slot{}: no sleeper
  std::uint64_t alarm_set_for_ = abi::kNoDeadline;
};

}  // namespace tessera::timed

#endif  // SERVERS_TIMED_SERVER_H_
