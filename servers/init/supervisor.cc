#include "servers/init/supervisor.h"

#include "idl/kernel/cnode.h"
#include "servers/init/printer.h"

namespace tessera::init {

Result<void> Supervisor::wait() {
  RT_TRY_ASSIGN(const std::uint64_t bits, step("wait for a task", events_.wait(abi::kNoDeadline)));
  seen_ |= bits;
  return {};
}

bool Supervisor::take(std::uint64_t bit) {
  const bool was_set = (seen_ & bit) != 0;
  seen_ &= ~bit;
  return was_set;
}

Result<void> Supervisor::wait_until_ready(std::size_t image) {
  for (;;) {
    if (take(ready_bit(image))) return {};
    if (take(ended_bit(image))) {
      reported_ |= ended_bit(image);
      RT_TRY_ASSIGN(const auto info,
                    step("ask how it ended", kernel::Task(watch_slot(image)).info()));
      print(manifest_.images[image].name, " died before it was ready: ", Ending{info});
      return failed("wait until it is ready", "it died");
    }
    report_ends();
    RT_TRY(wait());
  }
}

void Supervisor::report_ends() {
  for (std::size_t i = 0; i < manifest_.images.size(); ++i) {
    if (!take(ended_bit(i)) || (reported_ & ended_bit(i)) != 0) continue;
    reported_ |= ended_bit(i);
    const auto info = kernel::Task(watch_slot(i)).info();
    if (info) print(manifest_.images[i].name, " ended: ", Ending{*info});
    reap(i);
  }
}

// Everything of the task came out of its quota, and goes with it: whoever waits for an answer that
// it owed, or at its endpoint, is told so.
void Supervisor::reap(std::size_t image) {
  const kernel::CNode own(boot_slot(kernel::BootSlot::kCnode));
  const auto reaped = own.revoke(quota_slot(image).index);
  if (!reaped) print("FAIL ", manifest_.images[image].name, " was not reaped");
}

Failure Supervisor::watch() {
  for (;;) {
    report_ends();
    if (const auto waited = wait(); !waited) return waited.error();
  }
}

}  // namespace tessera::init
