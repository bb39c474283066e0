// Threads of different classes: who runs when, in every order of caller and receiver, and what
// preempts what. Two classes are enough for all orders, and a thread can lower itself: `low` work
// is idle, `high` work is normal, as is everything that nobody lowered.
#include <cstdint>
#include <utility>

#include "idl/kernel/reply.h"
#include "servers/contract/behaviour.h"
#include "servers/contract/messages.h"
#include "servers/contract/world.h"
#include "servers/runtime/exit.h"
#include "servers/runtime/try.h"

namespace tessera::contract {
namespace {

using abi::QosClass;
using abi::QosOp;
using abi::SystemCall;
using kernel::CNode;
using kernel::Endpoint;
using kernel::Notification;
using kernel::Reply;
using kernel::Self;

// What happened, in order: in a page that all tasks of a behaviour have mapped, there.
struct Events {
  std::uint64_t count;
  char text[56];
};
volatile Events& events() { return *reinterpret_cast<volatile Events*>(kFree); }

void note(char event) {
  const std::uint64_t n = events().count;
  EXPECT(n < sizeof(Events::text));
  events().text[n] = event;
  events().count = n + 1;
}
bool events_are(std::string_view due) {
  if (events().count != due.size()) return false;
  for (std::size_t i = 0; i < due.size(); ++i) {
    if (events().text[i] != due[i]) return false;
  }
  return true;
}
void forget_events() { events().count = 0; }

kernel::Vmo share_events() {
  const auto page = make_vmo(1);
  map(page, kFree, kReadWrite);
  return page;
}

void lower_oneself() { OK(Self::qos(QosOp::kSet, 0, QosClass::kIdle)); }
QosClass own_class() { return OK(Self::qos(QosOp::kGet, 0, QosClass::kIdle)); }

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
  spawn([](std::uint64_t) {
    note('a');
    lower_oneself();
    note('l');
  });
  for (int i = 0; i < 20; ++i) {
    OK(Self::yield());  // only to its own class
    note('h');
  }
  EXPECT(events_are("ahhhhhhhhhhhhhhhhhhhh"));
  const auto never = make<Notification>();
  REFUSED(never.wait(in_milliseconds(50)), kTimedOut);
  EXPECT(events_are("ahhhhhhhhhhhhhhhhhhhhl"));
}

// Its slice is over many times; there is somebody below it all the while.
void a_higher_does_not_share_its_time() {
  static volatile std::uint64_t turns;
  turns = 0;
  spawn([](std::uint64_t) {
    lower_oneself();
    for (;;) turns = turns + 1;
  });
  OK(Self::yield());
  const std::uint64_t end = in_milliseconds(30);
  const std::uint64_t before = turns;
  while (now() < end) {
  }
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
  start(waiter);
  settle();
  start(ringer);
  waiter.join();
  ringer.join();
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
    OK(Self::yield());
    receiver_first != 0 ? start_receiver(receiver_first) : start(callers[receiver_first]);
    settle();
    receiver_first != 0 ? start(callers[receiver_first]) : start_receiver(receiver_first);
    callers[receiver_first].join();
    (receiver & kApart) == 0 ? near[receiver_first].join() : far[receiver_first].join();
    // Of equals, a slice's end could let the other go first.
    if (caller == (receiver & kLow)) in_time(slice_end);
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

// --- Donation
// ------------------------------------------------------------------------------------

// Two servers, each low: the first calls the second before it answers.
constinit Endpoint chain[2];
void serve_chain(std::uint64_t number) {
  lower_oneself();
  OK(chain[number].receive(abi::kNoDeadline));
  for (;;) {
    note(static_cast<char>('1' + number));
    if (number == 0) OK(call(chain[1], 1));
    EXPECT(own_class() == QosClass::kIdle);  // what it runs at is not its own
    OK(chain[number].reply_receive(0, 0, 0, 0, 0, 0, 0, shape(0)));
  }
}

// A high client calls a low server while somebody as important as itself is ready, who would run
// before a server that was not raised.
constinit Worker bystander;
void calls_low_servers(std::uint64_t first, std::string_view due, Work client) {
  share_events();
  for (Endpoint& each : chain) each = make<Endpoint>();
  const Worker servers[] = {prepare(serve_chain, 0), prepare(serve_chain, 1)};
  bystander = prepare([](std::uint64_t) { note('o'); });
  const Worker caller = prepare(client, first);
  lower_oneself();
  for (const Worker& each : servers) start(each);
  settle();
  const std::uint64_t slice_end = now() + kShortOfASlice;
  start(caller);
  caller.join();
  bystander.join();
  in_time(slice_end);
  EXPECT(events_are(due));
}

void call_beside_a_bystander(std::uint64_t first) {
  start(bystander);
  note('c');
  OK(call(chain[first], 1));
  note('C');
}
void call_with_a_deadline_beside_a_bystander(std::uint64_t first) {
  start(bystander);
  note('c');
  OK(call_until(chain[first], 1, abi::kNoDeadline));
  note('C');
}

void a_call_donates_its_class() { calls_low_servers(1, "c2Co", call_beside_a_bystander); }
void a_call_with_a_deadline_donates_its_class() {
  calls_low_servers(1, "c2Co", call_with_a_deadline_beside_a_bystander);
}
void a_chain_of_calls_donates_its_class() {
  calls_low_servers(0, "c12Co", call_beside_a_bystander);
}

// A caller that gives up takes its class with it: the server goes on below the others.
void a_class_goes_back_when_the_caller_gives_up() {
  share_events();
  endpoint = make<Endpoint>();
  static volatile bool stop;
  stop = false;
  const Worker low = prepare([](std::uint64_t) {
    lower_oneself();
    OK(endpoint.receive(abi::kNoDeadline));
    note('s');
    while (!stop) {
    }
    note('S');
  });
  const Worker caller = prepare([](std::uint64_t) {
    REFUSED(call_until(endpoint, 1, in_milliseconds(2)), kTimedOut);
    note('C');
    const std::uint64_t end = in_milliseconds(20);
    stop = true;  // the server could see it, if it ran
    while (now() < end) {
    }
    note('D');
  });
  lower_oneself();
  start(low);
  settle();
  start(caller);
  caller.join();
  low.join();
  EXPECT(events_are("sCDS"));
}

// Chains of calls whose heads give up at one time, in the kernel's largest batch of work: what they
// gave goes back along each, link by link. (The stretch of it is in //bootimage:stretch.)
constexpr std::uint32_t kChains = 6;
constexpr std::uint32_t kLinks = 8;
constinit Endpoint link_endpoints[kChains][kLinks];
volatile std::uint64_t gives_up_at = 0;
volatile std::uint32_t given_up = 0;

[[noreturn]] void chain_link(std::uint64_t number) {
  lower_oneself();
  const auto& endpoints = link_endpoints[number / kLinks];
  const std::uint64_t link = number % kLinks;
  OK(endpoints[link].receive(abi::kNoDeadline));
  if (link + 1 < kLinks) OK(call(endpoints[link + 1], 1));
  for (;;) {
  }
}
[[noreturn]] void chain_head(std::uint64_t chain_number) {
  REFUSED(call_until(link_endpoints[chain_number][0], 1, gives_up_at), kTimedOut);
  given_up = given_up + 1;
  const auto never = make<Notification>();
  for (;;) rt::ignore(never.wait(abi::kNoDeadline));
}

void many_chains_give_up_at_once() {
  std::uint64_t stack = kFree;
  map(make_vmo(kChains * (kLinks + 1)), kFree, kReadWrite);
  const auto go = [&stack](void (*entry)(std::uint64_t), std::uint64_t argument) {
    const auto thread = make<kernel::Thread>();
    OK(thread.configure(rt::start::task()));
    stack += kPage;
    OK(thread.start(reinterpret_cast<std::uint64_t>(entry), stack, argument, 0));
  };
  const auto never = make<Notification>();
  given_up = 0;
  for (auto& each : link_endpoints) {
    for (Endpoint& endpoint_of_link : each) endpoint_of_link = make<Endpoint>();
  }
  for (std::uint64_t i = 0; i < std::uint64_t{kChains} * kLinks; ++i) go(chain_link, i);
  REFUSED(never.wait(in_milliseconds(20)), kTimedOut);
  gives_up_at = in_milliseconds(50);
  for (std::uint64_t i = 0; i < kChains; ++i) go(chain_head, i);
  REFUSED(never.wait(gives_up_at + 20 * kMillisecond), kTimedOut);
  EXPECT(given_up == kChains);
}

// --- What works long gives way to a more important thread
// ----------------------------------------

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
void tick(std::uint64_t) {
  const auto never = make<Notification>();
  for (;;) {
    const std::uint64_t deadline = now() + 200'000;
    REFUSED(never.wait(deadline), kTimedOut);
    if (now() > deadline + kMillisecond) was_late = true;
    if (is_in_the_call()) interruptions = interruptions + 1;
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
  // The first of them could have been before the call had begun. If some came late, the machine may
  // have stood still, or the call has kept them out; that is so again when it is tried again.
  if (interruptions < 3 && was_late) rt::exit(kTooLate);
  EXPECT(interruptions >= 3);
}

// So many that it takes some milliseconds, on a machine of any speed.
constexpr std::uint32_t kTables = 5;
constexpr std::uint32_t kInATable = abi::kCnodeSlotsMax - 1;

CNode make_copies(Endpoint from) {
  const auto table = make<CNode>(abi::kCnodeSlotsMax);
  for (std::uint32_t i = 1; i <= kInATable; ++i) OK(table.copy(i, own(), from.slot().index));
  return table;
}

void a_higher_preempts_a_revoke() {
  endpoint = make<Endpoint>();
  CNode tables[kTables];
  for (CNode& table : tables) table = make_copies(endpoint);
  is_preempted(SystemCall::kCNodeRevoke, [] { revoke(endpoint.slot()); });
  for (const CNode table : tables) {
    for (const std::uint32_t i : {1U, kInATable / 2, kInATable}) {
      EXPECT(OK(table.query(i)).type == abi::ObjectType::kNull);
    }
  }
}

void a_higher_preempts_a_delete() {
  endpoint = make<Endpoint>();
  const auto outer = make<CNode>(8);
  for (std::uint32_t i = 1; i <= kTables; ++i) {
    OK(outer.move(i, own(), make_copies(endpoint).slot().index));
  }
  is_preempted(SystemCall::kCNodeDelete, [&] { drop(outer.slot()); });
  OK(own().mutate(endpoint.slot().index, 0));  // it has no children left
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

std::span<const Behaviour> priority_behaviours() {
  static constexpr Behaviour kAll[] = {
      {"priority.a_thread_begins_normal", a_thread_begins_normal},
      {"priority.a_class_is_lowered_for_good", a_class_is_lowered_for_good},
      {"priority.a_class_is_not_raised", a_class_is_not_raised},
      {"priority.a_thread_of_a_lowered_one_is_low", a_thread_of_a_lowered_one_is_low},
      {"priority.the_class_is_told_to_receivers", the_class_is_told_to_receivers},
      {"priority.the_higher_runs_as_soon_as_it_is_ready", the_higher_runs_as_soon_as_it_is_ready},
      {"priority.the_lower_waits_while_a_higher_is_ready", the_lower_waits_while_a_higher_is_ready},
      {"priority.a_higher_does_not_share_its_time", a_higher_does_not_share_its_time},
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
      {"priority.a_call_donates_its_class", a_call_donates_its_class},
      {"priority.a_call_with_a_deadline_donates_its_class",
       a_call_with_a_deadline_donates_its_class},
      {"priority.a_chain_of_calls_donates_its_class", a_chain_of_calls_donates_its_class},
      {"priority.a_class_goes_back_when_the_caller_gives_up",
       a_class_goes_back_when_the_caller_gives_up},
      {"priority.many_chains_give_up_at_once", many_chains_give_up_at_once},
      {"priority.a_higher_preempts_a_revoke", a_higher_preempts_a_revoke},
      {"priority.a_higher_preempts_a_delete", a_higher_preempts_a_delete},
      {"priority.a_higher_preempts_a_retype", a_higher_preempts_a_retype},
  };
  return kAll;
}

}  // namespace tessera::contract
