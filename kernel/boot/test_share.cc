// The self-test of work that is shared, on the real run queues (object/mail.h): a hart that sleeps
// has asked for one thread, and whoever has one too many gives it.
#include <new>

#include "kernel/boot/test_harts.h"
#include "kernel/boot/wait.h"
#include "kernel/object/mail.h"
#include "kernel/object/state.h"
#include "kernel/sched/scheduler.h"

namespace tessera::boot {
namespace {

// Too large for a stack: in a page.
struct Cast {
  Thread runs;  // as far as the queues know
  Thread first;
  Thread second;
  Thread high;
};
static_assert(sizeof(Cast) <= kPageSize);

// Ready on this hart, for the other one alone.
[[gnu::noinline]] void make_ready(Thread& thread, Hart& self, const Hart& other,
                                  abi::QosClass c = abi::QosClass::kNormal) {
  prepare(thread, self);
  thread.own_class.set(c);
  thread.effective_class.set(c);
  thread.affinity.set(static_cast<std::uint8_t>(bit_of(other)));
  sched::make_ready(thread);
}

bool wait_for_request(const Hart& other) {
  return wait_until([&] { return (state.idle.load() & bit_of(other)) != 0; });
}
bool wait_for_arrival(const Thread& thread) {
  return wait_until([&] { return has_arrived(thread); });
}

// The first goes to who sleeps, the second stays, and who sleeps again asks for it.
bool work_goes_to_who_asks(Cast& cast, Hart& self, Hart& other) {
  make_ready(cast.first, self, other);
  make_ready(cast.second, self, other);
  if (!wait_for_request(other)) return false;
  const std::uint32_t interrupts = self.ipi.taken.load();
  share_work(self);
  const bool gives_the_first = cast.first.is_at(other) && !cast.first.ready && cast.second.ready;
  return gives_the_first && wait_for_arrival(cast.first) &&
         wait_until([&] { return self.ipi.taken.load() != interrupts; });
}

// One request, one thread: the other hart is kept from asking again, since it must take a lock
// before it sleeps.
bool one_request_is_one_thread(Cast& cast, Hart& self, Hart& other)
    __attribute__((no_thread_safety_analysis)) {
  make_ready(cast.first, self, other);
  if (!wait_for_request(other)) return false;
  // An emulator may run one hart at a time: it leaves one that waits for the lock by this.
  arch::set_timer({arch::now().value + kNap.value});
  state.rounds.lock.lock();
  share_work(self);
  share_work(self);
  const bool gives_one = cast.second.is_at(other) && cast.first.ready;
  state.rounds.lock.unlock();
  if (!gives_one || !wait_for_arrival(cast.second) || !wait_for_request(other)) return false;
  share_work(self);
  return cast.first.is_at(other) && wait_for_arrival(cast.first);
}

// While a lower class has its share, what is ready may be higher than what runs.
bool nothing_higher_is_given(Cast& cast, Hart& self, Hart& other) {
  make_ready(cast.high, self, other, abi::QosClass::kInteractive);
  if (!wait_for_request(other)) return false;
  share_work(self);
  if (!cast.high.ready || self.surplus.load()) return false;
  make_ready(cast.second, self, other, abi::QosClass::kIdle);
  share_work(self);
  const bool gives_the_lower = cast.high.ready && cast.second.is_at(other);
  sched::make_wait(cast.high);
  share_work(self);  // it has nothing any more
  return gives_the_lower && wait_for_arrival(cast.second);
}

}  // namespace

void test_share(Hart& self, Hart& other, const arch::PhysRange& spare) {
  Cast& cast = *new (arch::direct_map(spare.start)) Cast;
  self.current = &cast.runs;
  result("work stealing", work_goes_to_who_asks(cast, self, other));
  result("test_reject_steal_above_bound", one_request_is_one_thread(cast, self, other));
  result("test_reject_steal_higher_qos", nothing_higher_is_given(cast, self, other));
  self.current = nullptr;
}

}  // namespace tessera::boot
