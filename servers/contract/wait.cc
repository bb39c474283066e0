// How a wait ends before what was waited for has come: deadlines on every waiting call, cancelled
// senders, peers that die.
#include <cstdint>

#include "servers/contract/behaviour.h"
#include "servers/contract/messages.h"
#include "servers/contract/report.h"
#include "servers/contract/world.h"

namespace tessera::contract {
namespace {

using kernel::Endpoint;
using kernel::Notification;

constinit Endpoint endpoint;

// The wait must end with etimedout, and not before the deadline.
void times_out(auto wait_until) {
  REFUSED(wait_until(std::uint64_t{0}), kTimedOut);
  REFUSED(wait_until(now()), kTimedOut);
  const std::uint64_t deadline = in_milliseconds(3);
  REFUSED(wait_until(deadline), kTimedOut);
  EXPECT(now() >= deadline);
}

void call_ends_at_its_deadline() {
  endpoint = make<Endpoint>();
  times_out([](std::uint64_t deadline) { return call_until(endpoint, 1, deadline); });
  REFUSED(endpoint.receive(0), kTimedOut);  // nothing of it is left in the queue
}

void send_ends_at_its_deadline() {
  endpoint = make<Endpoint>();
  times_out([](std::uint64_t deadline) { return send(endpoint, 1, deadline); });
  REFUSED(endpoint.receive(0), kTimedOut);
}

void receive_ends_at_its_deadline() {
  endpoint = make<Endpoint>();
  times_out([](std::uint64_t deadline) { return endpoint.receive(deadline); });
  REFUSED(send(endpoint, 1, 0), kTimedOut);
}

// After an answer, which is given.
void reply_receive_ends_at_its_deadline() {
  endpoint = make<Endpoint>();
  times_out([](std::uint64_t deadline) {
    const Worker caller = spawn([](std::uint64_t) { EXPECT(OK(call(endpoint, 1)).w0 == 7); });
    OK(endpoint.receive(abi::kNoDeadline));
    const auto next = endpoint.reply_receive_with(7, 0, 0, 0, 0, 0, 0, shape(1), 0, 0, 0, deadline);
    caller.join();
    return next;
  });
}

void wait_ends_at_its_deadline() {
  const auto notification = make<Notification>();
  times_out([&](std::uint64_t deadline) { return notification.wait(deadline); });
  OK(notification.signal());
  EXPECT(OK(notification.wait(0)) == 1);
}

// The deadline is the whole call's: it runs on when the message is received.
void an_unanswered_call_ends_at_its_deadline() {
  endpoint = make<Endpoint>();
  const Worker caller = spawn([](std::uint64_t) {
    const std::uint64_t deadline = in_milliseconds(4);
    report().set_note(deadline);
    REFUSED(call_until(endpoint, 1, deadline), kTimedOut);
    EXPECT(now() >= deadline);
  });
  const auto received = endpoint.receive(in_milliseconds(1000));
  in_time(report().note());
  OK(received);
  caller.join();
  // The answer to a caller that is gone is dropped, once.
  const auto bound = make<Notification>();
  OK(rt::start::thread().bind(bound));
  OK(bound.signal());
  EXPECT(OK(endpoint.reply_receive(0, 0, 0, 0, 0, 0, 0, shape(0))).tag == 0);
  REFUSED(endpoint.reply_receive(0, 0, 0, 0, 0, 0, 0, shape(0)), kNoReply);
}

void deadlines_end_in_their_order() {
  endpoint = make<Endpoint>();
  static constinit std::uint64_t ended[4];
  static constinit std::uint64_t first_deadline;
  first_deadline = in_milliseconds(20);
  // 0 is the latest.
  for (std::uint64_t i = 0; i < 4; ++i) {
    spawn(
        [](std::uint64_t number) {
          REFUSED(endpoint.receive(first_deadline + (4 - number) * kMillisecond), kTimedOut);
          ended[number] = now();
        },
        i);
  }
  settle();
  in_time(first_deadline);
  const auto never = make<Notification>();
  REFUSED(never.wait(first_deadline + 6 * kMillisecond), kTimedOut);
  settle();
  for (std::uint64_t i = 0; i < 4; ++i) {
    EXPECT(ended[i] >= first_deadline + (4 - i) * kMillisecond);
  }
  for (std::uint64_t i = 1; i < 4; ++i) EXPECT(ended[i] <= ended[i - 1]);
}

constinit rt::Slot badged[4];
constinit rt::Error outcomes[4];

// Senders 0 to 3, in this order in the queue: the badges 7, 8, 7 and none; two of them call.
void queue_senders() {
  endpoint = make<Endpoint>();
  const std::uint64_t badges[4] = {7, 8, 7, 0};
  for (std::uint64_t i = 0; i < 4; ++i) {
    badged[i] = mint(endpoint, rt::rights(Endpoint::Right::kSend), badges[i]).slot();
    outcomes[i] = {};
    spawn(
        [](std::uint64_t number) {
          const Endpoint to(badged[number]);
          if (number % 2 == 0) {
            if (const auto called = call(to, number); !called) outcomes[number] = called.error();
          } else {
            if (const auto sent = send(to, number); !sent) outcomes[number] = sent.error();
          }
        },
        i);
    settle();
  }
}

void senders_of_a_badge_are_sent_away() {
  queue_senders();
  OK(endpoint.cancel_sends(7));
  settle();
  EXPECT(outcomes[0] == kCancelled && outcomes[2] == kCancelled);
  EXPECT(OK(endpoint.receive(abi::kNoDeadline)).w0 == 1);
  EXPECT(OK(endpoint.receive(abi::kNoDeadline)).w0 == 3);
  REFUSED(endpoint.receive(0), kTimedOut);
  EXPECT(outcomes[1] == rt::Error{} && outcomes[3] == rt::Error{});
}

void senders_without_a_badge_are_sent_away() {
  queue_senders();
  OK(endpoint.cancel_sends(0));
  OK(endpoint.cancel_sends(1234));
  settle();
  EXPECT(outcomes[3] == kCancelled);
  for (std::uint64_t i = 0; i < 3; ++i) EXPECT(OK(endpoint.receive(abi::kNoDeadline)).w0 == i);
}

void a_received_call_is_not_cancelled() {
  queue_senders();
  EXPECT(OK(endpoint.receive(abi::kNoDeadline)).w0 == 0);
  OK(endpoint.cancel_sends(7));
  settle();
  EXPECT(outcomes[0] == rt::Error{} && outcomes[2] == kCancelled);
  OK(answer({}, shape(0)));
  settle();
  EXPECT(outcomes[0] == rt::Error{});
  // With receivers in the queue there is nobody to send away.
  OK(endpoint.receive(abi::kNoDeadline));
  OK(endpoint.receive(abi::kNoDeadline));
  OK(endpoint.cancel_sends(0));
}

void revoked_and_sent_away_nobody_sends() {
  queue_senders();
  OK(own().revoke(endpoint.slot().index));
  for (const std::uint64_t badge : {0, 7, 8}) OK(endpoint.cancel_sends(badge));
  settle();
  for (const rt::Error& outcome : outcomes) EXPECT(outcome == kCancelled);
  for (const rt::Slot slot : badged) EXPECT(is_empty(slot));
}

// Both ends of an endpoint that is destroyed are told.
void a_destroyed_endpoint_tells_its_waiters() {
  queue_senders();
  revoke(endpoint.slot());
  drop(endpoint.slot());
  settle();
  for (const rt::Error& outcome : outcomes) EXPECT(outcome == kPeerDied);
}

void a_destroyed_endpoint_tells_its_receivers() {
  endpoint = make<Endpoint>();
  const auto receive = [](std::uint64_t) {
    REFUSED(endpoint.receive(abi::kNoDeadline), kPeerDied);
    REFUSED(endpoint.receive(abi::kNoDeadline), no_capability(0));
  };
  const Worker first = spawn(receive);
  const Worker second = spawn(receive);
  settle();
  drop(endpoint.slot());
  first.join();
  second.join();
}

void a_destroyed_notification_tells_its_waiters() {
  static constinit Notification notification;
  notification = make<Notification>();
  const Worker waiter =
      spawn([](std::uint64_t) { REFUSED(notification.wait(abi::kNoDeadline), kPeerDied); });
  settle();
  drop(notification.slot());
  waiter.join();
}

// Whoever waits for an answer of a task that ends is told at once, however it ends.
void a_dead_server_tells_its_caller() {
  endpoint = make<Endpoint>();
  const auto server = [](std::uint64_t how) {
    OK(Endpoint(gift(0)).receive(abi::kNoDeadline));
    if (how == 0) return;                             // exits
    if (how == 1) word_at(0) = 1;                     // faults
    OK(make<Notification>().wait(abi::kNoDeadline));  // is killed
  };
  for (std::uint64_t how = 0; how < 3; ++how) {
    const Space space = prepare_space(server, how);
    space.give(0, endpoint.slot(), rt::rights(Endpoint::Right::kReceive));
    space.start();
    const Worker caller = spawn([](std::uint64_t) { REFUSED(call(endpoint, 1), kPeerDied); });
    settle();
    if (how == 2) OK(space.task().kill());
    space.wait();
    caller.join();
  }
}

void receiving_again_refuses_the_caller() {
  endpoint = make<Endpoint>();
  const Worker caller = spawn([](std::uint64_t) { REFUSED(call(endpoint, 1), kPeerDied); });
  OK(endpoint.receive(abi::kNoDeadline));
  REFUSED(endpoint.receive(0), kTimedOut);
  caller.join();
}

}  // namespace

std::span<const Behaviour> wait_behaviours() {
  static constexpr Behaviour kAll[] = {
      {"wait.call_ends_at_its_deadline", call_ends_at_its_deadline},
      {"wait.send_ends_at_its_deadline", send_ends_at_its_deadline},
      {"wait.receive_ends_at_its_deadline", receive_ends_at_its_deadline},
      {"wait.reply_receive_ends_at_its_deadline", reply_receive_ends_at_its_deadline},
      {"wait.wait_ends_at_its_deadline", wait_ends_at_its_deadline},
      {"wait.an_unanswered_call_ends_at_its_deadline", an_unanswered_call_ends_at_its_deadline},
      {"wait.deadlines_end_in_their_order", deadlines_end_in_their_order},
      {"wait.senders_of_a_badge_are_sent_away", senders_of_a_badge_are_sent_away},
      {"wait.senders_without_a_badge_are_sent_away", senders_without_a_badge_are_sent_away},
      {"wait.a_received_call_is_not_cancelled", a_received_call_is_not_cancelled},
      {"wait.revoked_and_sent_away_nobody_sends", revoked_and_sent_away_nobody_sends},
      {"wait.a_destroyed_endpoint_tells_its_waiters", a_destroyed_endpoint_tells_its_waiters},
      {"wait.a_destroyed_endpoint_tells_its_receivers", a_destroyed_endpoint_tells_its_receivers},
      {"wait.a_destroyed_notification_tells_its_waiters",
       a_destroyed_notification_tells_its_waiters},
      {"wait.a_dead_server_tells_its_caller", a_dead_server_tells_its_caller},
      {"wait.receiving_again_refuses_the_caller", receiving_again_refuses_the_caller},
  };
  return kAll;
}

}  // namespace tessera::contract
