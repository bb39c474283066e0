// crowd: a task of its own making in which as many threads as fit sleep in timed at once, all to
// the same time. Exits 0 when each of them was woken, and none before its time.
//
// Several images are this program, since an owner has a bound; watch (watch.cc) looks at timed
// meanwhile.
#include <atomic>
#include <cstdint>

#include "idl/kernel/notification.h"
#include "idl/kernel/self.h"
#include "idl/service/timed_client.h"
#include "servers/crowd/crowd.h"
#include "servers/process/worker.h"
#include "servers/runtime/print.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/start.h"
#include "servers/runtime/time.h"
#include "servers/runtime/try.h"

namespace tessera::crowd {
namespace {

// Stacks are for a call and little else.
constexpr process::Worker kWorker({.threads = kSleepers, .stack = 1024});
// This task's timer, in the worker: to signal.
constexpr rt::Slot kBell{abi::kStartSlots};

struct Count {
  std::atomic<std::uint32_t> woken;
  std::atomic<std::uint32_t> wrong;
};
Count& count() { return kWorker.shared<Count>(); }

// A thread of the worker.
void sleep_till(std::uint64_t deadline) {
  const service::TimedClient timed(rt::start::timed());
  const auto woke_at = timed.sleep_until(deadline, service::TimerClass::kSender);
  const auto now = kernel::Self::now();
  if (!woke_at || !now || *woke_at < deadline || *now < *woke_at) ++count().wrong;
  ++count().woken;
  rt::ignore(kernel::Notification(kBell).signal());
  process::rest();
}

rt::Result<void> all_sleep_and_wake() {
  // With this one's identity, which timed and nobody else is told of.
  RT_TRY(kWorker.make());
  RT_TRY(kWorker.give(rt::start::timed()));
  RT_TRY(kWorker.give(kBell, rt::start::timer().slot()));
  RT_TRY_ASSIGN(const std::uint64_t begin, kernel::Self::now());
  // watch is to have looked before; nobody signals yet.
  rt::ignore(rt::start::timer().wait(begin + kHeadStart));
  const std::uint64_t deadline = begin + kHeadStart + kSleep;
  for (std::uint32_t i = 0; i < kSleepers; ++i) RT_TRY(kWorker.start(i, sleep_till, deadline));
  while (count().woken < kSleepers) RT_TRY(rt::start::timer().wait(deadline + kPatience));
  return {};
}

}  // namespace
}  // namespace tessera::crowd

extern "C" std::int32_t tessera::server_main(std::uint64_t) {
  using namespace tessera::crowd;
  rt::wait_for_ladder();
  if (const auto done = all_sleep_and_wake(); !done) {
    tessera::rt::print("FAIL status ", done.error().status, " detail ", done.error().detail);
    return 1;
  }
  return count().wrong == 0 ? 0 : 2;
}
