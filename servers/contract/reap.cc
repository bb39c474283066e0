// Tasks that come and go, a great many of them: whatever they were doing, all that they were made
// of is there again, to the byte, and the last are gone as quickly as the first.
#include <array>
#include <cstdint>

#include "idl/kernel/reply.h"
#include "servers/contract/behaviour.h"
#include "servers/contract/messages.h"
#include "servers/contract/world.h"
#include "servers/runtime/try.h"

namespace tessera::contract {
namespace {

using abi::ObjectType;
using abi::TaskState;
using kernel::Endpoint;
using kernel::Notification;
using kernel::Untyped;
using kernel::Vmo;

constexpr std::uint8_t kSend = rt::rights(Endpoint::Right::kSend);
constexpr std::uint64_t kQuota = 96 * kPage;

// All of a round's task comes from here, and into these slots.
constinit Untyped quota;
constinit rt::Slot program_slots;
constinit Endpoint endpoint;
constinit Notification ended;
constinit Notification never;  // nobody signals it

// A generator of numbers that nobody foresees, the same in every run (xorshift, Marsaglia 2003).
constinit std::uint64_t random_state = 0x2545'f491'4f6c'dd1d;
std::uint64_t random_below(std::uint64_t end) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return random_state % end;
}

// --- What the task does
// ----------------------------------------------------------------------------

void exit_at_once(std::uint64_t) { OK(kernel::Self::exit(42)); }

// Everything that leaves something behind, for ever: objects, mappings, threads, calls, waits. In
// every other round it waits for nothing: then it is its slice's end that interrupts it, anywhere.
void keep_busy(std::uint64_t round) {
  OK(kernel::Self::affinity(static_cast<std::uint32_t>(options.harts)));
  constexpr std::uint32_t kFirst = kFirstFree;
  constexpr std::array kTypes = {
      ObjectType::kEndpoint, ObjectType::kNotification, ObjectType::kThread, ObjectType::kReply,
      ObjectType::kTask,     ObjectType::kAlarm,        ObjectType::kIrq};
  for (std::uint64_t i = round;; ++i) {
    // Some are refused: what is not there yet, or not any more.
    const auto at = static_cast<std::uint32_t>(kFirst + i % 24);
    rt::ignore(own().delete_(at));
    rt::ignore(memory().retype(kTypes[i % kTypes.size()], 0, own(), at, 1));
    rt::ignore(kernel::Thread({at}).configure(rt::start::task()));
    rt::ignore(kernel::Thread({at}).bind(Notification({at - 1})));
    rt::ignore(own().copy(at + 30, own(), at));
    rt::ignore(own().delete_(at + 30));
    const Vmo vmo({kFirst + 60});
    rt::ignore(memory().retype(ObjectType::kVmo, 2 * kPage, own(), vmo.slot().index, 1));
    rt::ignore(vmo.map(rt::start::task(), kFree, kReadWrite));
    rt::ignore(vmo.unmap());
    rt::ignore(own().delete_(vmo.slot().index));
    if (round % 2 == 0) continue;
    rt::ignore(call_until(Endpoint(gift(0)), i, now() + 20'000));
    rt::ignore(Endpoint({at}).receive(now() + 10'000));
  }
}

// Takes the calls of the busy ones: answers some, keeps some, and forgets the others.
void serve(std::uint64_t reply_slot) {
  const kernel::Reply kept({static_cast<std::uint32_t>(reply_slot)});
  for (;;) {
    const auto message = OK(endpoint.receive(abi::kNoDeadline));
    if (message.w0 % 3 == 0) continue;
    rt::ignore(kept.keep());
    if (message.w0 % 3 == 1) rt::ignore(kept.send(1, 0, 0, 0, 0, 0, 0, shape(1), 0, 0, 0));
  }
}

void make_what_rounds_share() {
  quota = make<Untyped>(kQuota);
  program_slots = take_slots(kProgramSlots);
  endpoint = make<Endpoint>();
  ended = make<Notification>();
  never = make<Notification>();
  spawn(serve, make<kernel::Reply>().slot().index);
}

// --- A round
// -----------------------------------------------------------------------------------------

Program make_one(Work work, std::uint64_t argument) {
  const Program program = OK(make_program(quota, program_slots, kSlots));
  OK(quota.retype(ObjectType::kUntyped, 16 * kPage, program.cspace, memory().slot().index, 1));
  OK(program.cspace.mint(gift(0).index, own(), endpoint.slot().index, kSend, 0));
  OK(program.task.supervise(ended));
  OK(start_program(program, work, argument));
  return program;
}

void nothing_is_left(std::uint64_t free_before) {
  EXPECT(OK(quota.info()).free == kQuota);
  EXPECT(OK(memory().info()).free == free_before);
  for (std::uint32_t i = 0; i < kProgramSlots; ++i) EXPECT(is_empty({program_slots.index + i}));
}

// The task has ended so, and its supervisor was told; then nothing of it is left.
void take_back(const Program& program, TaskState due, std::uint64_t free_before) {
  EXPECT(OK(ended.wait(in_milliseconds(5000))) == 1);
  const auto info = OK(program.task.info());
  EXPECT(info.state == due);
  EXPECT(due != TaskState::kExited || info.status == 42);
  revoke(quota.slot());
  nothing_is_left(free_before);
}

// Of a round: while its task did what it liked.
constinit std::uint64_t waited = 0;

// After every round all memory is back, on every machine. Under icount, where now() counts the
// machine's instructions and no host can change them, times are compared as well: the quickest
// round of the last tenth takes at most a tenth longer than the quickest of the first, or something
// that grows is walked. Quickest, because a round may be interrupted, and leaves more or less to
// take back.
template <class Round>
void repeat(Round round) {
  make_what_rounds_share();
  const std::uint64_t tenth = options.rounds / 10;
  const std::uint64_t free_before = OK(memory().info()).free;
  std::uint64_t first = ~std::uint64_t{0};
  std::uint64_t last = ~std::uint64_t{0};
  for (std::uint64_t i = 0; i < options.rounds; ++i) {
    const std::uint64_t start = now();
    waited = 0;
    round(i, free_before);
    const std::uint64_t took = now() - start - waited;
    if (i < tenth && took < first) first = took;
    if (i >= options.rounds - tenth && took < last) last = took;
  }
  EXPECT(!options.icount || last <= first + first / 10);
}

void made_run_and_exited() {
  repeat([](std::uint64_t, std::uint64_t free_before) {
    take_back(make_one(exit_at_once, 0), TaskState::kExited, free_before);
  });
}

// Lets it run to any instruction of it, or of the kernel on its behalf.
void run_for_a_while() {
  const std::uint64_t start = now();
  rt::ignore(never.wait(start + random_below(400'000)));
  waited += now() - start;
}

void killed_at_any_instruction() {
  repeat([](std::uint64_t i, std::uint64_t free_before) {
    const Program program = make_one(keep_busy, i);
    run_for_a_while();
    OK(program.task.kill());
    take_back(program, TaskState::kKilled, free_before);
  });
}

// The same with a fault: it is stopped wherever it is, and goes on where nothing is.
void faulted_at_any_instruction() {
  repeat([](std::uint64_t i, std::uint64_t free_before) {
    const Program program = make_one(keep_busy, i);
    run_for_a_while();
    OK(program.thread.suspend());
    const auto registers = OK(program.thread.read(0));
    OK(program.thread.write(0, kFree + 2 * random_below(kPage), registers.r1, registers.r2,
                            registers.r3, registers.r4, registers.r5));
    OK(program.thread.resume());
    take_back(program, TaskState::kFaulted, free_before);
  });
}

// Its memory is taken from it while it runs.
void revoked_at_any_instruction() {
  repeat([](std::uint64_t i, std::uint64_t free_before) {
    make_one(keep_busy, i);
    run_for_a_while();
    revoke(quota.slot());
    rt::ignore(ended.poll());
    nothing_is_left(free_before);
  });
}

}  // namespace

std::span<const Behaviour> reap_behaviours() {
  static constexpr Behaviour kAll[] = {
      {"reap.made_run_and_exited", made_run_and_exited},
      {"reap.killed_at_any_instruction", killed_at_any_instruction},
      {"reap.faulted_at_any_instruction", faulted_at_any_instruction},
      {"reap.revoked_at_any_instruction", revoked_at_any_instruction},
  };
  return kAll;
}

}  // namespace tessera::contract
