// Threads of several harts with each other: one stays where the runner is, the other on another
// hart if there is one. (harts_messages.cc: more of what they send each other.)
#include <cstdint>

#include "servers/contract/behaviour.h"
#include "servers/contract/harts.h"
#include "servers/contract/messages.h"
#include "servers/contract/world.h"
#include "servers/runtime/try.h"

namespace tessera::contract {
namespace {

using kernel::Endpoint;
using kernel::Notification;
using kernel::Self;

constinit Endpoint endpoint;
constinit Notification here;
constinit Notification there;

void check_own_affinity() {
  OK(Self::affinity(1));
  EXPECT(OK(Self::affinity(0)) == 1);
  for (std::uint32_t bit = 8; bit < 32; ++bit) {
    REFUSED(Self::affinity(std::uint32_t{1} << bit), out_of_range(1));
  }
  for (std::uint32_t bit = 0; bit < 8; ++bit) {
    const std::uint32_t hart = std::uint32_t{1} << bit;
    if ((options.harts & hart) != 0) {
      EXPECT(OK(Self::affinity(hart)) == hart);
    } else {
      REFUSED(Self::affinity(hart | 1), out_of_range(1));
    }
  }
  EXPECT(OK(Self::affinity(all_harts())) == options.harts);
  REFUSED(Self::affinity(0x100), out_of_range(1));
  EXPECT(OK(Self::affinity(0)) == options.harts);  // a refusal changes nothing
}

void affinity_is_told_and_checked() {
  EXPECT(OK(Self::affinity(0)) == 1);  // the runner's, which its tasks have from it
  for (std::uint64_t i = 0; i < options.rounds; ++i) check_own_affinity();
}

// A thread that turns, and stands still whenever it is suspended.
void suspend_many_times(const Worker& worker) {
  for (std::uint64_t i = 0; i < options.rounds; ++i) {
    until_it_turns();
    OK(worker.thread().suspend());
    it_stands_still();
    OK(worker.thread().resume());
  }
}

// --- Messages and signals

// Answers each call with one more than it brings.
void answer_plus_one() {
  auto message = OK(endpoint.receive(abi::kNoDeadline));
  for (;;) {
    const auto next = OK(endpoint.reply_receive(message.w0 + 1, 0, 0, 0, 0, 0, 0, shape(1)));
    message.w0 = next.w0;
  }
}
void serve_plus_one(std::uint64_t) {
  go_elsewhere();
  answer_plus_one();
}
void call_it_many_times() {
  for (std::uint64_t i = 0; i < options.rounds; ++i) EXPECT(OK(call(endpoint, i)).w0 == i + 1);
}

void a_call_and_its_answer_cross() {
  endpoint = make<Endpoint>();
  spawn(serve_plus_one);
  call_it_many_times();
}

// Two clients of two harts, each of which takes the server over when its turn comes.
volatile std::uint64_t answered = 0;
void a_server_goes_where_its_callers_are() {
  endpoint = make<Endpoint>();
  spawn([](std::uint64_t) {
    OK(Self::affinity(static_cast<std::uint32_t>(options.harts)));
    answer_plus_one();
  });
  answered = 0;
  const Worker other = spawn([](std::uint64_t) {
    go_elsewhere();
    for (std::uint64_t i = 0; i < options.rounds; ++i) {
      EXPECT(OK(call(endpoint, 2 * i)).w0 == 2 * i + 1);
      answered = answered + 1;
    }
  });
  call_it_many_times();
  other.join();
  EXPECT(answered == options.rounds);
}

// A deadline against an answer: the caller is told the one or the other, and the next call is
// whole.
void a_deadline_meets_an_answer() {
  endpoint = make<Endpoint>();
  spawn(serve_plus_one);
  OK(call(endpoint, 0));
  for (std::uint64_t i = 0; i < options.rounds; ++i) {
    const auto result = call_until(endpoint, i, now() + i % 64 * 500);
    if (result) {
      EXPECT(result->w0 == i + 1);
    } else {
      EXPECT(result.error() == kTimedOut);
    }
    EXPECT(OK(call(endpoint, i)).w0 == i + 1);
  }
}

// A caller that is suspended in the middle of its call, and goes on: it is told so, and calls
// again.
void a_suspension_meets_an_answer() {
  endpoint = make<Endpoint>();
  spawn(serve_plus_one);
  turns = 0;
  const Worker caller = spawn([](std::uint64_t) {
    for (std::uint64_t i = 0;; ++i) {
      const auto result = call(endpoint, i);
      if (result) {
        EXPECT(result->w0 == i + 1);
      } else {
        EXPECT(result.error() == kCancelled);
      }
      turns = turns + 1;
    }
  });
  suspend_many_times(caller);
}

void signals_cross() {
  here = make<Notification>();
  there = make<Notification>();
  spawn([](std::uint64_t) {
    go_elsewhere();
    for (;;) {
      OK(there.wait(abi::kNoDeadline));
      OK(here.signal());
    }
  });
  for (std::uint64_t i = 0; i < options.rounds; ++i) {
    OK(there.signal());
    EXPECT(OK(here.wait(in_milliseconds(5000))) == 1);
  }
}

// --- What is done to a thread of another hart

void turn_elsewhere(std::uint64_t) {
  go_elsewhere();
  for (;;) {
    turns = turns + 1;
    yield_if_alone();
  }
}

void a_running_thread_is_suspended() {
  const Worker worker = spawn(turn_elsewhere);
  suspend_many_times(worker);
}

// By its capability, or with the memory that it is made of; both are there for another then.
void a_running_thread_is_destroyed() {
  const auto room = make<kernel::Untyped>(kPage);
  const std::uint64_t free = OK(room.info()).free;
  const kernel::Thread thread(take_slot());
  const std::uint64_t stack = spare_stack();
  for (std::uint64_t i = 0; i < options.rounds; ++i) {
    OK(room.retype(abi::ObjectType::kThread, 0, own(), thread.slot().index, 1));
    OK(thread.configure(rt::start::task()));
    OK(thread.start(reinterpret_cast<std::uint64_t>(&turn_elsewhere), stack, 0, 0));
    until_it_turns();
    if (i % 2 == 0) drop(thread.slot());
    revoke(room.slot());
    it_stands_still();
    EXPECT(is_empty(thread.slot()) && OK(room.info()).free == free);
  }
}

// --- Work that is shared

// A thread of the lowest class, which nobody but an idle hart lets run for long. It counts the
// milliseconds in which it ran.
Worker start_an_idle_one() {
  here = make<Notification>();
  turns = 0;
  const Worker worker = spawn([](std::uint64_t) {
    OK(here.signal());
    OK(Self::qos(abi::QosOp::kSet, 0, abi::QosClass::kIdle));
    for (std::uint64_t last = 0;;) {
      const std::uint64_t millisecond = now() / 1'000'000;
      if (millisecond != last) turns = turns + 1;
      last = millisecond;
    }
  });
  OK(here.wait(in_milliseconds(5000)));
  return worker;
}

// Brought back again and again, it is taken again, before it has its share here.
void is_taken_each_time(const Worker& worker) {
  const kernel::Thread thread = worker.thread();
  std::uint64_t soon = 0;
  for (std::uint64_t i = 0; i < options.rounds; ++i) {
    OK(thread.affinity(1));
    OK(thread.affinity(all_harts()));
    if (is_alone()) continue;
    const std::uint64_t before = turns;
    const std::uint64_t start = now();
    while (turns == before && now() < start + 5000 * kMillisecond) {
    }
    EXPECT(turns != before);
    if (now() < start + kShortOfAShare) ++soon;
  }
  // The machine may have stood still now and then.
  EXPECT(is_alone() || soon > options.rounds / 2);
}

// A thread too low to ever run beside its maker runs on a hart that has nothing else.
void an_idle_hart_takes_work() { is_taken_each_time(start_an_idle_one()); }

// What may not run elsewhere does not keep what may: the lower one has a hart of its own.
void an_idle_hart_takes_what_may_go() {
  spawn([](std::uint64_t) {  // stays here, as the runner does
    for (;;) {
    }
  });
  is_taken_each_time(start_an_idle_one());
}

// Others send a thread from hart to hart; it goes on there, and only there.
void a_thread_is_sent_elsewhere() {
  const std::uint32_t elsewhere = nth_hart(1);
  turns = 0;
  const Worker worker = spawn([](std::uint64_t) {
    for (;;) {
      turns = turns + 1;
      yield_if_alone();
    }
  });
  const kernel::Thread thread = worker.thread();
  EXPECT(OK(thread.affinity(0)) == 1);
  for (std::uint64_t i = 0; i < options.rounds; ++i) {
    const std::uint32_t hart = nth_hart(i + 1);
    EXPECT(OK(thread.affinity(hart)) == hart);
    until_it_turns();
  }
  EXPECT(OK(thread.affinity(elsewhere)) == elsewhere);
  EXPECT(OK(thread.affinity(0)) == elsewhere);
  if (is_alone()) return;
  // It never gives its hart away: were it here, a lower one had no turn.
  OK(Self::qos(abi::QosOp::kSet, 0, abi::QosClass::kIdle));
  until_it_turns();
}

void anothers_affinity_is_checked() {
  const Worker worker = prepare([](std::uint64_t) {});
  const auto unmanaged = without(worker.thread(), kernel::Thread::Right::kManage);
  for (std::uint64_t i = 0; i < options.rounds; ++i) {
    REFUSED(unmanaged.affinity(1), lacks_right(0));
    for (std::uint32_t bit = 0; bit < 32; ++bit) {
      const std::uint32_t hart = std::uint32_t{1} << bit;
      if ((options.harts & hart) == 0) REFUSED(worker.thread().affinity(hart | 1), out_of_range(1));
    }
    EXPECT(OK(worker.thread().affinity(0)) == 1);
  }
}

}  // namespace

std::span<const Behaviour> harts_behaviours() {
  static constexpr Behaviour kAll[] = {
      {"harts.affinity_is_told_and_checked", affinity_is_told_and_checked},
      {"harts.a_call_and_its_answer_cross", a_call_and_its_answer_cross},
      {"harts.a_server_goes_where_its_callers_are", a_server_goes_where_its_callers_are},
      {"harts.a_deadline_meets_an_answer", a_deadline_meets_an_answer},
      {"harts.a_suspension_meets_an_answer", a_suspension_meets_an_answer},
      {"harts.signals_cross", signals_cross},
      {"harts.a_running_thread_is_suspended", a_running_thread_is_suspended},
      {"harts.a_running_thread_is_destroyed", a_running_thread_is_destroyed},
      {"harts.an_idle_hart_takes_work", an_idle_hart_takes_work},
      {"harts.an_idle_hart_takes_what_may_go", an_idle_hart_takes_what_may_go},
      {"harts.a_thread_is_sent_elsewhere", a_thread_is_sent_elsewhere},
      {"harts.anothers_affinity_is_checked", anothers_affinity_is_checked},
  };
  return kAll;
}

}  // namespace tessera::contract
