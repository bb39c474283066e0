// Thread: how it is put together and started, stopped, looked into and let go on.
#include <cstdint>

#include "servers/contract/behaviour.h"
#include "servers/contract/messages.h"
#include "servers/contract/raw.h"
#include "servers/contract/world.h"

namespace tessera::contract {
namespace {

using abi::Detail;
using kernel::Endpoint;
using kernel::Notification;
using kernel::Task;
using kernel::Thread;

constexpr Task self() { return rt::start::task(); }
constexpr std::uint64_t kCode = 0x10000;  // the image's first byte

constinit Endpoint endpoint;
constinit RawRegisters block{};

void configure_is_refused() {
  const auto thread = make<Thread>();
  REFUSED(thread.configure(make<Task>()), refusal(abi::kEinval, Detail::kNotConfigured, 1));
  REFUSED(thread.configure(without(self(), Task::Right::kManage)), lacks_right(1));
  REFUSED(thread.configure(Task(thread.slot())), another_type(1));
  REFUSED(without(thread, Thread::Right::kManage).configure(self()), lacks_right(0));
  OK(thread.configure(self()));
  REFUSED(thread.configure(self()), bad_state());
}

void start_is_refused() {
  const auto thread = make<Thread>();
  const std::uint64_t stack = spare_stack();
  REFUSED(thread.start(kCode, stack, 0, 0), refusal(abi::kEinval, Detail::kNotConfigured));
  OK(thread.configure(self()));
  REFUSED(thread.start(kCode + 1, stack, 0, 0), misaligned(1));
  REFUSED(thread.start(0, stack, 0, 0), out_of_range(1));
  REFUSED(thread.start(abi::kUserLimit, stack, 0, 0), out_of_range(1));
  REFUSED(thread.start(0xffff'ffff'8020'0000, stack, 0, 0), out_of_range(1));
  REFUSED(thread.start(kCode, stack + 8, 0, 0), misaligned(2));
  REFUSED(without(thread, Thread::Right::kManage).start(kCode, stack, 0, 0), lacks_right(0));
  REFUSED(rt::start::thread().start(kCode, stack, 0, 0), bad_state());
}

void a_new_thread_has_the_registers_it_was_given() {
  block = {};
  const auto thread = make<Thread>();
  OK(thread.configure(self()));
  const std::uint64_t stack = spare_stack();
  OK(thread.start(reinterpret_cast<std::uint64_t>(&raw_capture), stack, 0x1234'5678'9abc'def0,
                  reinterpret_cast<std::uint64_t>(&block)));
  settle();
  EXPECT(block.done == 1);
  for (unsigned i = 1; i < 32; ++i) {
    const std::uint64_t due = i == kSp ? stack : i == kA0 ? 0x1234'5678'9abc'def0 : 0;
    if (i != kTp) EXPECT(block.out[i] == due);  // by tp it has found the block
  }
}

// Registers that `write` set before the start stay, but for those that `start` sets.
void a_new_thread_keeps_what_was_written() {
  block = {};
  const auto thread = make<Thread>();
  OK(thread.configure(self()));
  const std::uint64_t stack = spare_stack();
  for (std::uint8_t group = 0; group < 5; ++group) {
    const std::uint64_t first = std::uint64_t{group} * 6;
    OK(thread.write(group, group == 0 ? kCode : raw_value(first), raw_value(first + 1),
                    raw_value(first + 2), raw_value(first + 3), raw_value(first + 4),
                    raw_value(first + 5)));
  }
  OK(thread.write(5, raw_value(30), raw_value(31), 0, 0, 0, 0));
  OK(thread.start(reinterpret_cast<std::uint64_t>(&raw_capture), stack, 5,
                  reinterpret_cast<std::uint64_t>(&block)));
  settle();
  EXPECT(block.done == 1);
  EXPECT(block.out[kSp] == stack && block.out[kA0] == 5);
  for (unsigned i = 1; i < 32; ++i) {
    if (i != kSp && i != kTp && i != kA0) EXPECT(block.out[i] == raw_value(i));
  }
}

std::uint64_t thread_pointer() {
  std::uint64_t tp;
  asm volatile("mv %0, tp" : "=r"(tp));
  return tp;
}

// tp is the thread's own, across calls, turns and interrupts.
void each_thread_has_its_own_storage() {
  static constinit std::uint64_t storage[3];
  static volatile int running;
  running = 0;
  const auto body = [](std::uint64_t number) {
    const auto mine = reinterpret_cast<std::uint64_t>(&storage[number]);
    asm volatile("mv tp, %0" : : "r"(mine));
    running = running + 1;
    for (int i = 0; i < 50; ++i) {
      OK(kernel::Self::yield());
      EXPECT(thread_pointer() == mine);
      asm volatile("ld t0, 0(tp)\naddi t0, t0, 1\nsd t0, 0(tp)" : : : "t0", "memory");
    }
  };
  const Worker workers[] = {spawn(body, 0), spawn(body, 1), spawn(body, 2)};
  for (const Worker& worker : workers) worker.join();
  for (const std::uint64_t counted : storage) EXPECT(counted == 50);
}

volatile std::uint64_t turns = 0;
void spin(std::uint64_t) {
  for (;;) turns = turns + 1;
}

void a_suspended_thread_does_not_run() {
  turns = 0;
  const Worker worker = spawn(spin);
  OK(kernel::Self::yield());
  EXPECT(turns != 0);
  OK(worker.thread().suspend());
  OK(worker.thread().suspend());  // fine
  const std::uint64_t before = turns;
  settle();
  EXPECT(turns == before);
  OK(worker.thread().resume());
  OK(kernel::Self::yield());
  EXPECT(turns != before);
}

void suspend_and_resume_are_refused() {
  const Worker worker = prepare(spin);
  const auto no_right = without(worker.thread(), Thread::Right::kManage);
  REFUSED(worker.thread().suspend(), bad_state());  // never started
  REFUSED(worker.thread().resume(), bad_state());
  REFUSED(no_right.suspend(), lacks_right(0));
  REFUSED(no_right.resume(), lacks_right(0));
  start(worker);
  REFUSED(worker.thread().resume(), bad_state());
  const Space space = prepare_space([](std::uint64_t) {});
  space.start();
  space.join();
  REFUSED(space.thread().suspend(), bad_state());  // its task has ended
  REFUSED(space.thread().resume(), bad_state());
}

// Whatever it waits for ends; its call is cancelled, and it goes on from there.
void suspended_in_each_wait() {
  endpoint = make<Endpoint>();
  static constinit Notification notification;
  notification = make<Notification>();
  const Worker workers[] = {
      spawn([](std::uint64_t) { REFUSED(call(endpoint, 1), kCancelled); }),
      spawn([](std::uint64_t) { REFUSED(send(endpoint, 1), kCancelled); }),
      spawn([](std::uint64_t) { REFUSED(notification.wait(abi::kNoDeadline), kCancelled); }),
  };
  settle();
  for (const Worker& worker : workers) OK(worker.thread().suspend());
  REFUSED(endpoint.receive(0), kTimedOut);
  OK(notification.signal());
  EXPECT(OK(notification.poll()) == 1);  // nobody took it
  for (const Worker& worker : workers) OK(worker.thread().resume());
  for (const Worker& worker : workers) worker.join();
  const Worker receiver =
      spawn([](std::uint64_t) { REFUSED(endpoint.receive(abi::kNoDeadline), kCancelled); });
  settle();
  OK(receiver.thread().suspend());
  REFUSED(send(endpoint, 1, 0), kTimedOut);
  OK(receiver.thread().resume());
  receiver.join();
}

// In mid-call: received, not answered. The answer is dropped.
void suspended_in_mid_call() {
  endpoint = make<Endpoint>();
  const Worker caller = spawn([](std::uint64_t) { REFUSED(call(endpoint, 1), kCancelled); });
  OK(endpoint.receive(abi::kNoDeadline));
  OK(caller.thread().suspend());
  const auto bound = make<Notification>();
  OK(rt::start::thread().bind(bound));
  OK(bound.signal());
  EXPECT(OK(endpoint.reply_receive(1, 0, 0, 0, 0, 0, 0, shape(1))).tag == 0);
  settle();
  EXPECT(!caller.is_done());
  OK(caller.thread().resume());
  caller.join();
}

// A server that is stopped keeps its caller; it answers when it goes on.
void a_suspended_server_answers_later() {
  endpoint = make<Endpoint>();
  const std::uint64_t started = now();
  const Worker server = spawn([](std::uint64_t) {
    OK(endpoint.receive(abi::kNoDeadline));
    for (int i = 0; i < 3; ++i) OK(kernel::Self::yield());
    OK(answer({4}, shape(1)));
  });
  const Worker caller = spawn([](std::uint64_t) { EXPECT(OK(call(endpoint, 1)).w0 == 4); });
  OK(kernel::Self::yield());
  in_time(started + kShortOfASlice);
  OK(server.thread().suspend());
  settle();
  EXPECT(!caller.is_done());
  OK(server.thread().resume());
  caller.join();
}

void a_suspended_thread_is_read_and_written() {
  block = {};
  for (unsigned i = 1; i < 32; ++i) block.in[i] = raw_value(i);
  const Worker worker = spawn([](std::uint64_t) { raw_spin(&block); });
  OK(kernel::Self::yield());
  OK(worker.thread().suspend());
  for (std::uint8_t group = 0; group <= 5; ++group) {
    const auto values = OK(worker.thread().read(group));
    const std::uint64_t got[] = {values.r0, values.r1, values.r2, values.r3, values.r4, values.r5};
    for (unsigned i = 0; i < 6; ++i) {
      const unsigned x = group * 6 + i;
      if (x == 0) {
        EXPECT(got[i] >= kCode && got[i] < kFree);
      } else if (x == kTp) {
        EXPECT(got[i] == reinterpret_cast<std::uint64_t>(&block));
      } else if (x != kT6) {  // it counts
        EXPECT(got[i] == (x < 32 ? raw_value(x) : 0));
      }
    }
  }
  const auto last = OK(worker.thread().read(5));
  OK(worker.thread().write(5, 0xabc, 1, 0, 0, 0, 0));  // t6: the last round
  EXPECT(last.r1 > 1);
  OK(worker.thread().resume());
  worker.join();
  EXPECT(block.out[30] == 0xabc && block.out[kT6] == 0);
}

void read_and_write_are_refused() {
  const Thread me = rt::start::thread();
  REFUSED(me.read(0), bad_state());  // it runs
  REFUSED(me.write(1, 0, 0, 0, 0, 0, 0), bad_state());
  const auto thread = make<Thread>();
  OK(thread.configure(self()));
  REFUSED(thread.read(6), out_of_range(1));
  REFUSED(thread.write(6, 0, 0, 0, 0, 0, 0), out_of_range(1));
  REFUSED(thread.write(0, kCode + 1, 0, 0, 0, 0, 0), misaligned(2));
  REFUSED(thread.write(0, abi::kUserLimit, 0, 0, 0, 0, 0), out_of_range(2));
  REFUSED(thread.write(0, 0, 0, 0, 0, 0, 0), out_of_range(2));
  for (unsigned argument = 4; argument <= 7; ++argument) {
    const auto at = [=](unsigned i) -> std::uint64_t { return i == argument ? 1 : 0; };
    REFUSED(thread.write(5, 0, 0, at(4), at(5), at(6), at(7)), out_of_range(argument));
  }
  const auto no_right = without(thread, Thread::Right::kManage);
  REFUSED(no_right.read(0), lacks_right(0));
  REFUSED(no_right.write(1, 0, 0, 0, 0, 0, 0), lacks_right(0));
}

void without_a_capability_a_thread_stops() {
  turns = 0;
  const Worker worker = spawn(spin);
  OK(kernel::Self::yield());
  drop(worker.thread().slot());
  const std::uint64_t before = turns;
  settle();
  EXPECT(turns == before && before != 0);
}

}  // namespace

std::span<const Behaviour> thread_behaviours() {
  static constexpr Behaviour kAll[] = {
      {"thread.configure_is_refused", configure_is_refused},
      {"thread.start_is_refused", start_is_refused},
      {"thread.a_new_thread_has_the_registers_it_was_given",
       a_new_thread_has_the_registers_it_was_given},
      {"thread.a_new_thread_keeps_what_was_written", a_new_thread_keeps_what_was_written},
      {"thread.each_thread_has_its_own_storage", each_thread_has_its_own_storage},
      {"thread.a_suspended_thread_does_not_run", a_suspended_thread_does_not_run},
      {"thread.suspend_and_resume_are_refused", suspend_and_resume_are_refused},
      {"thread.suspended_in_each_wait", suspended_in_each_wait},
      {"thread.suspended_in_mid_call", suspended_in_mid_call},
      {"thread.a_suspended_server_answers_later", a_suspended_server_answers_later},
      {"thread.a_suspended_thread_is_read_and_written", a_suspended_thread_is_read_and_written},
      {"thread.read_and_write_are_refused", read_and_write_are_refused},
      {"thread.without_a_capability_a_thread_stops", without_a_capability_a_thread_stops},
  };
  return kAll;
}

}  // namespace tessera::contract
