// Threads of different classes: who runs when, in every order of caller and receiver.
#include <cstdint>
#include <string_view>

#include "idl/kernel/reply.h"
#include "servers/contract/behaviour.h"
#include "servers/contract/events.h"
#include "servers/contract/messages.h"
#include "servers/contract/world.h"

namespace tessera::contract {
namespace {

using abi::QosClass;
using abi::QosOp;
using kernel::Endpoint;
using kernel::Notification;
using kernel::Reply;
using kernel::Self;

// The two sides of an exchange begin in classes of their own.
enum : std::uint64_t { kHigh = 0, kLow = 1 };
void begin_at(std::uint64_t level) {
  if (level == kLow) lower_oneself();
}

// --- One's own class
// -----------------------------------------------------------------------------

void a_thread_begins_normal() { EXPECT(own_class() == QosClass::kNormal); }

void a_class_is_lowered_for_good() {
  EXPECT(OK(Self::qos(QosOp::kSet, 0, QosClass::kNormal)) == QosClass::kNormal);
  lower_oneself();
  EXPECT(own_class() == QosClass::kIdle);
  for (const QosClass c : {QosClass::kNormal, QosClass::kInteractive, QosClass::kPerfBurst}) {
    REFUSED(Self::qos(QosOp::kSet, 0, c), refusal(abi::kEperm, abi::Detail::kNoAuthority, 3));
  }
  EXPECT(own_class() == QosClass::kIdle);
  OK(Self::qos(QosOp::kSet, 0, QosClass::kIdle));
}

void a_class_is_not_raised() {
  for (const QosClass c : {QosClass::kInteractive, QosClass::kPerfBurst}) {
    REFUSED(Self::qos(QosOp::kSet, 0, c), refusal(abi::kEperm, abi::Detail::kNoAuthority, 3));
  }
  EXPECT(own_class() == QosClass::kNormal);
}

void a_thread_of_a_lowered_one_is_low() {
  lower_oneself();
  const Worker worker = spawn([](std::uint64_t) { EXPECT(own_class() == QosClass::kIdle); });
  const Space space = prepare_space([](std::uint64_t) { EXPECT(own_class() == QosClass::kIdle); });
  space.start();
  worker.join();
  space.join();
}

void the_class_is_told_to_receivers() {
  static constinit Endpoint endpoint;
  endpoint = make<Endpoint>();
  const auto client = [](std::uint64_t level) {
    begin_at(level);
    OK(send(endpoint, level));
  };
  const Worker clients[] = {prepare(client, kHigh), prepare(client, kLow)};
  lower_oneself();
  for (const std::uint64_t level : {kHigh, kLow}) {
    start(clients[level]);
    const auto message = OK(endpoint.receive(abi::kNoDeadline));
    EXPECT(message.w0 == level);
    EXPECT((message.info & abi::kInfoClassMask) ==
           abi::word(level == kHigh ? QosClass::kNormal : QosClass::kIdle));
  }
}

// --- Who runs
// ------------------------------------------------------------------------------------

void the_higher_runs_as_soon_as_it_is_ready() {
  share_events();
  const Worker high = prepare([](std::uint64_t) { note('h'); });
  lower_oneself();
  note('l');
  start(high);
  note('m');
  EXPECT(events_are("lhm"));
}

void the_lower_waits_while_a_higher_is_ready() {
  share_events();
  const std::uint64_t share = now() + kShortOfAShare;
  spawn([](std::uint64_t) {
    note('a');
    lower_oneself();
    note('l');
  });
  for (int i = 0; i < 20; ++i) {
    OK(Self::yield());  // only to its own class
    note('h');
  }
  in_time(share);
  EXPECT(events_are("ahhhhhhhhhhhhhhhhhhhh"));
  const auto never = make<Notification>();
  REFUSED(never.wait(in_milliseconds(50)), kTimedOut);
  EXPECT(events_are("ahhhhhhhhhhhhhhhhhhhhl"));
}

// Its slice is over many times; there is somebody below it all the while. (share.cc: for how long.)
void a_higher_does_not_share_its_slices() {
  static volatile std::uint64_t turns;
  turns = 0;
  spawn([](std::uint64_t) {
    lower_oneself();
    for (;;) turns = turns + 1;
  });
  const std::uint64_t share = now() + kShortOfAShare;
  OK(Self::yield());
  const std::uint64_t end = in_milliseconds(30);
  const std::uint64_t before = turns;
  while (now() < end) {
  }
  in_time(share);
  EXPECT(turns == before);
}

void signal_order(std::uint64_t waiter_level, std::string_view due) {
  share_events();
  static constinit Notification bell;
  bell = make<Notification>();
  const Worker waiter = prepare(
      [](std::uint64_t level) {
        begin_at(level);
        OK(bell.wait(abi::kNoDeadline));
        note('w');
      },
      waiter_level);
  const Worker ringer = prepare(
      [](std::uint64_t level) {
        begin_at(level);
        OK(bell.signal());
        note('s');
      },
      kLow - waiter_level);
  lower_oneself();
  const std::uint64_t share = now() + kShortOfAShare;
  start(waiter);
  settle();
  start(ringer);
  waiter.join();
  ringer.join();
  in_time(share);
  EXPECT(events_are(due));
}

void a_signal_runs_a_higher_waiter_at_once() { signal_order(kHigh, "ws"); }
void a_signal_leaves_a_lower_waiter_for_later() { signal_order(kLow, "sw"); }

// --- Calls, in every order of classes
// ------------------------------------------------------------

// What one exchange is about; in another space it is among the gifts.
constinit Endpoint endpoint;
constexpr std::uint64_t kApart = 2;  // beside a level: this side has a space of its own

void join_events(std::uint64_t how) {
  if ((how & kApart) == 0) return;
  endpoint = Endpoint(gift(0));
  map(kernel::Vmo(gift(1)), kFree, kReadWrite);
}

void client(std::uint64_t how) {
  join_events(how);
  begin_at(how & kLow);
  note('c');
  EXPECT(OK(call(endpoint, 1)).w0 == 2);
  note('C');
}

void server(std::uint64_t how) {
  join_events(how);
  const auto kept = make<Reply>();
  begin_at(how & kLow);
  OK(endpoint.receive(abi::kNoDeadline));
  note('s');
  OK(kept.keep());
  OK(kept.send(2, 0, 0, 0, 0, 0, 0, shape(1), 0, 0, 0));
  note('S');
}

// A caller and a receiver, whoever of them comes first: when the answer is given, the more
// important goes on, and of equals the one that runs.
void exchange(std::uint64_t caller, std::uint64_t receiver) {
  const auto page = share_events();
  endpoint = make<Endpoint>();
  Worker callers[2];
  for (Worker& each : callers) each = prepare(client, caller);
  const auto all = rt::rights(Endpoint::Right::kSend) | rt::rights(Endpoint::Right::kReceive);
  Worker near[2];
  Space far[2];
  for (int i = 0; i < 2; ++i) {
    if ((receiver & kApart) == 0) {
      near[i] = prepare(server, receiver);
    } else {
      far[i] = prepare_space(server, receiver);
      far[i].give(0, endpoint.slot(), static_cast<std::uint8_t>(all));
      far[i].give(1, page.slot(), OK(own().query(page.slot().index)).rights);
    }
  }
  lower_oneself();
  const auto start_receiver = [&](int i) {
    (receiver & kApart) == 0 ? start(near[i]) : far[i].start();
  };
  for (const int receiver_first : {0, 1}) {
    forget_events();
    const std::uint64_t slice_end = now() + kShortOfASlice;
    const std::uint64_t share = now() + kShortOfAShare;
    OK(Self::yield());
    receiver_first != 0 ? start_receiver(receiver_first) : start(callers[receiver_first]);
    settle();
    receiver_first != 0 ? start(callers[receiver_first]) : start_receiver(receiver_first);
    callers[receiver_first].join();
    (receiver & kApart) == 0 ? near[receiver_first].join() : far[receiver_first].join();
    // Of equals, a slice's end could let the other go first.
    in_time(caller == (receiver & kLow) ? slice_end : share);
    EXPECT(events_are(caller < (receiver & kLow) ? "csCS" : "csSC"));
  }
}

void a_high_one_calls_a_high_one() { exchange(kHigh, kHigh); }
void a_high_one_calls_a_low_one() { exchange(kHigh, kLow); }
void a_low_one_calls_a_high_one() { exchange(kLow, kHigh); }
void a_low_one_calls_a_low_one() { exchange(kLow, kLow); }
void a_high_one_calls_a_high_one_elsewhere() { exchange(kHigh, kHigh | kApart); }
void a_high_one_calls_a_low_one_elsewhere() { exchange(kHigh, kLow | kApart); }
void a_low_one_calls_a_high_one_elsewhere() { exchange(kLow, kHigh | kApart); }
void a_low_one_calls_a_low_one_elsewhere() { exchange(kLow, kLow | kApart); }

}  // namespace

std::span<const Behaviour> priority_behaviours() {
  static constexpr Behaviour kAll[] = {
      {"priority.a_thread_begins_normal", a_thread_begins_normal},
      {"priority.a_class_is_lowered_for_good", a_class_is_lowered_for_good},
      {"priority.a_class_is_not_raised", a_class_is_not_raised},
      {"priority.a_thread_of_a_lowered_one_is_low", a_thread_of_a_lowered_one_is_low},
      {"priority.the_class_is_told_to_receivers", the_class_is_told_to_receivers},
      {"priority.the_higher_runs_as_soon_as_it_is_ready", the_higher_runs_as_soon_as_it_is_ready},
      {"priority.the_lower_waits_while_a_higher_is_ready", the_lower_waits_while_a_higher_is_ready},
      {"priority.a_higher_does_not_share_its_slices", a_higher_does_not_share_its_slices},
      {"priority.a_signal_runs_a_higher_waiter_at_once", a_signal_runs_a_higher_waiter_at_once},
      {"priority.a_signal_leaves_a_lower_waiter_for_later",
       a_signal_leaves_a_lower_waiter_for_later},
      {"priority.a_high_one_calls_a_high_one", a_high_one_calls_a_high_one},
      {"priority.a_high_one_calls_a_low_one", a_high_one_calls_a_low_one},
      {"priority.a_low_one_calls_a_high_one", a_low_one_calls_a_high_one},
      {"priority.a_low_one_calls_a_low_one", a_low_one_calls_a_low_one},
      {"priority.a_high_one_calls_a_high_one_elsewhere", a_high_one_calls_a_high_one_elsewhere},
      {"priority.a_high_one_calls_a_low_one_elsewhere", a_high_one_calls_a_low_one_elsewhere},
      {"priority.a_low_one_calls_a_high_one_elsewhere", a_low_one_calls_a_high_one_elsewhere},
      {"priority.a_low_one_calls_a_low_one_elsewhere", a_low_one_calls_a_low_one_elsewhere},
  };
  return kAll;
}

}  // namespace tessera::contract
