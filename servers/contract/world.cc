#include "servers/contract/world.h"

#include <array>
#include <atomic>
#include <cstddef>

#include "servers/contract/behaviour.h"
#include "servers/runtime/exit.h"

namespace tessera::contract {
namespace {

constexpr std::uint32_t kMaxWorkers = 8;
constexpr std::uint64_t kSpaceMemory = 16 * kPage;
constexpr std::size_t kWorkerStack = 4096;
// A wait that has not ended by then never will.
constexpr std::uint64_t kPatience = 5'000 * kMillisecond;
// More turns than a thread can need to come to its wait, though each could be cut short.
constexpr int kSettleTurns = 12;

struct alignas(16) Stack {
  std::array<std::byte, kWorkerStack> bytes;
  std::uint64_t top() const { return reinterpret_cast<std::uint64_t>(bytes.data() + bytes.size()); }
};

struct Job {
  Work work = nullptr;
  std::uint64_t argument = 0;
  kernel::Thread thread;
  std::atomic<bool> done = false;
};

constinit std::uint32_t next_slot = kFirstFree;
constinit std::uint32_t next_job = 0;
constinit std::array<Job, kMaxWorkers> jobs{};
constinit std::array<Stack, kMaxWorkers> stacks{};

std::uint32_t take_job(Work work, std::uint64_t argument, Where where) {
  expect(next_job < kMaxWorkers, "kMaxWorkers is too small", where);
  const std::uint32_t index = next_job++;
  jobs[index].work = work;
  jobs[index].argument = argument;
  jobs[index].done.store(false);
  return index;
}

void run_job(std::uint64_t index) {
  Job& job = jobs[index];
  job.work(job.argument);
  job.done.store(true);
}

// A thread cannot end without its task: it stops for good.
void begin_worker(std::uint64_t index) {
  run_job(index);
  OK(jobs[index].thread.suspend());
  fail("a suspended thread ran", {}, Where::current());
}

// The slots that its maker took are another CSpace's.
void begin_space(std::uint64_t index) {
  next_slot = kFirstFree;
  run_job(index);
  rt::exit(kPassed);
}

template <class Condition>
void wait_until(Condition holds, std::string_view what, Where where) {
  const std::uint64_t give_up = now() + kPatience;
  while (!holds()) {
    expect(now() < give_up, what, where);
    OK(kernel::Self::yield());
  }
}

}  // namespace

rt::Slot take_slots(std::uint32_t count, Where where) {
  expect(count <= kSlots - next_slot, "kSlots is too small", where);
  const rt::Slot first{next_slot};
  next_slot += count;
  return first;
}

rt::Slot make(abi::ObjectType type, std::uint64_t size, Where where) {
  const rt::Slot to = take_slot(where);
  must(memory().retype(type, size, own(), to.index, 1), "make", where);
  return to;
}

rt::Slot mint_slot(rt::Slot from, std::uint8_t rights, std::uint64_t badge, Where where) {
  const rt::Slot to = take_slot(where);
  must(own().mint(to.index, own(), from.index, rights, badge), "mint", where);
  return to;
}

abi::ObjectType type_in(rt::Slot slot, Where where) {
  return must(own().query(slot.index), "query", where).type;
}
void drop(rt::Slot slot, Where where) { must(own().delete_(slot.index), "drop", where); }
void revoke(rt::Slot slot, Where where) { must(own().revoke(slot.index), "revoke", where); }

void map(kernel::Vmo vmo, std::uint64_t address, kernel::Access access, Where where) {
  must(vmo.map(rt::start::task(), address, access), "map", where);
}

std::uint64_t now() { return OK(kernel::Self::now()); }

void in_time(std::uint64_t deadline) {
  if (now() >= deadline) rt::exit(kTooLate);
}

void settle() {
  for (int i = 0; i < kSettleTurns; ++i) OK(kernel::Self::yield());
}

bool Worker::is_done() const { return jobs[index_].done.load(); }
void Worker::join(Where where) const {
  wait_until([this] { return is_done(); }, "the worker does not come to its end", where);
}

Worker prepare(Work work, std::uint64_t argument, Where where) {
  const std::uint32_t index = take_job(work, argument, where);
  const auto thread = make<kernel::Thread>(0, where);
  must(thread.configure(rt::start::task()), "configure a worker", where);
  jobs[index].thread = thread;
  return {thread, index};
}

namespace {

// `tp`: where it has its IPC buffer; 0: it has none.
void start_at(const Worker& worker, std::uint64_t tp, Where where) {
  std::uint32_t index = 0;
  while (jobs[index].thread.slot() != worker.thread().slot()) ++index;
  must(worker.thread().start(reinterpret_cast<std::uint64_t>(&begin_worker), stacks[index].top(),
                             index, tp),
       "start a worker", where);
}

void give_buffer(kernel::Thread thread, kernel::Task task, std::uint64_t address, Where where) {
  const auto page = make_vmo(1, where);
  must(thread.buffer(page, 0), "give a buffer", where);
  must(page.map(task, address, kReadWrite), "map a buffer", where);
}

}  // namespace

void start(const Worker& worker, Where where) { start_at(worker, 0, where); }

void start_with_buffer(const Worker& worker, std::uint64_t buffer, Where where) {
  give_buffer(worker.thread(), rt::start::task(), buffer, where);
  start_at(worker, buffer, where);
}

std::uint64_t spare_stack(Where where) { return stacks[take_job(nullptr, 0, where)].top(); }

Space prepare_space_from(kernel::Untyped from, Work work, std::uint64_t argument, Where where) {
  const std::uint32_t index = take_job(work, argument, where);
  const rt::Slot first = take_slots(kProgramSlots, where);
  const Program program = must(make_program(from, first, kSlots), "make a task", where);
  must(from.retype(abi::ObjectType::kUntyped, kSpaceMemory, program.cspace, memory().slot().index,
                   1),
       "give it memory", where);
  return {program, index};
}

Space prepare_space(Work work, std::uint64_t argument, Where where) {
  return prepare_space_from(memory(), work, argument, where);
}

void Space::give(std::uint32_t nth, rt::Slot from, std::uint8_t rights, std::uint64_t badge,
                 Where where) const {
  must(cspace().mint(gift(nth).index, own(), from.index, rights, badge), "give", where);
}

void Space::start(Where where) const {
  must(start_program(program_, begin_space, index_), "start a task", where);
}

void Space::start_with_buffer(Where where) const {
  give_buffer(thread(), task(), process::kBufferAddress, where);
  must(start_program(program_, begin_space, index_, process::kBufferAddress), "start a task",
       where);
}

kernel::Task::InfoResult Space::wait(Where where) const {
  kernel::Task::InfoResult info{};
  wait_until(
      [&] {
        info = must(task().info(), "ask how the task is", where);
        return info.state > abi::TaskState::kRunning;
      },
      "the task does not end", where);
  return info;
}

void Space::join(Where where) const {
  const auto info = wait(where);
  expect(info.state == abi::TaskState::kExited && info.status == kPassed,
         "the task did not come to its end", where);
}

void begin(std::uint64_t behaviour) {
  for (const Group group : all_groups()) {
    const std::span<const Behaviour> behaviours = group();
    if (behaviour < behaviours.size()) {
      behaviours[behaviour].run();
      rt::exit(kPassed);
    }
    behaviour -= behaviours.size();
  }
  fail("no such behaviour", {}, Where::current());
}

}  // namespace tessera::contract
