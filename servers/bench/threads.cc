// The rows in which another thread of the bench's task runs: to its first instruction, which reads
// the counter.
#include <cstdint>

#include "idl/kernel/endpoint.h"
#include "idl/kernel/notification.h"
#include "idl/kernel/self.h"
#include "idl/service/fault_handler.h"
#include "servers/bench/entry.h"
#include "servers/bench/helper.h"
#include "servers/bench/partner.h"
#include "servers/bench/rows.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/try.h"

namespace tessera::bench {
namespace {

using kernel::Endpoint;
using kernel::Notification;

// --- signal_wait

// In the helper's CSpace.
constexpr Notification kBell({1});
constexpr Endpoint kReports({2});

// Less important than who waits: it goes on when that one waits again.
void signal_for_ever(std::uint64_t) {
  run_as_idle();
  for (;;) {
    const std::uint64_t before = begin_sample();
    const auto signalled = kBell.signal();
    const std::uint64_t returned = instructions();
    must(signalled);
    must(kReports.send(before, returned, 0, 0, 0, 0, tag(2, 0), abi::kNoDeadline, 0, 0, 0));
  }
}

Result<void> signal_wait(Arena& arena, Figures& figures) {
  RT_TRY_ASSIGN(const auto bell, arena.make<Notification>());
  RT_TRY_ASSIGN(const auto reports, arena.make<Endpoint>());
  RT_TRY_ASSIGN(const Child helper, make_helper(arena));
  RT_TRY(give(helper, kBell.slot(), bell.slot()));
  RT_TRY(give(helper, kReports.slot(), reports.slot()));
  RT_TRY(start_helper(helper, address_of(signal_for_ever)));
  for (int i = 0; i < kTimes; ++i) {
    const auto rung = bell.wait(abi::kNoDeadline);
    const std::uint64_t after = end_sample();
    RT_TRY(step("wait for the signal", rung));
    RT_TRY_ASSIGN(const auto report, step("ask the helper", reports.receive(abi::kNoDeadline)));
    const std::uint64_t before = report.w0;
    const std::uint64_t returned = report.w1;
    if (before >= after || after >= returned) {
      return failed("signal", "the helper went on before who waited");
    }
    figures.add(before, after);
  }
  return {};
}

// --- fault_to_handler

// Nothing is ever mapped there.
constexpr std::uint64_t kNowhere = 0x2000'0000;

// The counter, as bench_fault read it just before it faulted, and once more from its begin when it
// is resumed.
rt::Result<std::uint64_t> rewind(kernel::Thread faulting) {
  RT_TRY_ASSIGN(const auto counter, faulting.read(1));  // x6 to x11: a1 is the last of them
  RT_TRY_ASSIGN(const auto place, faulting.read(0));
  RT_TRY(
      faulting.write(0, address_of(bench_fault), place.r1, place.r2, place.r3, place.r4, place.r5));
  return counter.r5;
}

bool is_the_fault(const auto& message) {
  return message.tag == service::FaultHandler::kFaultTag &&
         message.w0 == abi::word(abi::FaultCause::kReadFault) && message.w1 == kNowhere &&
         message.w2 == address_of(bench_fault_load);
}

Result<void> fault_to_handler(Arena& arena, Figures& figures) {
  RT_TRY_ASSIGN(const auto port, arena.make<Endpoint>());
  RT_TRY_ASSIGN(const Child helper, make_helper(arena));
  const kernel::Thread faulting = helper.thread;
  RT_TRY(step("handle its faults", faulting.handler(port)));
  RT_TRY(start_helper(helper, address_of(bench_fault), kNowhere));
  RT_TRY_ASSIGN(const auto first, step("receive a fault", port.receive(abi::kNoDeadline)));
  if (!is_the_fault(first)) return failed("receive a fault", "it is another one");
  RT_TRY(step("rewind", rewind(faulting)));
  for (int i = 0; i < kTimes; ++i) {
    const auto next = port.reply_receive(abi::word(service::FaultAction::kResume), 0, 0, 0, 0, 0, 0,
                                         service::FaultHandler::kFaultShape);
    const std::uint64_t after = end_sample();
    RT_TRY(step("receive a fault", next));
    if (!is_the_fault(*next)) return failed("receive a fault", "it is another one");
    RT_TRY_ASSIGN(const std::uint64_t before, step("rewind", rewind(faulting)));
    figures.add(before, after);
  }
  return {};
}

// --- thread_spawn

void report_counter(std::uint64_t, std::uint64_t counter) {
  must(kReports.send(counter, 0, 0, 0, 0, 0, tag(1, 0), abi::kNoDeadline, 0, 0, 0));
}

// In a task that is there. It has the bench's class at most, so the hart is its when the bench lets
// go of it: that is counted, too.
rt::Result<void> spawn_thread(kernel::Untyped memory, kernel::Thread to, kernel::Task task) {
  RT_TRY(memory.retype(abi::ObjectType::kThread, 0, rt::start::cnode(), to.slot().index, 1));
  RT_TRY(to.configure(task));
  RT_TRY(to.start(address_of(bench_enter), Child::kStackTop, address_of(report_counter), 0));
  return kernel::Self::yield();
}

Result<void> thread_spawn(Arena& arena, Figures& figures) {
  RT_TRY_ASSIGN(const auto reports, arena.make<Endpoint>());
  RT_TRY_ASSIGN(const Child helper, make_helper(arena));
  RT_TRY(give(helper, kReports.slot(), reports.slot()));
  RT_TRY_ASSIGN(const auto memory, arena.make<kernel::Untyped>(abi::kPageSize));
  RT_TRY_ASSIGN(const rt::Slot slot, arena.take_slot());
  for (int i = 0; i < kTimes; ++i) {
    const std::uint64_t before = begin_sample();
    const auto spawned = spawn_thread(memory, kernel::Thread(slot), helper.task);
    const std::uint64_t returned = instructions();
    RT_TRY(step("spawn a thread", spawned));
    RT_TRY_ASSIGN(const auto report, step("ask the thread", reports.receive(abi::kNoDeadline)));
    if (report.w0 >= returned) return failed("spawn a thread", "it did not run in time");
    figures.add(before, report.w0);
    RT_TRY(step("destroy the thread", rt::start::cnode().delete_(slot.index)));
    RT_TRY_ASSIGN(const auto info, step("ask what is free", memory.info()));
    if (info.free != abi::kPageSize) return failed("destroy the thread", "not all is free");
  }
  return {};
}

constexpr Row kRows[] = {
    {.name = "signal_wait", .run = signal_wait},
    {.name = "fault_to_handler", .run = fault_to_handler},
    {.name = "thread_spawn", .run = thread_spawn},
};

}  // namespace

std::span<const Row> thread_rows() { return kRows; }

}  // namespace tessera::bench
