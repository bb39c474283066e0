// Thread-local storage: tp is a thread's own. Whatever it does and whatever is done to it, it finds
// its block there.
#include <array>
#include <cstdint>

#include "servers/contract/behaviour.h"
#include "servers/contract/fault_port.h"
#include "servers/contract/messages.h"
#include "servers/contract/world.h"

namespace tessera::contract {
namespace {

using kernel::Endpoint;
using kernel::Notification;

// What a program may keep a thread; tp points to it.
struct Local {
  std::uint64_t self = 0;  // its own address
  std::uint64_t count = 0;
};

constinit std::array<Local, 3> locals{};
constinit Endpoint endpoint;
constinit Notification notification;
constexpr unsigned kTpRegister = 4;
constexpr std::uint64_t kNowhere = kFree + 0x10'0000;

std::uint64_t address_of(const Local& local) { return reinterpret_cast<std::uint64_t>(&local); }

void use(Local& local) {
  local = {.self = address_of(local), .count = 0};
  asm volatile("mv tp, %0" : : "r"(&local));
}
// tp, by the register and by what is there.
bool is_mine(const Local& local) {
  std::uint64_t tp;
  std::uint64_t self;
  asm volatile("mv %0, tp\nld %1, 0(tp)" : "=r"(tp), "=r"(self) : : "memory");
  return tp == address_of(local) && self == tp;
}

// Whatever the call and its outcome, on either side, on the short way and on the long one.
void every_kind_of_call_keeps_it() {
  endpoint = make<Endpoint>();
  notification = make<Notification>();
  spawn([](std::uint64_t) {
    use(locals[1]);
    auto tag_received = OK(endpoint.receive(abi::kNoDeadline)).tag;
    for (;;) {
      EXPECT(is_mine(locals[1]));
      tag_received = OK(endpoint.reply_receive(1, 0, 0, 0, 0, 0, 0, tag_received & 0xff)).tag;
    }
  });
  use(locals[0]);
  const auto still = [](const auto&) { EXPECT(is_mine(locals[0])); };
  for (int i = 0; i < 3; ++i) {
    still(call(endpoint, 1));
    still(call_until(endpoint, 1, in_milliseconds(1000)));
    still(kernel::Self::yield());
    still(kernel::Self::now());
    still(notification.wait(in_milliseconds(1)));
    still(notification.signal());
    still(notification.poll());
    still(Endpoint(notification.slot()).receive(0));
    still(own().query(kSlots));
    still(own().revoke(notification.slot().index));
  }
}

// Adds one to a register and to the block until told to end: they stay equal.
void count_for_ever(std::uint64_t number) {
  static constexpr std::uint64_t kRounds = 3'000'000;
  use(locals[number]);
  std::uint64_t counted = 0;
  asm volatile(
      "1:ld   t0, 8(tp)\n"
      "  addi t0, t0, 1\n"
      "  sd   t0, 8(tp)\n"
      "  addi %0, %0, 1\n"
      "  bltu %0, %1, 1b\n"
      : "+r"(counted)
      : "r"(kRounds)
      : "t0", "memory");
  EXPECT(counted == kRounds && is_mine(locals[number]) && locals[number].count == kRounds);
}

// Threads that never call: only the timer ends their turns.
void preemption_keeps_it() {
  const Worker workers[] = {spawn(count_for_ever, 0), spawn(count_for_ever, 1),
                            spawn(count_for_ever, 2)};
  for (const Worker& worker : workers) worker.join();
}

void a_handled_fault_keeps_it() {
  endpoint = make<Endpoint>();
  const Worker worker = spawn_handled(endpoint, [](std::uint64_t) {
    use(locals[0]);
    EXPECT(word_at(kNowhere) == 0);
    EXPECT(is_mine(locals[0]));
  });
  receive_fault(endpoint);
  EXPECT(get_register(worker.thread(), kTpRegister) == address_of(locals[0]));
  map(make_vmo(1), kNowhere, kRead);
  let_go_on();
  worker.join();
}

// It spins on its block, and goes on with another when a handler or debugger gives it one.
void another_hand_may_move_it() {
  locals = {};
  const Worker worker = spawn([](std::uint64_t) {
    use(locals[0]);
    asm volatile("1:ld t0, 8(tp)\n beqz t0, 1b" : : : "t0", "memory");
    EXPECT(is_mine(locals[1]));
  });
  settle();
  OK(worker.thread().suspend());
  EXPECT(get_register(worker.thread(), kTpRegister) == address_of(locals[0]));
  locals[1] = {.self = address_of(locals[1]), .count = 1};
  set_register(worker.thread(), kTpRegister, address_of(locals[1]));
  EXPECT(get_register(worker.thread(), kTpRegister) == address_of(locals[1]));
  OK(worker.thread().resume());
  worker.join();
}

// The kernel looks at none of its bits.
void it_may_hold_anything() {
  for (const std::uint64_t value : {std::uint64_t{0}, std::uint64_t{1}, ~std::uint64_t{0},
                                    std::uint64_t{0xffff'ffff'8020'0000}}) {
    static volatile std::uint64_t seen[2];
    const auto thread = make<kernel::Thread>();
    OK(thread.configure(rt::start::task()));
    void (*body)() = [] {
      std::uint64_t tp;
      asm volatile("mv %0, tp" : "=r"(tp));
      seen[0] = tp;
      OK(kernel::Self::yield());
      asm volatile("mv %0, tp" : "=r"(tp));
      seen[1] = tp;
      for (;;) OK(kernel::Self::yield());
    };
    seen[0] = 0x77;
    seen[1] = 0x77;
    OK(thread.start(reinterpret_cast<std::uint64_t>(body), spare_stack(), 0, value));
    settle();
    EXPECT(seen[0] == value && seen[1] == value);
  }
}

}  // namespace

std::span<const Behaviour> storage_behaviours() {
  static constexpr Behaviour kAll[] = {
      {"storage.every_kind_of_call_keeps_it", every_kind_of_call_keeps_it},
      {"storage.preemption_keeps_it", preemption_keeps_it},
      {"storage.a_handled_fault_keeps_it", a_handled_fault_keeps_it},
      {"storage.another_hand_may_move_it", another_hand_may_move_it},
      {"storage.it_may_hold_anything", it_may_hold_anything},
  };
  return kAll;
}

}  // namespace tessera::contract
