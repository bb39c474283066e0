// Waits for signs of life of the tasks that init has started, says how each one ended, and takes
// back what it had.
#ifndef SERVERS_INIT_SUPERVISOR_H_
#define SERVERS_INIT_SUPERVISOR_H_

#include <cstddef>
#include <cstdint>

#include "idl/kernel/notification.h"
#include "idl/kernel/task.h"
#include "idl/manifest.h"
#include "servers/init/failure.h"
#include "servers/init/layout.h"

namespace tessera::init {

// How a task ended, as a line has it: "exited status=3", "killed", or "faulted cause=readFault
// address=0x0 pc=0x10004".
struct Ending {
  kernel::Task::InfoResult info;

  constexpr void write(rt::Sink auto& sink) const {
    rt::write(sink, abi::to_string(info.state));
    if (info.state == abi::TaskState::kExited) rt::write(sink, " status=", info.status);
    if (info.state == abi::TaskState::kFaulted) {
      rt::write(sink, " cause=", abi::to_string(info.cause), " address=", rt::hex(info.address),
                " pc=", rt::hex(info.pc));
    }
  }
};

class Supervisor {
 public:
  explicit constexpr Supervisor(const manifest::Manifest& manifest) : manifest_(manifest) {}

  // Returns when the service is ready, or has ended before that; other tasks' ends are reported
  // meanwhile.
  Result<void> wait_until_ready(std::size_t image);

  // Reports ends, and reaps, for ever; returns only when it cannot wait.
  Failure watch();

 private:
  Result<void> wait();
  void report_ends();
  void reap(std::size_t image);
  bool take(std::uint64_t bit);

  const manifest::Manifest& manifest_;
  kernel::Notification events_{kEvents};
  std::uint64_t seen_ = 0;      // came, and not looked at yet
  std::uint64_t reported_ = 0;  // ends: the kernel may tell of one twice
};

}  // namespace tessera::init

#endif  // SERVERS_INIT_SUPERVISOR_H_
