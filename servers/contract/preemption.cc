// What works long gives way to a more important thread. (schedule.cc: to one of its own class.)
#include <cstdint>
#include <utility>

#include "servers/contract/behaviour.h"
#include "servers/contract/events.h"
#include "servers/contract/harts.h"
#include "servers/contract/long_work.h"
#include "servers/contract/world.h"
#include "servers/runtime/exit.h"

namespace tessera::contract {
namespace {

using abi::SystemCall;
using kernel::Notification;

constinit kernel::Thread worked_for;
constinit SystemCall long_call{};
volatile std::uint64_t interruptions = 0;

// a7 is the fifth register of the third group; it holds the call's number from before the call
// until it is over.
bool is_in_the_call() {
  OK(worked_for.suspend());
  const bool inside = OK(worked_for.read(2)).r5 == std::to_underlying(long_call);
  OK(worked_for.resume());
  return inside;
}

// Wakes up by its deadline again and again, while `work` is one system call of a lower thread.
volatile bool was_late = false;
volatile std::uint32_t ticks = 0;
void tick(std::uint64_t) {
  const auto never = make<Notification>();
  for (;;) {
    const std::uint64_t deadline = now() + 200'000;
    REFUSED(never.wait(deadline), kTimedOut);
    if (now() > deadline + kMillisecond) was_late = true;
    if (is_in_the_call()) interruptions = interruptions + 1;
    ticks = ticks + 1;
  }
}

void is_preempted(SystemCall call, auto work) {
  worked_for = rt::start::thread();
  long_call = call;
  interruptions = 0;
  was_late = false;
  const Worker ticker = prepare(tick);
  lower_oneself();
  start(ticker);
  work();
  // One that was kept from running until now has yet to find that out.
  const std::uint32_t ticked = ticks;
  until([ticked] { return ticks != ticked; });
  // The first of them could have been before the call had begun. If some came late, the machine may
  // have stood still, or the call has kept them out; that is so again when it is tried again.
  if (interruptions < 3 && was_late) rt::exit(kTooLate);
  EXPECT(interruptions >= 3);
}

void a_higher_preempts_a_revoke() {
  revoke_many([](auto call) { is_preempted(SystemCall::kCNodeRevoke, call); });
}

void a_higher_preempts_a_delete() {
  delete_many([](auto call) { is_preempted(SystemCall::kCNodeDelete, call); });
}

// The zeroing of what is made.
void a_higher_preempts_a_retype() {
  const rt::Slot to = take_slot();
  constexpr std::uint64_t kSize = 0x180'0000;
  is_preempted(SystemCall::kUntypedRetype,
               [&] { OK(memory().retype(abi::ObjectType::kVmo, kSize, own(), to.index, 1)); });
  EXPECT(OK(kernel::Vmo(to).info()).size == kSize);
}

}  // namespace

std::span<const Behaviour> preemption_behaviours() {
  static constexpr Behaviour kAll[] = {
      {"preemption.a_higher_preempts_a_revoke", a_higher_preempts_a_revoke},
      {"preemption.a_higher_preempts_a_delete", a_higher_preempts_a_delete},
      {"preemption.a_higher_preempts_a_retype", a_higher_preempts_a_retype},
  };
  return kAll;
}

}  // namespace tessera::contract
