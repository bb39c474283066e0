// Self, Task, Thread, Alarm, Irq, BootInfo.
#include <algorithm>

#include "kernel/arch/contract/arch.h"
#include "kernel/ipc/message.h"
#include "kernel/object/boot_info.h"
#include "kernel/object/delete.h"
#include "kernel/object/derive.h"
#include "kernel/object/donation.h"
#include "kernel/object/mail.h"
#include "kernel/object/object_lock.h"
#include "kernel/object/state.h"
#include "kernel/object/transfer.h"
#include "kernel/sched/scheduler.h"
#include "kernel/syscall/syscall.h"

namespace tessera {

Result<void> Syscall::on(const decode::SelfYield<Syscall>&) {
  sched::yield(Hart::here());
  return {};
}

Result<void> Syscall::on(const decode::SelfExit<Syscall>& args) {
  TRY(take_tree());
  TRY(end_task(*caller().task(), {.state = abi::TaskState::kExited, .status = args.status}));
  return kWaiting;
}

Result<decode::SelfNowResult> Syscall::on(const decode::SelfNow<Syscall>&) {
  return decode::SelfNowResult{.time = arch::now().value};
}

Result<void> Syscall::on(const decode::SelfWindow<Syscall>& args) {
  CNode* cspace = caller().task()->cnode();
  if (args.first != 0 && (cspace == nullptr || args.first >= cspace->count() ||
                          abi::kMessageCapabilities > cspace->count() - args.first)) {
    return Error{abi::kEbadf, abi::Detail::kBadCap, 1};
  }
  TRY(clean_up_received(caller()));
  caller().window = args.first;
  return {};
}

// Seldom asked for: what counts is room.
[[clang::minsize]] Result<std::uint32_t> Syscall::set_affinity(Thread& thread,
                                                               std::uint32_t harts) {
  TRY(check_harts(harts));
  if (harts != 0 && thread.affinity.peek() != harts) {
    TRY(at_home(thread, Asked::kAffinity, static_cast<std::uint8_t>(harts)));
    if (thread.affinity.peek() != harts) return kPreempted;  // it has moved meanwhile
  }
  return thread.affinity.peek() & ipi::online.load();
}

Result<decode::SelfAffinityResult> Syscall::on(const decode::SelfAffinity<Syscall>& args) {
  TRY_ASSIGN(const std::uint32_t harts, set_affinity(caller(), args.harts));
  return decode::SelfAffinityResult{.harts = harts};
}

Result<void> Syscall::on(const decode::TaskConfigure<Syscall>& args) {
  // An ASID may be free then, too.
  return or_bury(
      configure_task(args.self.object(), *args.cspace.slot, *args.memory.slot, args.pages));
}

namespace {

// Identities of an image's tasks differ in their upper half.
constexpr unsigned kImageBits = 32;

// Whether an IdentityControl with this badge names tasks so.
constexpr bool allows_identity(std::uint64_t badge, std::uint64_t identity) {
  if (badge == 0 || badge == identity) return true;
  return badge >> kImageBits == 0 && badge == (identity & 0xffff'ffff);
}

}  // namespace

Result<void> Syscall::on(const decode::TaskIdentify<Syscall>& args) {
  Task& task = args.self.object();
  if (!allows_identity(args.authority.slot->badge, args.identity)) {
    return Error{abi::kEperm, abi::Detail::kNoAuthority, 1};
  }
  if (task.identified || task.state() != abi::TaskState::kFresh) {
    return Error{abi::kEbusy, abi::Detail::kBadState, 0};
  }
  task.identity = args.identity;
  task.identified = true;
  return {};
}

Result<void> Syscall::on(const decode::TaskSupervise<Syscall>& args) {
  Task& task = args.self.object();
  if (!task.supervisor.empty() || task.ended()) {
    return Error{abi::kEbusy, abi::Detail::kBadState, 0};
  }
  derive(*args.notification.slot, task.supervisor, args.notification.slot->rights());
  return {};
}

Result<void> Syscall::on(const decode::TaskKill<Syscall>& args) {
  bool own = &args.self.object() == caller().task();
  TRY(end_task(args.self.object(), {.state = abi::TaskState::kKilled}));
  if (own) return kWaiting;
  return {};
}

Result<decode::TaskInfoResult> Syscall::on(const decode::TaskInfo<Syscall>& args) {
  const Task& task = args.self.object();
  return decode::TaskInfoResult{.state = task.state(),
                                .status = task.status,
                                .cause = task.cause,
                                .address = task.fault_address,
                                .pc = task.fault_pc,
                                .id = task.id,
                                .identity = task.identity};
}

Result<decode::TaskQuotaResult> Syscall::on(const decode::TaskQuota<Syscall>& args) {
  const Task& task = args.self.object();
  const CNode* cspace = task.cnode();
  return decode::TaskQuotaResult{.pages = task.pool.pages(),
                                 .used = task.pool.used(),
                                 .most = task.pool.touched(),
                                 .slots = cspace == nullptr ? 0 : cspace->count()};
}

Result<void> Syscall::on(const decode::ThreadConfigure<Syscall>& args) {
  TRY(configure_thread(args.self.object(), *args.task.slot));
  // Whoever has been lowered does not get around it by another thread.
  Thread& thread = args.self.object();
  set_first_class(thread, std::min(thread.own_class.peek(), caller().own_class.peek()));
  thread.affinity.set(caller().affinity.peek());
  thread.set_home(Hart::here());
  return {};
}

// Seldom asked for: what counts is room.
[[clang::minsize, gnu::noinline]] Result<void> Syscall::on(
    const decode::ThreadBind<Syscall>& args) {
  Thread& thread = args.self.object();
  Notification& notification = args.notification.object();
  if (!thread.bound.empty() || notification.bound != nullptr) {
    return Error{abi::kEbusy, abi::Detail::kOccupied, 1};
  }
  derive(*args.notification.slot, thread.bound, args.notification.slot->rights());
  LockGuard guard(notification.lock);
  notification.bound = &thread;
  offer(notification);
  // On another hart it may have begun to receive by the short way, and looked before this what is
  // bound to it: its hart looks again.
  const QueueLock queue(thread);
  if (!thread.is_stopped() && !thread.is_at(Hart::here())) give_notice(thread);
  return {};
}

Result<void> Syscall::on(const decode::ThreadHandler<Syscall>& args) {
  Thread& thread = args.self.object();
  if (!thread.handler.empty() || thread.started) {
    return Error{abi::kEbusy, abi::Detail::kBadState, 0};
  }
  derive(*args.endpoint_.slot, thread.handler, args.endpoint_.slot->rights());
  thread.handler.badge = args.endpoint_.slot->badge;
  return {};
}

Result<void> Syscall::on(const decode::ThreadStart<Syscall>& args) {
  return start_thread(args.self.object(),
                      {.pc = args.pc, .sp = args.sp, .argument = args.argument, .tp = args.tp});
}

Result<void> Syscall::on(const decode::ThreadSuspend<Syscall>& args) {
  Thread& thread = args.self.object();
  const bool own = &thread == &caller();
  if (own) clear(caller().frame);  // as it will find it when it is resumed
  TRY(suspend_thread(thread));
  if (own) return kWaiting;
  return {};
}

Result<decode::ThreadAffinityResult> Syscall::on(const decode::ThreadAffinity<Syscall>& args) {
  TRY_ASSIGN(const std::uint32_t harts, set_affinity(args.self.object(), args.harts));
  return decode::ThreadAffinityResult{.harts = harts};
}

Result<void> Syscall::on(const decode::ThreadResume<Syscall>& args) {
  return resume_thread(args.self.object());
}

Result<void> Syscall::on(const decode::ThreadBuffer<Syscall>& args) {
  return set_buffer(args.self.object(), *args.vmo.slot, args.page);
}

namespace {

// Registers go in groups of six, x0 being the pc; the last group has two.
constexpr unsigned kGroup = 6;
constexpr unsigned kRegisters = 32;

}  // namespace

Result<decode::ThreadReadResult> Syscall::on(const decode::ThreadRead<Syscall>& args) {
  AtRest at_rest;
  if (!args.self.object().is_past()) TRY(at_rest.hold(args.self.object()));
  arch::Frame* frame = &args.self.object().frame;
  const unsigned first = args.group * kGroup;
  const auto x = [&](unsigned i) { return first + i < kRegisters ? frame->x[first + i] : 0; };
  return decode::ThreadReadResult{
      .r0 = x(0), .r1 = x(1), .r2 = x(2), .r3 = x(3), .r4 = x(4), .r5 = x(5)};
}

// Seldom asked for: what counts is room.
[[clang::minsize, gnu::noinline]] Result<void> Syscall::on(
    const decode::ThreadWrite<Syscall>& args) {
  AtRest at_rest;
  TRY(at_rest.hold(args.self.object()));
  arch::Frame* frame = &args.self.object().frame;
  const std::uint64_t values[kGroup] = {args.r0, args.r1, args.r2, args.r3, args.r4, args.r5};
  const unsigned first = args.group * kGroup;
  if (first == 0) TRY(check_pc(args.r0, 2));
  for (unsigned i = 0; i < kGroup; ++i) {
    if (first + i >= kRegisters && values[i] != 0) {
      return Error{abi::kEinval, abi::Detail::kBadRange, static_cast<std::uint8_t>(i + 2)};
    }
  }
  for (unsigned i = 0; i < kGroup && first + i < kRegisters; ++i) frame->x[first + i] = values[i];
  return {};
}

Result<void> Syscall::on(const decode::AlarmBind<Syscall>& args) {
  Alarm& alarm = args.self.object();
  if (!alarm.target.empty()) {
    TRY(delete_capability(alarm.target));
    return kPreempted;  // the arguments are looked up again: they may be gone with it
  }
  derive(*args.notification.slot, alarm.target, args.notification.slot->rights());
  return {};
}

Result<void> Syscall::on(const decode::AlarmSet<Syscall>& args) {
  Alarm& alarm = args.self.object();
  if (alarm.target.empty()) return Error{abi::kEinval, abi::Detail::kNotConfigured, 0};
  TRY(disarm_alarm(alarm));
  Hart& hart = Hart::here();
  alarm.home = &hart;
  hart.timers.arm(alarm, {args.deadline});
  if (hart.timers.next() < hart.programmed) hart.ready.note_change();  // the timer is to be set
  return {};
}

Result<void> Syscall::on(const decode::AlarmClear<Syscall>& args) {
  Alarm& alarm = args.self.object();
  return disarm_alarm(alarm);
}

Result<void> Syscall::on(const decode::IrqConfigure<Syscall>& args) {
  return configure(args.self.object(), args.control.slot->badge, args.source);
}

Result<void> Syscall::on(const decode::IrqBind<Syscall>& args) {
  Irq& irq = args.self.object();
  if (irq.source == 0) return Error{abi::kEinval, abi::Detail::kNotConfigured, 0};
  if (!irq.target.empty()) {
    TRY(delete_capability(irq.target));
    return kPreempted;  // the arguments are looked up again: they may be gone with it
  }
  derive(*args.notification.slot, irq.target, args.notification.slot->rights());
  unmask(irq);
  return {};
}

Result<void> Syscall::on(const decode::IrqAcknowledge<Syscall>& args) {
  return acknowledge(args.self.object());
}

Result<decode::BootInfoRegionResult> Syscall::on(const decode::BootInfoRegion<Syscall>& args) {
  const BootInfo& facts = boot_info;
  if (args.index >= facts.regions) return Error{abi::kEinval, abi::Detail::kBadRange, 1};
  return decode::BootInfoRegionResult{.slot = facts.region[args.index].slot,
                                      .base = facts.region[args.index].base.value,
                                      .size = facts.region[args.index].size,
                                      .device = facts.region[args.index].device,
                                      .irq = facts.region[args.index].irq};
}

Result<decode::BootInfoBundleResult> Syscall::on(const decode::BootInfoBundle<Syscall>&) {
  return decode::BootInfoBundleResult{.size = boot_info.bundle_size};
}

Result<decode::BootInfoUartResult> Syscall::on(const decode::BootInfoUart<Syscall>&) {
  return decode::BootInfoUartResult{
      .offset = boot_info.uart_offset, .irq = boot_info.uart_irq, .shift = boot_info.uart_shift};
}

// Seldom asked for: what counts is room.
[[clang::minsize, gnu::noinline]] Result<void> Syscall::on(
    const decode::BootInfoPrint<Syscall>& args) {
  if (state.uart_taken) return Error{abi::kEbusy, abi::Detail::kBadState, 0};
  for (char c : args.text) boot_info.print(c);
  return {};
}

Result<decode::BootInfoAuditResult> Syscall::on(const decode::BootInfoAudit<Syscall>& args) {
  AuditRing& ring = state.audit[args.hart];
  const std::uint32_t lost = ring.lost();
  const AuditRecord record = ring.take();
  return decode::BootInfoAuditResult{.sequence = record.sequence,
                                     .reason = record.reason,
                                     .caller_sid = record.caller_sid,
                                     .caller_task = record.caller_task,
                                     .target_task = record.target_task,
                                     .from = record.from,
                                     .to = record.to,
                                     .lost = lost};
}

Result<void> Syscall::on(const decode::BootInfoAuditTo<Syscall>& args) {
  if (!state.audit_to.empty()) {
    TRY(delete_capability(state.audit_to));
    return kPreempted;  // the argument is looked up again: it may be gone with it
  }
  {
    // Who finds it in the middle of this waits at the lock, and finds its badge then.
    const ObjectLock lock(*args.notification.slot);
    derive(*args.notification.slot, state.audit_to, args.notification.slot->rights());
  }
  full_fence();  // before it is looked at the rings; a hart that decides does it the other way
                 // round
  return {};
}

// Seldom asked for: what counts is room.
[[clang::minsize, gnu::noinline]] Result<decode::BootInfoCommandLineResult> Syscall::on(
    const decode::BootInfoCommandLine<Syscall>& args) {
  decode::BootInfoCommandLineResult result;
  std::uint64_t at = std::uint64_t{args.part} * decltype(result.text)::kMax;
  while (at < boot_info.command_line_size && result.text.push(boot_info.command_line[at])) ++at;
  return result;
}

Result<void> Syscall::on(const decode::BootInfoStop<Syscall>&) { arch::shut_down(true); }

Result<decode::BootInfoCensusResult> Syscall::on(const decode::BootInfoCensus<Syscall>& args) {
  return decode::BootInfoCensusResult{.objects = state.objects[std::to_underlying(args.type)],
                                      .capabilities = capability_count};
}

}  // namespace tessera
