// What a hart asks of another: to look into its mail and at its queues, soon.
//
// A request is counted at each step, by whoever takes it: asked for and sent by the one hart, taken
// (the software interrupt has come) and answered by the other. Requests for a hart that has not
// answered the last one yet are one request.
#pragma once

#include <cstdint>

#include "kernel/base/result.h"
#include "kernel/sync/atomic.h"

namespace tessera {

struct Hart;

// Of a hart. Only itself writes the counts.
struct Ipi {
  Atomic<bool> requested;  // and has not answered yet; set by others
  Atomic<std::uint32_t> asked, sent;
  Atomic<std::uint32_t> taken, answered;
};

namespace ipi {

// The harts that take software interrupts, a bit each (Hart::bit): each sets its own.
inline constinit Atomic<std::uint32_t> online;
bool is_online(const Hart& hart);

// For the self-test of the kernel: a request whose interrupt is not sent.
enum class Send : bool { kSuppressed, kReal };

// ebusy, badState: `to` is not online.
Result<void> request(Hart& from, Hart& to, Send send = Send::kReal);

// A software interrupt was pending on this hart.
void answer(Hart& hart);

}  // namespace ipi
}  // namespace tessera
