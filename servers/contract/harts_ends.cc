// What ends while other harts are at it: an endpoint in use, a task whose threads run.
#include <cstdint>

#include "idl/kernel/notification.h"
#include "idl/kernel/untyped.h"
#include "servers/contract/behaviour.h"
#include "servers/contract/harts.h"
#include "servers/contract/messages.h"
#include "servers/runtime/try.h"

namespace tessera::contract {
namespace {

using abi::TaskState;
using kernel::Endpoint;
using kernel::Notification;
using kernel::Self;
using kernel::Untyped;
using kernel::Vmo;

// --- An endpoint that goes

constinit Endpoint passing;  // made again and again, in the same slot
volatile std::uint64_t answered = 0;
volatile std::uint64_t refused_calls = 0;

// What is said where there is no endpoint, or no more.
bool is_of_a_revoked_one(const rt::Error& error) {
  return error == kPeerDied || error == no_capability(0);
}

void call_what_is_there(std::uint64_t) {
  go_elsewhere();
  for (std::uint64_t i = 0;; ++i) {
    const auto result = call(passing, i);
    if (result) {
      EXPECT(result->w0 == i + 1 && result->shape == shape(1));
      answered = answered + 1;
    } else {
      EXPECT(is_of_a_revoked_one(result.error()));
      refused_calls = refused_calls + 1;
      OK(Self::yield());
    }
  }
}

void serve_what_is_there(std::uint64_t) {
  go_to(2);
  for (;;) {
    auto message = passing.receive(abi::kNoDeadline);
    while (message) {
      EXPECT(message->tag == tag(1));
      const auto next = passing.reply_receive(message->w0 + 1, 0, 0, 0, 0, 0, 0, shape(1));
      if (!next) {
        // It went before the answer, and the caller is there still; or after it.
        const auto late = answer({message->w0 + 1}, shape(1));
        EXPECT(late || late.error() == kNoReply);
        EXPECT(is_of_a_revoked_one(next.error()));
        break;
      }
      message->w0 = next->w0;
    }
    OK(Self::yield());
  }
}

// Its client and its server are told, whatever they were at, and by the next one they meet again.
void an_endpoint_is_revoked_in_use() {
  const auto room = make<Untyped>(kPage);
  passing = Endpoint(take_slot());
  answered = 0;
  const Worker client = prepare(call_what_is_there);
  const Worker server = prepare(serve_what_is_there);
  for (std::uint64_t i = 0; i < options.rounds; ++i) {
    OK(room.retype(abi::ObjectType::kEndpoint, 0, own(), passing.slot().index, 1));
    if (i == 0) {
      start(client);
      start(server);
    }
    const std::uint64_t before = answered;
    until([before] { return answered != before; });
    revoke(room.slot());
    EXPECT(is_empty(passing.slot()));
    // Not before: a call that was refused while the endpoint went may be followed by one that its
    // server had just in time, and answers now.
    const std::uint64_t refused_before = refused_calls;
    until([refused_before] { return refused_calls != refused_before; });
    stands_still([] { return answered; });
  }
}

// --- A task

constexpr std::uint64_t kQuota = 96 * kPage;
constexpr std::uint32_t kThreads = 3;
constexpr std::uint8_t kPageRights =
    rt::rights(Vmo::Right::kRead, Vmo::Right::kWrite, Vmo::Right::kMap);

// A page that both tasks have mapped there: a count for each thread.
volatile std::uint64_t& count_of(std::uint64_t thread) { return word_at(kFree + 8 * thread); }
std::uint64_t sum_of_counts() {
  std::uint64_t sum = 0;
  for (std::uint32_t i = 0; i < kThreads; ++i) sum += count_of(i);
  return sum;
}

// Some turns in user code between two calls; not a whole slice, which others of its hart would wait
// for.
void count_for_ever(std::uint64_t thread) {
  go_to(1 + thread);
  for (;;) {
    count_of(thread) = count_of(thread) + 1;
    if (count_of(thread) % 64 == 0) OK(Self::yield());
  }
}

// The first thread of the task: all of them count, each on a hart of its own if there are so many.
void run_everywhere(std::uint64_t) {
  OK(Vmo(gift(0)).map(rt::start::task(), kFree, kReadWrite));
  OK(Self::affinity(all_harts()));
  for (std::uint64_t i = 1; i < kThreads; ++i) spawn(count_for_ever, i);
  count_for_ever(0);
}

bool all_count() {
  for (std::uint32_t i = 0; i < kThreads; ++i) {
    if (count_of(i) == 0) return false;
  }
  return true;
}

// Killed, or its memory taken, while its threads run: none takes a step after that, and all that
// the task was made of is there again.
void a_task_that_runs_elsewhere_is_ended() {
  const auto quota = make<Untyped>(kQuota);
  const auto ended = make<Notification>();
  const auto page = make_vmo(1);
  map(page, kFree, kReadWrite);
  const rt::Slot slots = take_slots(kProgramSlots);
  for (std::uint64_t i = 0; i < options.rounds; ++i) {
    for (std::uint32_t thread = 0; thread < kThreads; ++thread) count_of(thread) = 0;
    const Program program = OK(make_program(quota, slots, kSlots));
    OK(quota.retype(abi::ObjectType::kUntyped, 16 * kPage, program.cspace, memory().slot().index,
                    1));
    OK(program.cspace.mint(gift(0).index, own(), page.slot().index, kPageRights, 0));
    OK(program.task.supervise(ended));
    OK(start_program(program, run_everywhere, 0));
    until(all_count);
    if (i % 2 == 0) {
      OK(program.task.kill());
      stands_still(sum_of_counts);
      EXPECT(OK(ended.wait(in_milliseconds(5000))) == 1);
      EXPECT(OK(program.task.info()).state == TaskState::kKilled);
    }
    revoke(quota.slot());
    stands_still(sum_of_counts);
    rt::ignore(ended.poll());
    EXPECT(OK(quota.info()).free == kQuota);
    for (std::uint32_t n = 0; n < kProgramSlots; ++n) EXPECT(is_empty({slots.index + n}));
  }
}

}  // namespace

std::span<const Behaviour> harts_ends_behaviours() {
  static constexpr Behaviour kAll[] = {
      {"harts.an_endpoint_is_revoked_in_use", an_endpoint_is_revoked_in_use},
      {"harts.a_task_that_runs_elsewhere_is_ended", a_task_that_runs_elsewhere_is_ended},
  };
  return kAll;
}

}  // namespace tessera::contract
