// Task: how it is put together, how it ends, and who is told.
#include <array>
#include <cstdint>

#include "idl/kernel/identity_control.h"
#include "servers/contract/behaviour.h"
#include "servers/contract/messages.h"
#include "servers/contract/report.h"
#include "servers/contract/world.h"
#include "servers/runtime/exit.h"

namespace tessera::contract {
namespace {

using abi::Detail;
using abi::TaskState;
using kernel::CNode;
using kernel::Endpoint;
using kernel::Notification;
using kernel::Task;
using kernel::Untyped;

constexpr std::uint8_t kSignal = rt::rights(Notification::Right::kSignal);

void wait_for_ever(std::uint64_t) { OK(make<Notification>().wait(abi::kNoDeadline)); }

void configure_is_refused() {
  const auto task = make<Task>();
  const auto table = make<CNode>(8);
  const auto small = make<Untyped>(3 * kPage);
  REFUSED(task.configure(table, memory(), 2), out_of_range(3));
  REFUSED(task.configure(table, memory(), 4097), out_of_range(3));
  REFUSED(task.configure(table, small, 3), refusal(abi::kEnomem, Detail::kNoMemory, 2));
  EXPECT(OK(small.info()).free == 3 * kPage);
  REFUSED(task.configure(without(table, CNode::Right::kRead), memory(), 3), lacks_right(1));
  REFUSED(task.configure(without(table, CNode::Right::kWrite), memory(), 3), lacks_right(1));
  REFUSED(task.configure(CNode(take_slot()), memory(), 3), no_capability(1));
  REFUSED(task.configure(table, Untyped(table.slot()), 3), another_type(2));
  REFUSED(without(task, Task::Right::kManage).configure(table, memory(), 3), lacks_right(0));
  OK(task.configure(table, memory(), 3));
  REFUSED(task.configure(table, memory(), 3), bad_state());
}

void info_tells_each_state() {
  const auto fresh = OK(make<Task>().info());
  EXPECT(fresh.state == TaskState::kFresh && fresh.status == 0 && fresh.pc == 0);
  const Space space = prepare_space(wait_for_ever);
  EXPECT(OK(space.task().info()).state == TaskState::kFresh);
  space.start();
  const auto running = OK(space.task().info());
  EXPECT(running.state == TaskState::kRunning && running.id != fresh.id && running.id != 0);
  OK(space.task().kill());
  const auto killed = OK(space.task().info());
  EXPECT(killed.state == TaskState::kKilled && killed.id == running.id);
  EXPECT(killed.cause == abi::FaultCause::kNone && killed.address == 0 && killed.pc == 0);
  OK(space.task().kill());  // fine
  EXPECT(OK(space.task().info()).state == TaskState::kKilled);
  EXPECT(OK(rt::start::task().info()).state == TaskState::kRunning);
}

void exit_tells_its_status() {
  for (const std::int32_t status : {0, 1, -1, INT32_MAX, INT32_MIN}) {
    const Space space = prepare_space(
        [](std::uint64_t value) { rt::exit(static_cast<std::int32_t>(value)); }, abi::word(status));
    space.start();
    const auto info = space.wait();
    EXPECT(info.state == TaskState::kExited && info.status == status);
    EXPECT(info.cause == abi::FaultCause::kNone);
  }
}

void exit_ends_every_thread() {
  report().set_note(0);
  const Space space = prepare_space([](std::uint64_t) {
    spawn([](std::uint64_t) {
      for (;;) report().set_note(report().note() + 1);
    });
    spawn(wait_for_ever);
    settle();
  });
  space.start();
  space.join();
  const std::uint64_t note = report().note();
  EXPECT(note != 0);
  settle();
  EXPECT(report().note() == note);
}

// Its own capability to its thread, and its maker's: nobody is left who could end it.
void a_task_without_threads_was_killed() {
  const Space space = prepare_space([](std::uint64_t) {
    OK(own().delete_(rt::start::thread().slot().index));
    wait_for_ever(0);
  });
  const auto told = make<Notification>();
  OK(space.task().supervise(told));
  space.start();
  settle();
  EXPECT(OK(space.task().info()).state == TaskState::kRunning);
  drop(space.thread().slot());
  EXPECT(OK(space.task().info()).state == TaskState::kKilled);
  EXPECT(OK(told.poll()) == 1);
}

void a_task_may_kill_itself() {
  const Space space = prepare_space([](std::uint64_t) {
    OK(rt::start::task().kill());
    rt::exit(kFailed);
  });
  space.start();
  EXPECT(space.wait().state == TaskState::kKilled);
}

void the_supervisor_is_told_once() {
  const auto ended = make<Notification>();
  std::uint64_t badge = 1;
  for (const Work work : std::array<Work, 3>{
           [](std::uint64_t) {}, [](std::uint64_t) { word_at(0) = 0; }, wait_for_ever}) {
    const Space space = prepare_space(work);
    OK(space.task().supervise(mint(ended, kSignal, badge)));
    space.start();
    settle();
    if (badge == 4) OK(space.task().kill());
    EXPECT(OK(ended.wait(in_milliseconds(2000))) == badge);
    OK(space.task().kill());
    REFUSED(ended.poll(), kNothingToTake);
    badge *= 2;
  }
}

void supervise_is_refused() {
  const auto ended = make<Notification>();
  const Space space = prepare_space([](std::uint64_t) {});
  REFUSED(space.task().supervise(without(ended, Notification::Right::kSignal)), lacks_right(1));
  REFUSED(without(space.task(), Task::Right::kManage).supervise(ended), lacks_right(0));
  OK(space.task().supervise(ended));
  REFUSED(space.task().supervise(ended), bad_state());
  const Space other = prepare_space([](std::uint64_t) {});
  other.start();
  other.join();
  REFUSED(other.task().supervise(ended), bad_state());
}

void rights_are_needed() {
  const Space space = prepare_space(wait_for_ever);
  REFUSED(without(space.task(), Task::Right::kManage).kill(), lacks_right(0));
  REFUSED(without(space.task(), Task::Right::kInspect).info(), lacks_right(0));
  EXPECT(OK(without(space.task(), Task::Right::kManage).info()).state == TaskState::kFresh);
  REFUSED(Task(space.cspace().slot()).kill(), another_type(0));
}

// Only who holds an IdentityControl names tasks.
void nobody_names_itself() {
  const auto task = make<Task>();
  REFUSED(task.identify(kernel::IdentityControl(take_slot()), 0x10), no_capability(1));
  REFUSED(task.identify(kernel::IdentityControl(task.slot()), 0x10), another_type(1));
  EXPECT(OK(task.info()).identity == 0);
  const std::uint64_t allowed = OK(own().query(rt::start::identity_control().slot().index)).badge;
  OK(task.identify(rt::start::identity_control(), allowed));
  EXPECT(OK(task.info()).identity == allowed && allowed != 0);
}

// The suite's IdentityControl is for its image: its tasks may differ in the upper half, and in
// nothing else.
void an_image_names_its_tasks() {
  constexpr rt::Error kAnother = refusal(abi::kEperm, Detail::kNoAuthority, 1);
  const kernel::IdentityControl control = rt::start::identity_control();
  const std::uint64_t image = OK(own().query(control.slot().index)).badge;
  for (const std::uint64_t instance :
       {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{0xffff'ffff}}) {
    const auto task = make<Task>();
    REFUSED(task.identify(control, instance << 32 | (image + 1)), kAnother);
    REFUSED(task.identify(control, instance << 32), kAnother);
    OK(task.identify(control, instance << 32 | image));
    REFUSED(task.identify(control, instance << 32 | image), bad_state());
    drop(task.slot());
  }
}

// All of a task comes from the memory that its maker gave.
void a_task_ends_with_its_memory() {
  const std::uint64_t before = OK(memory().info()).free;
  const auto part = make<Untyped>(64 * kPage);
  report().set_note(0);
  const Space space = prepare_space_from(
      part,
      [](std::uint64_t) {
        for (;;) report().set_note(report().note() + 1);
      },
      0);
  space.start();
  OK(kernel::Self::yield());
  EXPECT(report().note() != 0);
  revoke(part.slot());
  const std::uint64_t note = report().note();
  settle();
  EXPECT(report().note() == note);
  EXPECT(is_empty(space.task().slot()) && is_empty(space.thread().slot()));
  EXPECT(OK(part.info()).free == 64 * kPage);
  drop(part.slot());
  EXPECT(OK(memory().info()).free == before);
}

// A task whose CSpace is gone has no capabilities; it runs on.
void without_a_cspace_there_are_no_capabilities() {
  const Space space = prepare_space([](std::uint64_t) {
    report().set_note(1);
    while (report().note() == 1) OK(kernel::Self::yield());
    REFUSED(Endpoint(gift(0)).receive(0), no_capability(0));
    REFUSED(own().query(1), no_capability(0));
    REFUSED(kernel::Self::window(40), no_capability(1));
    OK(kernel::Self::window(0));
    (void)now();
  });
  space.give(0, make<Endpoint>().slot(), abi::kAllEndpointRights);
  report().set_note(0);
  space.start();
  settle();
  EXPECT(report().note() == 1);
  revoke(space.cspace().slot());
  report().set_note(2);
  const auto info = space.wait();
  EXPECT(info.state == TaskState::kExited && info.status == kPassed);
}

// Ids are never given twice.
void ids_are_never_given_twice() {
  std::uint32_t last = OK(make<Task>().info()).id;
  for (int i = 0; i < 20; ++i) {
    const auto task = make<Task>();
    const std::uint32_t id = OK(task.info()).id;
    EXPECT(id > last);
    last = id;
    drop(task.slot());
  }
}

}  // namespace

std::span<const Behaviour> task_behaviours() {
  static constexpr Behaviour kAll[] = {
      {"task.configure_is_refused", configure_is_refused},
      {"task.info_tells_each_state", info_tells_each_state},
      {"task.exit_tells_its_status", exit_tells_its_status},
      {"task.exit_ends_every_thread", exit_ends_every_thread},
      {"task.a_task_without_threads_was_killed", a_task_without_threads_was_killed},
      {"task.a_task_may_kill_itself", a_task_may_kill_itself},
      {"task.the_supervisor_is_told_once", the_supervisor_is_told_once},
      {"task.supervise_is_refused", supervise_is_refused},
      {"task.rights_are_needed", rights_are_needed},
      {"task.nobody_names_itself", nobody_names_itself},
      {"task.an_image_names_its_tasks", an_image_names_its_tasks},
      {"task.a_task_ends_with_its_memory", a_task_ends_with_its_memory},
      {"task.without_a_cspace_there_are_no_capabilities",
       without_a_cspace_there_are_no_capabilities},
      {"task.ids_are_never_given_twice", ids_are_never_given_twice},
  };
  return kAll;
}

}  // namespace tessera::contract
