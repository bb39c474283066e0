// Threads of several harts with each other: one stays where the runner is, the other on another
// hart if there is one. Each thing many times over, so that the two come at each other in many
// ways; on one hart the same holds.
#include <cstdint>

#include "servers/contract/behaviour.h"
#include "servers/contract/fault_port.h"
#include "servers/contract/messages.h"
#include "servers/contract/world.h"
#include "servers/runtime/try.h"

namespace tessera::contract {
namespace {

using kernel::Endpoint;
using kernel::Notification;
using kernel::Self;
using kernel::Vmo;

constinit Endpoint endpoint;
constinit Notification here;
constinit Notification there;
volatile std::uint64_t turns = 0;

// The calling thread stays on another hart than the runner's, where there is one.
void go_elsewhere() {
  const std::uint64_t others = options.harts & ~std::uint64_t{1};
  OK(Self::affinity(others == 0 ? 1 : static_cast<std::uint32_t>(others & -others)));
}

bool is_alone() { return options.harts == 1; }

// Waits until somebody of another hart, or of this, has gone on.
void until_it_turns() {
  const std::uint64_t before = turns;
  const std::uint64_t end = in_milliseconds(5000);
  while (turns == before && now() < end) OK(Self::yield());
  EXPECT(turns != before);
}

// Nobody goes on for as long as it takes to find out.
void it_stands_still() {
  const std::uint64_t before = turns;
  const std::uint64_t end = now() + 20'000;
  while (now() < end) OK(Self::yield());
  EXPECT(turns == before);
}

void affinity_is_told_and_checked() {
  EXPECT(OK(Self::affinity(0)) == 1);  // the runner's, which its tasks have from it
  for (std::uint32_t bit = 8; bit < 32; ++bit) {
    REFUSED(Self::affinity(std::uint32_t{1} << bit),
            refusal(abi::kEinval, abi::Detail::kBadRange, 1));
  }
  for (std::uint32_t bit = 0; bit < 8; ++bit) {
    const std::uint32_t hart = std::uint32_t{1} << bit;
    if ((options.harts & hart) != 0) {
      EXPECT(OK(Self::affinity(hart)) == hart);
    } else {
      REFUSED(Self::affinity(hart | 1), refusal(abi::kEinval, abi::Detail::kBadRange, 1));
    }
  }
  EXPECT(OK(Self::affinity(static_cast<std::uint32_t>(options.harts))) == options.harts);
  REFUSED(Self::affinity(0x100), refusal(abi::kEinval, abi::Detail::kBadRange, 1));
  EXPECT(OK(Self::affinity(0)) == options.harts);  // a refusal changes nothing
}

// A thread that turns, and stands still whenever it is suspended.
void suspend_many_times(const Worker& worker) {
  for (std::uint64_t i = 0; i < options.rounds / 10; ++i) {
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
    if (is_alone()) OK(Self::yield());
  }
}

void a_running_thread_is_suspended() {
  const Worker worker = spawn(turn_elsewhere);
  suspend_many_times(worker);
}

void a_running_thread_is_destroyed() {
  for (int i = 0; i < 4; ++i) {
    const Worker worker = spawn(turn_elsewhere);
    until_it_turns();
    drop(worker.thread().slot());
    it_stands_still();
  }
}

// A thread too low to ever run beside its maker runs on a hart that has nothing else.
void an_idle_hart_takes_work() {
  here = make<Notification>();
  turns = 0;
  spawn([](std::uint64_t) {
    OK(Self::affinity(static_cast<std::uint32_t>(options.harts)));
    OK(here.signal());
    OK(Self::qos(abi::QosOp::kSet, 0, abi::QosClass::kIdle));
    for (;;) turns = turns + 1;
  });
  OK(here.wait(in_milliseconds(5000)));
  if (is_alone()) return;
  const std::uint64_t end = in_milliseconds(5000);
  while (turns < 1000 && now() < end) {
  }
  EXPECT(turns >= 1000);
}

// In how many different milliseconds a thread has run.
class Milliseconds {
 public:
  std::uint64_t count() {
    const std::uint64_t millisecond = now() / 1'000'000;
    if (millisecond != last_) ++count_;
    last_ = millisecond;
    return count_;
  }

