#include "kernel/sched/ipi.h"

#include "kernel/base/check.h"

#include "kernel/sched/hart.h"

namespace tessera::ipi {

bool is_online(const Hart& hart) { return (online.load() & hart.bit) != 0; }

[[gnu::noinline]] Result<void> request(Hart& from, Hart& to, Send send) {
  if (!is_online(to)) return Error{abi::kEbusy, abi::Detail::kBadState, 0};
  from.ipi.asked.increment();
  if (to.ipi.requested.exchange(true)) return {};
  if (send == Send::kSuppressed) return {};
  // The firmware started this hart, so it knows it.
  CHECK(arch::send_software_interrupt(to.id));
  from.ipi.sent.increment();
  return {};
}

void answer(Hart& hart) {
  hart.ipi.taken.increment();
  // What was asked for before this is seen after it; what comes later is another request.
  if (hart.ipi.requested.exchange(false)) hart.ipi.answered.increment();
}

}  // namespace tessera::ipi
