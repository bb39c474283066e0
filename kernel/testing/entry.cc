#include "kernel/testing/entry.h"

#include "kernel/arch/contract/cause.h"
#include "kernel/base/check.h"
#include "kernel/ipc/message.h"
#include "kernel/syscall/fast_path.h"
#include "kernel/syscall/fast_signal.h"
#include "kernel/syscall/trap.h"

namespace tessera::testing {
namespace {

// Where the frame has what a stub calls so.
struct Place {
  std::uint64_t rt::Registers::* of;
  unsigned x;
};
constexpr Place kPlaces[] = {
    {&rt::Registers::t0, 5},  {&rt::Registers::t1, 6},  {&rt::Registers::t2, 7},
    {&rt::Registers::t3, 28}, {&rt::Registers::t4, 29}, {&rt::Registers::t5, 30},
    {&rt::Registers::t6, 31}, {&rt::Registers::a0, 10}, {&rt::Registers::a1, 11},
    {&rt::Registers::a2, 12}, {&rt::Registers::a3, 13}, {&rt::Registers::a4, 14},
    {&rt::Registers::a5, 15}, {&rt::Registers::a6, 16}, {&rt::Registers::a7, 17},
};

constexpr unsigned kSaved[] = {8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27};

constexpr std::uint64_t kEcallLength = 4;

}  // namespace

void put_registers(const rt::Registers& from, arch::Frame& to) {
  for (const Place& place : kPlaces) to.x[place.x] = from.*place.of;
}
void get_registers(const arch::Frame& from, rt::Registers& to) {
  for (const Place& place : kPlaces) to.*place.of = from.x[place.x];
}

// The place in the frame of a call is past the ecall by then.
arch::Frame* trap(Hart& hart, std::uint64_t cause, std::uint64_t value) {
  if (cause != kSystemCall) return kernel_trap(&hart, cause, value);
  arch::Frame& frame = Thread::of(*hart.current).frame;
  const arch::Frame before = frame;
  frame.pc() += kEcallLength;
  const WayOut out = system_call(&hart);
  if (out.load != Load::kAll) {
    CHECK(out.frame == &frame);
    if (out.load == Load::kPlace) ipc::clear_temporaries(frame);  // trap.S does
    for (const unsigned saved : kSaved) CHECK(frame.x[saved] == before.x[saved]);
  }
  return out.frame;
}

bool take_short_way(Hart& hart, std::uint64_t cause, std::uint64_t value) {
  Thread& thread = Thread::of(*hart.current);
  arch::Frame& frame = thread.frame;
  if (cause == arch::kDeviceInterrupt) return fast::interrupt(hart);
  if (arch::is_interrupt(cause)) return false;
  if (cause != kSystemCall) return fast::fault(hart, thread, arch::fault_of(cause), value);
  const auto& x = frame.x;
  const arch::Words words{x[10], x[11], x[12], x[13], x[14], x[15]};
  bool done = false;  // then the frame may be another hart's
  frame.pc() += kEcallLength;
  if (x[ipc::kNumber] == abi::word(abi::SystemCall::kEndpointCall)) {
    done = fast::InRegisters::fits(x[16] & ipc::kShapeMask)
               ? fast::call<fast::InRegisters>(hart, thread, words, x[16], x[5])
               : fast::call<fast::InBuffers>(hart, thread, words, x[16], x[5]);
  } else if (x[ipc::kNumber] == abi::word(abi::SystemCall::kEndpointCallWith)) {
    const bool is_plain = x[ipc::kDeadline] == abi::kNoDeadline &&
                          x[ipc::capability_register(1)] == 0 &&
                          x[ipc::capability_register(2)] == 0;
    done = is_plain && fast::call_with(hart, thread, words, x[ipc::kTag], x[ipc::kInvoked],
                                       x[ipc::capability_register(0)]);
  } else if (x[ipc::kNumber] == abi::word(abi::SystemCall::kEndpointReplyReceive)) {
    done = thread.received != 0 ? fast::reply_receive<fast::InRegisters, fast::OneReceived>(
                                      hart, thread, words, x[16], x[6], x[5])
           : fast::InRegisters::fits(x[6])
               ? fast::reply_receive<fast::InRegisters>(hart, thread, words, x[16], x[6], x[5])
               : fast::reply_receive<fast::InBuffers>(hart, thread, words, x[16], x[6], x[5]);
  } else if (x[ipc::kNumber] == abi::word(abi::SystemCall::kNotificationSignal)) {
    const fast::Signalled is = fast::signal(hart, thread, x[5]);
    done = is != fast::Signalled::kNothingHappened;
    if (is == fast::Signalled::kGoesOn) ipc::clear_temporaries(frame);  // trap.S does
  }
  if (!done) frame.pc() -= kEcallLength;
  return done;
}

}  // namespace tessera::testing
