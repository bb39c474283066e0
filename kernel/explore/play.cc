#include "kernel/explore/play.h"

#include <gtest/gtest.h>
#include <algorithm>

#include <iostream>

#include "absl/strings/str_cat.h"
#include "idl/kernel_calls.h"
#include "kernel/arch/contract/arch.h"
#include "kernel/arch/contract/cause.h"
#include "kernel/object/state.h"
#include "kernel/sched/scheduler.h"
#include "kernel/syscall/trap.h"
#include "kernel/testing/calls.h"
#include "kernel/testing/entry.h"
#include "kernel/testing/invariants.h"

namespace tessera::explore {
namespace {

using testing::kLoadPageFault;
using testing::kSoftwareInterrupt;
using testing::kSystemCall;

// Of every role's CSpace: the Notification that it waits for when its program is over.
constexpr std::uint32_t kNeverSlot = 63;

Play* current_play = nullptr;

bool is_pending(unsigned hart) {
  return arch::host::Machine::current().pending(state.harts[hart].id);
}

std::string name_of_call(std::uint64_t number) {
  for (const calls::Call& call : calls::kAll) {
    if (abi::word(call.number) == number) return std::string(call.name);
  }
  return "no system call";
}

void panic_is_failure(const char* what, const char* file, int line) {
  fail(absl::StrCat("PANIC ", what, " at ", file, ":", line));
}

}  // namespace

struct Play::Role {
  Role(Play& play, const char* n, Thread& t, std::function<void()> what)
      : name(n), thread(t), program(std::move(what)), user([&play, this] { play.live(*this); }) {}

  const char* name;
  Thread& thread;
  std::function<void()> program;
  bool has_played = false;
  Fiber user;
  Fiber* kernel = nullptr;             // of the hart that runs it
  std::uint64_t cause = 0, value = 0;  // of its last trap
};

void system_call_of_play(rt::Registers& r) { current_play->system_call(r); }

Play::Play(unsigned harts) : world(std::uint64_t{1} << 20), harts_(harts) {
  world.checks = false;
  for (unsigned i = 0; i < harts; ++i) {
    state.harts[i].id = {static_cast<std::uint16_t>(i)};
    ipi::online.set_bits(state.harts[i].bit);
  }
  never_ = world.make<kernel::Notification>().slot();
}

Play::~Play() { current_play = nullptr; }

void Play::plays(const char* name, Thread& thread, unsigned hart, std::function<void()> program) {
  CNode& cspace = *thread.task()->cnode();
  if (&cspace != &world.cspace() && cspace.slot(kNeverSlot)->empty()) {
    world.give({.cspace = &cspace}, kNeverSlot, never_);
  }
  CHECK(thread.wait() == Wait::kNone);
  sched::make_wait(thread);
  thread.set_home(state.harts[hart]);
  sched::make_ready(thread);
  roles_[&thread] = std::make_unique<Role>(*this, name, thread, std::move(program));
}

bool Play::has_played(const Thread& thread) const { return roles_.at(&thread)->has_played; }

void Play::enters(unsigned hart) { world.machine.run_as(state.harts[hart]); }

void Play::begin() {
  if (Thread& main = world.main(); !roles_.contains(&main)) {
    sched::make_wait(main);
    main.set_wait(Wait::kSuspended);
  }
  current_play = this;
  rt::host::syscall = system_call_of_play;
  arch::host::on_panic = panic_is_failure;
  world.machine.on_interleave = [](const void* where) { point(where); };
  world.machine.on_relax = [] { relax(); };
  world.machine.on_sleep = [] {
    const unsigned hart = this_hart();
    const std::function<bool()> interrupted = [hart] { return is_pending(hart); };
    wait_until(interrupted);
  };
}

// The kernel's side of a hart.
void Play::run(unsigned number) {
  Hart& hart = state.harts[number];
  leave_kernel(hart);
  for (;;) {
    Role& role = *roles_.at(&Thread::of(*hart.current));
    role.kernel = &place();
    note([&] { return std::string(role.name) + " runs"; });
    go_on_in(role.user);
    if (testing::take_short_way(hart, role.cause, role.value)) continue;
    testing::trap(hart, role.cause, role.value);
  }
}

// The user's side of a thread.
void Play::live(Role& role) {
  role.program();
  role.has_played = true;
  const bool first_task = role.thread.task() == world.main().task();
  const kernel::Notification never(rt::Slot{first_task ? never_.index : kNeverSlot});
  for (;;) {
    // Without a CSpace there is nothing to wait for.
    if (!never.wait(testing::kForever)) static_cast<void>(kernel::Self::exit(0));
  }
}

Play::Role& Play::role_here() { return *roles_.at(&Thread::of(*state.harts[this_hart()].current)); }

void Play::trap(Role& role, std::uint64_t cause, std::uint64_t value) {
  if (arch::is_interrupt(cause)) note([&] { return std::string(role.name) + " is interrupted"; });
  role.cause = cause;
  role.value = value;
  go_on_in(*role.kernel);
}

void Play::instruction() {
  Role& role = role_here();
  point();
  while (is_pending(this_hart())) {
    const bool from_device = world.machine.device_pending({this_hart()});
    trap(role, from_device ? arch::kDeviceInterrupt : kSoftwareInterrupt, 0);
  }
}

void Play::system_call(rt::Registers& r) {
  Role& role = role_here();
  arch::Frame& frame = role.thread.frame;
  testing::put_registers(r, frame);
  note([&] { return role.name + (": " + name_of_call(r.a7)); });
  // Preempted, it is made again; if that was by no interrupt, it waits for another hart. Not the
  // first time: it may have been away, and what it went for be done, before any other goes on.
  bool again = false;
  for (const std::uint64_t pc = frame.pc();;) {
    instruction();
    trap(role, kSystemCall, 0);
    if (frame.pc() != pc) break;
    if (again && !is_pending(this_hart())) relax();
    again = true;
  }
  testing::get_registers(frame, r);
}

std::byte Play::load(VirtAddr address) {
  Role& role = role_here();
  for (;;) {
    instruction();
    if (const auto found = world.machine.translate(address); found.has_value()) {
      return *static_cast<std::byte*>(arch::direct_map(found->address));
    }
    trap(role, kLoadPageFault, address.value);
  }
}

std::string Play::check() {
  arch::host::on_panic = nullptr;
  world.machine.on_interleave = nullptr;
  world.machine.on_relax = nullptr;
  world.machine.on_sleep = nullptr;
  world.machine.run_as(world.hart);
  current_play = nullptr;
  std::string broken = testing::broken_invariant_at_rest();
  return broken.empty() ? check_play() : "the invariant is broken: " + broken;
}

void expect_right_of(const std::function<std::unique_ptr<Scenario>()>& make, unsigned less) {
  Options options = options_from_environment();
  options.preemptions -= std::min(less, options.preemptions);
  const Report report = explore(make, options);
  std::cout << report.interleavings << " interleavings with at most " << options.preemptions
            << " preemptions, of at most " << report.longest << " points\n";
  if (options.only != 0) std::cout << report.trace;
  EXPECT_EQ(report.failure, "") << "in interleaving " << report.interleavings
                                << " (EXPLORE_ONLY shows it again):\n"
                                << report.trace;
}

}  // namespace tessera::explore
