// What auditd does when the kernel has decided something about classes, and when it is asked.
#ifndef SERVERS_AUDITD_SERVER_H_
#define SERVERS_AUDITD_SERVER_H_

#include <array>
#include <cstdint>

#include "idl/kernel/boot_info.h"
#include "idl/kernel/notification.h"
#include "idl/kernel/self.h"
#include "idl/service/auditd.h"
#include "idl/service/auditd_server.h"
#include "servers/auditd/qos_line.h"
#include "servers/auditd/ring.h"
#include "servers/runtime/audit_log.h"
#include "servers/runtime/ipc.h"
#include "servers/runtime/text.h"
#include "servers/runtime/try.h"

namespace tessera::auditd {

// Those that BootInfo.audit takes.
inline constexpr std::uint32_t kHarts = 8;
// Records of one wake-up, of all harts: what a ring holds. After them it is asked for what else is
// to be done, and wakes itself.
inline constexpr std::uint32_t kBatch = 16;

// `Log`: where lines go; rt::ConsoleAuditLog, or a test's.
template <class Log>
class BasicServer {
 public:
  // `info`: with the right `audit`. `bell`: bound to the thread, and told of each decision.
  constexpr BasicServer(kernel::BootInfo info, kernel::Notification bell)
      : info_(info), bell_(bell) {}

  // What was decided before is looked at first, as nobody signals that.
  rt::Result<void> begin() {
    RT_TRY(info_.audit_to(bell_));
    return bell_.signal();
  }

  rt::Result<service::Auditd::StatisticsResult> statistics(const rt::Caller&) const {
    return service::Auditd::StatisticsResult{.printed = printed_, .lost = lost_};
  }

  // Each hart's in turn, so that none is kept from its place by another's flood.
  void on_notification(std::uint64_t) {
    std::uint32_t left = kBatch;
    std::uint32_t empty = 0;  // harts in a row that had nothing
    while (left > 0 && empty < kHarts) {
      if (take_one(next_hart_)) {
        --left;
        empty = 0;
      } else {
        ++empty;
      }
      next_hart_ = (next_hart_ + 1) % kHarts;
    }
    if (left == 0) rt::ignore(bell_.signal());  // it is there, and may be signalled
  }

  constexpr Log& log() { return log_; }

 private:
  // Whether there was one.
  bool take_one(std::uint32_t hart) {
    const auto told = info_.audit(hart);
    if (!told) return false;  // it had the right when it began
    const Ring::Said said = rings_[hart].look(*told);
    if (said.lost != 0) {
      lost_ += said.lost;
      write("QOS-AUDIT lost=", said.lost, " hart=", hart);
    }
    if (said.goes_on) write("QOS-AUDIT goes on hart=", hart, " seq=", told->sequence);
    if (!said.record) return false;
    rt::FixedText<kLongestQosLine> line;
    write_qos_line(line, *told);
    write(line.text());
    ++printed_;
    return true;
  }

  // Then others of its class have a turn: a flood of refused calls costs them one line a turn.
  template <class... Args>
  void write(const Args&... args) {
    log_.write(args...);
    rt::ignore(kernel::Self::yield());  // it cannot fail
  }

  kernel::BootInfo info_;
  kernel::Notification bell_;
  Log log_;
  std::array<Ring, kHarts> rings_{};
  std::uint32_t next_hart_ = 0;
  std::uint64_t printed_ = 0;
  std::uint64_t lost_ = 0;
};

using Server = BasicServer<rt::ConsoleAuditLog>;

}  // namespace tessera::auditd

#endif  // SERVERS_AUDITD_SERVER_H_