 private:
  std::uint64_t last_ = 0;
  std::uint64_t count_ = 0;
};

// What may not run elsewhere does not keep what may: the lower one has a hart of its own.
void an_idle_hart_takes_what_may_go() {
  here = make<Notification>();
  turns = 0;
  spawn([](std::uint64_t) {  // stays here, as the runner does
    for (;;) {
    }
  });
  spawn([](std::uint64_t) {
    OK(Self::affinity(static_cast<std::uint32_t>(options.harts)));
    OK(here.signal());
    OK(Self::qos(abi::QosOp::kSet, 0, abi::QosClass::kIdle));
    Milliseconds ran;
    for (;;) turns = ran.count();
  });
  OK(here.wait(in_milliseconds(5000)));
  if (is_alone()) return;
  // This one has half of a hart. A hart of its own is twice as much, however busy the host is; a
  // share of this one, a twelfth.
  Milliseconds ran;
  const std::uint64_t end = in_milliseconds(1000);
  while (now() < end) static_cast<void>(ran.count());
  EXPECT(turns * 3 >= ran.count());
}

// --- Memory

constexpr std::uint64_t kPlace = kFree;

// Once an unmap is over nobody reads there; whoever does faults, and goes on when the page is back.
void an_unmapped_page_is_gone_elsewhere() {
  endpoint = make<Endpoint>();
  const Vmo page = make_vmo(1);
  map(page, kPlace, kReadWrite);
  turns = 0;
  spawn_handled(endpoint, [](std::uint64_t) {
    go_elsewhere();
    for (;;) {
      turns = turns + 1 + word_at(kPlace);
      if (is_alone()) OK(Self::yield());
    }
  });
  for (std::uint64_t i = 0; i < options.rounds; ++i) {
    until_it_turns();
    OK(page.unmap());
    const std::uint64_t after = turns;
    const Told told = receive_fault(endpoint);
    EXPECT(told.cause == abi::FaultCause::kReadFault && told.address == kPlace);
    EXPECT(turns - after <= 1);  // one that had read before the unmap was over
    map(page, kPlace, kReadWrite);
    let_go_on();
  }
}

// Others send a thread from hart to hart; it goes on there, and only there.
void a_thread_is_sent_elsewhere() {
  const std::uint64_t others = options.harts & ~std::uint64_t{1};
  const auto elsewhere = static_cast<std::uint32_t>(is_alone() ? 1 : others & -others);
  turns = 0;
  const Worker worker = spawn([](std::uint64_t) {
    for (;;) turns = turns + 1;
  });
  const kernel::Thread thread = worker.thread();
  EXPECT(OK(thread.affinity(0)) == 1);
  for (std::uint64_t i = 0; i < options.rounds / 10; ++i) {
    EXPECT(OK(thread.affinity(i % 2 == 0 ? elsewhere : 1)) == (i % 2 == 0 ? elsewhere : 1));
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
  REFUSED(without(worker.thread(), kernel::Thread::Right::kManage).affinity(1), lacks_right(0));
  for (std::uint32_t bit = 0; bit < 32; ++bit) {
    const std::uint32_t hart = std::uint32_t{1} << bit;
    if ((options.harts & hart) == 0) REFUSED(worker.thread().affinity(hart | 1), out_of_range(1));
  }
  EXPECT(OK(worker.thread().affinity(0)) == 1);
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
      {"harts.an_unmapped_page_is_gone_elsewhere", an_unmapped_page_is_gone_elsewhere},
  };
  return kAll;
}

}  // namespace tessera::contract
