// Where trap entry goes with the calls that have a short way. The two of messages run with the
// thread's place in its frame and the message still in the registers that user space put it in.
#include "kernel/arch/contract/cause.h"
#include "kernel/sched/hart.h"
#include "kernel/syscall/fast_path.h"
#include "kernel/syscall/fast_signal.h"
#include "kernel/syscall/trap.h"

namespace tessera {

// trap.S: the whole call from its start.
extern "C" void long_way_call(std::uint64_t w0, std::uint64_t w1, std::uint64_t w2,
                              std::uint64_t w3, std::uint64_t w4, std::uint64_t w5,
                              std::uint64_t tag, std::uint64_t address);
// The same; the slot is in the frame.
extern "C" void long_way_call_with(std::uint64_t w0, std::uint64_t w1, std::uint64_t w2,
                                   std::uint64_t w3, std::uint64_t w4, std::uint64_t w5,
                                   std::uint64_t tag, std::uint64_t address);
extern "C" void long_way_reply_receive(std::uint64_t w0, std::uint64_t w1, std::uint64_t w2,
                                       std::uint64_t w3, std::uint64_t w4, std::uint64_t w5,
                                       std::uint64_t status, std::uint64_t address);

namespace {

// A message with words in the buffers.
[[gnu::noinline]] void long_message_call(std::uint64_t w0, std::uint64_t w1, std::uint64_t w2,
                                         std::uint64_t w3, std::uint64_t w4, std::uint64_t w5,
                                         std::uint64_t tag, std::uint64_t address) {
  Hart& hart = Hart::here();
  Thread& caller = Thread::of(*hart.current);
  if (fast::call<fast::InBuffers>(hart, caller, {w0, w1, w2, w3, w4, w5}, tag, address)) return;
  long_way_call(w0, w1, w2, w3, w4, w5, tag, address);
}

// The answer's shape is in the frame.
[[gnu::noinline]] void long_message_reply_receive(std::uint64_t w0, std::uint64_t w1,
                                                  std::uint64_t w2, std::uint64_t w3,
                                                  std::uint64_t w4, std::uint64_t w5,
                                                  std::uint64_t status, std::uint64_t address) {
  Hart& hart = Hart::here();
  Thread& server = Thread::of(*hart.current);
  const std::uint64_t shape = server.frame.x[ipc::kAnswerShape];
  if (fast::reply_receive<fast::InBuffers>(hart, server, {w0, w1, w2, w3, w4, w5}, status, shape,
                                           address)) {
    return;
  }
  long_way_reply_receive(w0, w1, w2, w3, w4, w5, status, address);
}

// The same, by a server that has received capabilities.
[[gnu::noinline]] void reply_receive_cleaning_up(std::uint64_t w0, std::uint64_t w1,
                                                 std::uint64_t w2, std::uint64_t w3,
                                                 std::uint64_t w4, std::uint64_t w5,
                                                 std::uint64_t status, std::uint64_t address) {
  Hart& hart = Hart::here();
  Thread& server = Thread::of(*hart.current);
  const std::uint64_t shape = server.frame.x[ipc::kAnswerShape];
  __builtin_assume(shape <= abi::kMessageRegisters);
  if (fast::reply_receive<fast::InRegisters, fast::OneReceived>(
          hart, server, {w0, w1, w2, w3, w4, w5}, status, shape, address)) {
    return;
  }
  long_way_reply_receive(w0, w1, w2, w3, w4, w5, status, address);
}

}  // namespace

extern "C" void fast_call_path(std::uint64_t w0, std::uint64_t w1, std::uint64_t w2,
                               std::uint64_t w3, std::uint64_t w4, std::uint64_t w5,
                               std::uint64_t tag, std::uint64_t address) {
  if (!fast::InRegisters::fits(tag & ipc::kShapeMask)) [[unlikely]] {
    return long_message_call(w0, w1, w2, w3, w4, w5, tag, address);
  }
  Hart& hart = Hart::here();
  Thread& caller = Thread::of(*hart.current);
  if (fast::call<fast::InRegisters>(hart, caller, {w0, w1, w2, w3, w4, w5}, tag, address)) return;
  long_way_call(w0, w1, w2, w3, w4, w5, tag, address);
}

// With one capability at most, whose slot is in t1, and no deadline (trap.S).
static_assert(ipc::kDeadline == 6 && ipc::capability_register(0) == 7 &&
              ipc::capability_register(1) == 28 && ipc::capability_register(2) == 29);
static_assert(abi::kNoDeadline + 1 == 0);
extern "C" void fast_call_with_path(std::uint64_t w0, std::uint64_t w1, std::uint64_t w2,
                                    std::uint64_t w3, std::uint64_t w4, std::uint64_t w5,
                                    std::uint64_t tag, std::uint64_t address) {
  register std::uint64_t t1 asm("t1");
  asm volatile("" : "=r"(t1));
  const std::uint64_t slot = t1;
  Hart& hart = Hart::here();
  Thread& caller = Thread::of(*hart.current);
  if (fast::call_with(hart, caller, {w0, w1, w2, w3, w4, w5}, tag, address, slot)) return;
  caller.frame.x[ipc::capability_register(0)] = slot;
  long_way_call_with(w0, w1, w2, w3, w4, w5, tag, address);
}

extern "C" void fast_reply_receive_path(std::uint64_t w0, std::uint64_t w1, std::uint64_t w2,
                                        std::uint64_t w3, std::uint64_t w4, std::uint64_t w5,
                                        std::uint64_t status, std::uint64_t address) {
  // A ninth argument, in the register of the call itself.
  register std::uint64_t t1 asm("t1");
  asm volatile("" : "=r"(t1));
  const std::uint64_t shape = t1;
  Hart& hart = Hart::here();
  Thread& server = Thread::of(*hart.current);
  if (!fast::InRegisters::fits(shape)) [[unlikely]] {
    server.frame.x[ipc::kAnswerShape] = shape;
    return long_message_reply_receive(w0, w1, w2, w3, w4, w5, status, address);
  }
  if (server.received != 0) [[unlikely]] {
    server.frame.x[ipc::kAnswerShape] = shape;
    return reply_receive_cleaning_up(w0, w1, w2, w3, w4, w5, status, address);
  }
  if (fast::reply_receive<fast::InRegisters>(hart, server, {w0, w1, w2, w3, w4, w5}, status, shape,
                                             address)) {
    return;
  }
  server.frame.x[ipc::kAnswerShape] = shape;
  long_way_reply_receive(w0, w1, w2, w3, w4, w5, status, address);
}

// Notification.signal. True: the thread goes on; false: nothing has happened.
extern "C" bool fast_signal_path(std::uint64_t address) {
  Hart& hart = Hart::here();
  return fast::signal(hart, Thread::of(*hart.current), address) == fast::Signalled::kGoesOn;
}

// A fault of the hart's current thread, all of whose registers are in its frame.
extern "C" arch::Frame* fault_path(arch::HartLocal* local, std::uint64_t cause,
                                   std::uint64_t value) {
  Hart& hart = Hart::of(*local);
  fast::fault(hart, Thread::of(*hart.current), arch::fault_of(cause), value);
  return kernel_trap(local, cause, value);
}

// The same of an interrupt.
extern "C" arch::Frame* interrupt_path(arch::HartLocal* local, std::uint64_t cause) {
  if (cause == arch::kDeviceInterrupt) fast::interrupt(Hart::of(*local));
  return kernel_trap(local, cause, 0);
}

// Self.now: nothing but the time.
extern "C" std::uint64_t fast_now_path() { return arch::now().value; }

}  // namespace tessera
