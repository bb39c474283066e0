// Notification and Alarm: bits that are signalled and waited for, and the timer's interrupt.
#include <cstdint>

#include "idl/kernel/alarm.h"
#include "servers/contract/behaviour.h"
#include "servers/contract/messages.h"
#include "servers/contract/world.h"

namespace tessera::contract {
namespace {

using abi::Detail;
using kernel::Alarm;
using kernel::Endpoint;
using kernel::Notification;

constexpr std::uint8_t kSignal = rt::rights(Notification::Right::kSignal);

constinit Notification notification;
constinit Endpoint endpoint;

void signals_add_up() {
  notification = make<Notification>();
  REFUSED(notification.poll(), kNothingToTake);
  OK(notification.signal());
  OK(notification.signal());
  OK(mint(notification, kSignal, 0x10).signal());
  OK(mint(notification, kSignal, std::uint64_t{1} << 63).signal());
  EXPECT(OK(notification.poll()) == (std::uint64_t{1} << 63 | 0x11));
  REFUSED(notification.poll(), kNothingToTake);
}

void wait_takes_what_is_there() {
  notification = make<Notification>();
  OK(mint(notification, kSignal, 6).signal());
  EXPECT(OK(notification.wait(abi::kNoDeadline)) == 6);
  REFUSED(notification.poll(), kNothingToTake);
}

void a_signal_wakes_one_waiter() {
  notification = make<Notification>();
  static constinit std::uint64_t got[3];
  for (std::uint64_t i = 0; i < 3; ++i) {
    got[i] = 0;
    spawn([](std::uint64_t number) { got[number] = OK(notification.wait(abi::kNoDeadline)); }, i);
    settle();
  }
  for (std::uint64_t i = 0; i < 3; ++i) {
    OK(mint(notification, kSignal, 8 + i).signal());
    settle();
    for (std::uint64_t j = 0; j < 3; ++j) EXPECT(got[j] == (j <= i ? 8 + j : 0));
  }
}

void a_signal_reaches_another_space() {
  notification = make<Notification>();
  const Space waiter = prepare_space(
      [](std::uint64_t) { EXPECT(OK(Notification(gift(0)).wait(abi::kNoDeadline)) == 4); });
  waiter.give(0, notification.slot(), rt::rights(Notification::Right::kWait));
  waiter.start();
  settle();
  OK(mint(notification, kSignal, 4).signal());
  waiter.join();
}

void rights_are_needed() {
  notification = make<Notification>();
  const auto waiting = without(notification, Notification::Right::kSignal);
  const auto signalling = without(notification, Notification::Right::kWait);
  REFUSED(waiting.signal(), lacks_right(0));
  REFUSED(signalling.wait(0), lacks_right(0));
  REFUSED(signalling.poll(), lacks_right(0));
  OK(signalling.signal());
  EXPECT(OK(waiting.poll()) == 1);
  REFUSED(Notification(make<Endpoint>().slot()).signal(), another_type(0));
  REFUSED(Notification(take_slot()).poll(), no_capability(0));
}

void a_bound_signal_ends_a_receive() {
  notification = make<Notification>();
  endpoint = make<Endpoint>();
  OK(rt::start::thread().bind(notification));
  spawn([](std::uint64_t) { OK(mint(notification, kSignal, 12).signal()); });
  const auto signalled = OK(endpoint.receive(abi::kNoDeadline));
  EXPECT(signalled.tag == 0 && signalled.info == 0 && signalled.badge == 0);
  EXPECT(words_of(signalled) == (Words{12, 0, 0, 0, 0, 0}));
}

// Where both wait a signal goes first, and after it a message: a flood of the one leaves the other
// its turn.
void a_signal_and_a_message_take_turns() {
  notification = make<Notification>();
  endpoint = make<Endpoint>();
  OK(rt::start::thread().bind(notification));
  for (std::uint64_t i = 0; i < 3; ++i) {
    spawn([](std::uint64_t word) { OK(send(endpoint, word)); }, 3 + i);
    settle();
  }
  for (std::uint64_t i = 0; i < 3; ++i) {
    OK(notification.signal());
    const auto signalled = OK(endpoint.receive(abi::kNoDeadline));
    EXPECT(signalled.tag == 0 && signalled.w0 == 1);
    OK(notification.signal());
    EXPECT(OK(endpoint.receive(abi::kNoDeadline)).w0 == 3 + i);
  }
  // With nobody who sends, one signal after the other.
  EXPECT(OK(endpoint.receive(abi::kNoDeadline)).tag == 0);
  OK(notification.signal());
  EXPECT(OK(endpoint.receive(abi::kNoDeadline)).tag == 0);
}

void bind_is_refused() {
  notification = make<Notification>();
  const kernel::Thread self = rt::start::thread();
  const rt::Error taken = refusal(abi::kEbusy, Detail::kOccupied, 1);
  REFUSED(self.bind(without(notification, Notification::Right::kWait)), lacks_right(1));
  REFUSED(self.bind(Notification(take_slot())), no_capability(1));
  OK(self.bind(notification));
  REFUSED(self.bind(make<Notification>()), taken);
  REFUSED(make<kernel::Thread>().bind(notification), taken);
  // Both are free again when the binding's source is gone.
  revoke(notification.slot());
  OK(self.bind(notification));
}

void an_alarm_fires_at_its_deadline() {
  notification = make<Notification>();
  const auto alarm = make<Alarm>();
  OK(alarm.bind(mint(notification, kSignal, 3)));
  const std::uint64_t deadline = in_milliseconds(3);
  OK(alarm.set(deadline));
  const auto early = notification.poll();
  in_time(deadline);
  REFUSED(early, kNothingToTake);
  EXPECT(OK(notification.wait(abi::kNoDeadline)) == 3);
  EXPECT(now() >= deadline);
  REFUSED(notification.wait(in_milliseconds(3)), kTimedOut);  // once
}

void an_alarm_in_the_past_fires_at_once() {
  notification = make<Notification>();
  const auto alarm = make<Alarm>();
  OK(alarm.bind(notification));
  OK(alarm.set(0));
  EXPECT(OK(notification.wait(in_milliseconds(1000))) == 1);
}

void the_last_set_counts() {
  notification = make<Notification>();
  const auto alarm = make<Alarm>();
  OK(alarm.bind(notification));
  std::uint64_t deadline = in_milliseconds(4);
  OK(alarm.set(deadline));
  OK(alarm.set(in_milliseconds(1'000'000)));
  in_time(deadline);
  REFUSED(notification.wait(deadline + kMillisecond), kTimedOut);
  deadline = in_milliseconds(4);
  OK(alarm.set(deadline));
  OK(alarm.clear());
  OK(alarm.clear());
  in_time(deadline);
  REFUSED(notification.wait(in_milliseconds(5)), kTimedOut);
}

void an_alarm_rebound_signals_the_new_one() {
  notification = make<Notification>();
  const auto other = make<Notification>();
  const auto alarm = make<Alarm>();
  OK(alarm.bind(notification));
  const std::uint64_t deadline = in_milliseconds(4);
  OK(alarm.set(deadline));
  OK(alarm.bind(mint(other, kSignal, 2)));  // forgets the deadline
  in_time(deadline);
  REFUSED(other.wait(deadline + kMillisecond), kTimedOut);
  OK(alarm.set(0));
  EXPECT(OK(other.wait(in_milliseconds(1000))) == 2);
  REFUSED(notification.poll(), kNothingToTake);
}

void alarm_is_refused() {
  notification = make<Notification>();
  const auto alarm = make<Alarm>();
  const rt::Error not_configured = refusal(abi::kEinval, Detail::kNotConfigured);
  REFUSED(alarm.set(0), not_configured);
  REFUSED(alarm.bind(without(notification, Notification::Right::kSignal)), lacks_right(1));
  REFUSED(alarm.bind(Notification(alarm.slot())), another_type(1));
  const auto no_right = without(alarm, Alarm::Right::kSet);
  REFUSED(no_right.bind(notification), lacks_right(0));
  REFUSED(no_right.set(0), lacks_right(0));
  REFUSED(no_right.clear(), lacks_right(0));
  // With its notification revoked it is bound to none, and forgets its deadline.
  const auto bound = mint(notification, kSignal);
  OK(alarm.bind(bound));
  const std::uint64_t deadline = in_milliseconds(4);
  OK(alarm.set(deadline));
  revoke(bound.slot());
  in_time(deadline);
  REFUSED(alarm.set(0), not_configured);
  REFUSED(notification.wait(in_milliseconds(5)), kTimedOut);
}

void the_timer_interrupts_a_thread_that_never_calls() {
  notification = make<Notification>();
  static volatile bool stop = false;
  const auto alarm = make<Alarm>();
  OK(alarm.bind(notification));
  const Worker spinner = spawn([](std::uint64_t) {
    while (!stop) continue;
  });
  OK(alarm.set(in_milliseconds(8)));
  OK(notification.wait(abi::kNoDeadline));
  EXPECT(!spinner.is_done());
  stop = true;
  spinner.join();
}

}  // namespace

std::span<const Behaviour> notification_behaviours() {
  static constexpr Behaviour kAll[] = {
      {"notification.signals_add_up", signals_add_up},
      {"notification.wait_takes_what_is_there", wait_takes_what_is_there},
      {"notification.a_signal_wakes_one_waiter", a_signal_wakes_one_waiter},
      {"notification.a_signal_reaches_another_space", a_signal_reaches_another_space},
      {"notification.rights_are_needed", rights_are_needed},
      {"notification.a_bound_signal_ends_a_receive", a_bound_signal_ends_a_receive},
      {"notification.a_signal_and_a_message_take_turns", a_signal_and_a_message_take_turns},
      {"notification.bind_is_refused", bind_is_refused},
      {"alarm.fires_at_its_deadline", an_alarm_fires_at_its_deadline},
      {"alarm.in_the_past_fires_at_once", an_alarm_in_the_past_fires_at_once},
      {"alarm.the_last_set_counts", the_last_set_counts},
      {"alarm.rebound_signals_the_new_one", an_alarm_rebound_signals_the_new_one},
      {"alarm.is_refused", alarm_is_refused},
      {"alarm.interrupts_a_thread_that_never_calls",
       the_timer_interrupts_a_thread_that_never_calls},
  };
  return kAll;
}

}  // namespace tessera::contract
