// Who runs of those of one class: order, turns, hand-overs; and what gives way to others while it
// works.
#include <cstdint>

#include "servers/contract/behaviour.h"
#include "servers/contract/long_work.h"
#include "servers/contract/messages.h"
#include "servers/contract/world.h"

namespace tessera::contract {
namespace {

using kernel::Endpoint;
using kernel::Notification;
using kernel::Self;

constinit Endpoint endpoint;

// What happened, in order.
constinit char events[64];
constinit unsigned event_count = 0;
void note(char event) {
  EXPECT(event_count < sizeof(events));
  events[event_count++] = event;
}
bool events_are(std::string_view due) { return std::string_view(events, event_count) == due; }

// A slice that ends would change an order that nothing but calls decides: until when there is none.
std::uint64_t begin_a_slice() {
  OK(Self::yield());
  return now() + kShortOfASlice;
}

void yield_goes_round_in_order() {
  const auto round = [](std::uint64_t name) {
    for (int i = 0; i < 3; ++i) {
      note(static_cast<char>(name));
      OK(Self::yield());
    }
  };
  const std::uint64_t slice_end = begin_a_slice();
  const Worker workers[] = {spawn(round, 'a'), spawn(round, 'b'), spawn(round, 'c')};
  for (const Worker& worker : workers) worker.join();
  in_time(slice_end);
  EXPECT(events_are("abcabcabc"));
}

void hands_over(auto make_call) {
  endpoint = make<Endpoint>();
  spawn([](std::uint64_t) {
    OK(endpoint.receive(abi::kNoDeadline));
    note('s');
    OK(endpoint.reply_receive(0, 0, 0, 0, 0, 0, 0, shape(0)));
  });
  settle();
  const std::uint64_t slice_end = begin_a_slice();
  const Worker other = spawn([](std::uint64_t) { note('o'); });
  OK(make_call());
  note('c');
  other.join();
  in_time(slice_end);
  EXPECT(events_are("sco"));  // the other was ready before them
}

void a_call_hands_over() {
  hands_over([] { return call(endpoint, 1); });
}
void a_call_with_a_deadline_hands_over() {
  hands_over([] { return call_until(endpoint, 1, abi::kNoDeadline); });
}

void a_send_does_not_hand_over() {
  endpoint = make<Endpoint>();
  const Worker receiver = spawn([](std::uint64_t) {
    OK(endpoint.receive(abi::kNoDeadline));
    note('r');
  });
  settle();
  const std::uint64_t slice_end = begin_a_slice();
  spawn([](std::uint64_t) { note('o'); });
  OK(send(endpoint, 1));
  note('s');
  receiver.join();
  in_time(slice_end);
  EXPECT(events_are("sor"));
}

void a_signal_does_not_hand_over() {
  static constinit Notification notification;
  notification = make<Notification>();
  const Worker waiter = spawn([](std::uint64_t) {
    OK(notification.wait(abi::kNoDeadline));
    note('w');
  });
  settle();
  const std::uint64_t slice_end = begin_a_slice();
  spawn([](std::uint64_t) { note('o'); });
  OK(notification.signal());
  note('s');
  waiter.join();
  in_time(slice_end);
  EXPECT(events_are("sow"));
}

volatile std::uint64_t turns[2];
volatile bool stop = false;

// Two that never call share the hart by slices, and so does the third, which asks for the time.
void slices_end() {
  stop = false;
  turns[0] = 0;
  turns[1] = 0;
  const auto spin = [](std::uint64_t number) {
    while (!stop) turns[number] = turns[number] + 1;
  };
  const Worker workers[] = {spawn(spin, 0), spawn(spin, 1)};
  for (int round = 0; round < 3; ++round) {
    const std::uint64_t before[] = {turns[0], turns[1]};
    OK(Self::yield());
    EXPECT(turns[0] != before[0] && turns[1] != before[1]);
  }
  stop = true;
  for (const Worker& worker : workers) worker.join();
}

// Two that call each other for ever have no more of the hart than a third beside them.
void share_a_slice(Work client) {
  stop = false;
  turns[0] = 0;
  endpoint = make<Endpoint>();
  spawn([](std::uint64_t) {
    OK(endpoint.receive(abi::kNoDeadline));
    for (;;) OK(endpoint.reply_receive(0, 0, 0, 0, 0, 0, 0, shape(0)));
  });
  const Worker caller = spawn(client);
  const std::uint64_t end = in_milliseconds(3000);  // the host's own delays among them
  for (std::uint64_t i = 0; i < 5; ++i) {
    OK(Self::yield());
    EXPECT(now() < end);
  }
  stop = true;
  caller.join();
}

void calls_share_a_slice() {
  share_a_slice([](std::uint64_t) {
    while (!stop) OK(call(endpoint, 1));
  });
}
void calls_with_a_deadline_share_a_slice() {
  share_a_slice([](std::uint64_t) {
    while (!stop) OK(call_until(endpoint, 1, abi::kNoDeadline));
  });
}

// --- What works long gives way
// ---------------------------------------------------------------------

// Turns that another thread has while `work` is one system call. It has one whenever the call is
// preempted, because it gives its turn back at once.
template <class Call>
std::uint64_t turns_during(Call work) {
  stop = false;
  turns[0] = 0;
  const Worker other = spawn([](std::uint64_t) {
    while (!stop) {
      turns[0] = turns[0] + 1;
      OK(Self::yield());
    }
  });
  settle();
  const std::uint64_t before = turns[0];
  work();
  const std::uint64_t during = turns[0] - before;
  stop = true;
  other.join();
  return during;
}

void a_revoke_gives_way() {
  revoke_many([](auto call) { EXPECT(turns_during(call) >= 2); });
}

void a_deleted_table_gives_way() {
  delete_many([](auto call) { EXPECT(turns_during(call) >= 2); });
}

}  // namespace

std::span<const Behaviour> schedule_behaviours() {
  static constexpr Behaviour kAll[] = {
      {"schedule.yield_goes_round_in_order", yield_goes_round_in_order},
      {"schedule.a_call_hands_over", a_call_hands_over},
      {"schedule.a_call_with_a_deadline_hands_over", a_call_with_a_deadline_hands_over},
      {"schedule.a_send_does_not_hand_over", a_send_does_not_hand_over},
      {"schedule.a_signal_does_not_hand_over", a_signal_does_not_hand_over},
      {"schedule.slices_end", slices_end},
      {"schedule.calls_share_a_slice", calls_share_a_slice},
      {"schedule.calls_with_a_deadline_share_a_slice", calls_with_a_deadline_share_a_slice},
      {"schedule.a_revoke_gives_way", a_revoke_gives_way},
      {"schedule.a_deleted_table_gives_way", a_deleted_table_gives_way},
  };
  return kAll;
}

}  // namespace tessera::contract
