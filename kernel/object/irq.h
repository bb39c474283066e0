// The interrupts of one source at the machine's controller, for the driver that has the object.
//
// A source interrupts the hart on which its Irq was bound, and is masked from the interrupt, which
// claims it there, to the acknowledgement, which completes it there, from whatever hart. That
// hart's lock guards what both see.
#pragma once

#include <cstdint>

#include "kernel/base/result.h"
#include "kernel/cap/slot.h"
#include "kernel/sched/hart.h"
#include "kernel/sync/atomic.h"

namespace tessera {

struct Irq {
  std::uint32_t references = 0;
  std::uint32_t source = 0;  // 0: none yet
  // The hart that its source is allowed to interrupt; null: none. Changed with the tree and under
  // the lock of that hart.
  Atomic<Hart*> home = nullptr;
  bool claimed = false;                     // and not acknowledged; under the lock of `home`
  Slot target{SlotRole::kIrqNotification};  // with its badge; not empty while there is a home
  Slot grave{SlotRole::kGrave};
};
inline constexpr std::uint64_t kIrqSize = (sizeof(Irq) + 63) / 64 * 64;

// Whose the source is from now on.
Result<void> configure(Irq& irq, std::uint64_t allowed_source, std::uint32_t source);
// Allows the source, whose target has been set, to interrupt this hart.
void unmask(Irq& irq);
// The source interrupts nobody any more; the next Irq that has it begins anew.
void mask(Irq& irq);
// Its source may be given to another.
void forget_source(const Irq& irq);
Result<void> acknowledge(Irq& irq);

// Of what waits at the controller for this hart, one interrupt is claimed: whose it is, if
// anybody's. Under the hart's lock, which is held until its target is signalled, once: who masks
// the source finds that it was claimed, or that it was not, and nothing in between.
Irq* claim_interrupt(Hart& hart);
// It is claimed, and its target signalled.
void take_device_interrupt(Hart& hart);

}  // namespace tessera
