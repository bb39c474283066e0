// Who does what on the walk: chosen so that partners meet often, and seldom plainly.
#include "kernel/testing/fast_path_walk.h"

#include <algorithm>

#include "idl/kernel_rights.h"
#include "kernel/arch/contract/cause.h"
#include "kernel/base/check.h"
#include "kernel/ipc/message.h"
#include "kernel/object/delete.h"
#include "kernel/object/derive.h"
#include "kernel/object/donation.h"
#include "kernel/object/irq.h"
#include "kernel/object/notification.h"
#include "kernel/syscall/trap.h"
#include "kernel/testing/call_fixture.h"
#include "kernel/testing/calls.h"
#include "kernel/testing/entry.h"

namespace tessera::testing {
namespace {

using abi::ObjectType;

// A player's slots.
constexpr std::uint32_t kMeeting = 2;      // and the next: endpoints, with every right and a badge
constexpr std::uint32_t kOnlyReceive = 4;  // of the first endpoint
constexpr std::uint32_t kOnlySend = 5;     // of the second, without `grant`
constexpr std::uint32_t kBell = 6;         // a Notification of all
constexpr std::uint32_t kKept = 7;         // a Reply object
constexpr std::uint32_t kItems = 30;       // three of them, to send
constexpr std::uint32_t kWindow = 40;
constexpr std::uint8_t kSend = std::to_underlying(abi::EndpointRight::kSend);
constexpr std::uint8_t kReceive = std::to_underlying(abi::EndpointRight::kReceive);
constexpr unsigned kNextDeadline =
    ipc::parameter(abi::SystemCall::kEndpointReplyReceiveWith, "deadline").place;
constexpr std::uint64_t kNoInt32 = std::uint64_t{1} << 40;

}  // namespace

Walk::Walk(std::uint64_t seed) : random_(seed) {
  world_.checks = false;  // walked over in every step of random_test
  const bool two_harts = one_in(2);
  for (std::uint32_t& each : endpoints_) each = world_.make<kernel::Endpoint>().slot().index;
  buffers_ = world_.make<kernel::Vmo>(kPlayers * kPageSize).slot();
  items_ = {world_.make<kernel::Notification>().slot().index,
            world_.make<kernel::Endpoint>().slot().index,
            world_.make<kernel::Vmo>(kPageSize).slot().index};
  const auto bell = world_.make<kernel::Notification>();
  bell_ = bell.slot();
  for (std::size_t i = 0; i < kPlayers; ++i) {
    // The second is another thread of the first one's task.
    players_[i] = i == 1 ? world_.make_thread(players_[0]) : world_.make_task();
    if (i != 1) world_.give(players_[i], kBell, bell.slot(), abi::kAllNotificationRights, i);
    equip(players_[i], i);
  }
  const auto irq = world_.make<kernel::Irq>();
  irq_ = irq.slot();
  CHECK(irq.configure(kernel::IrqControl(World::kIrqs), kSource));
  CHECK(irq.bind(bell));
  set_class(world_.main(), abi::QosClass::kIdle);
  world_.main().affinity.set(1);
  if (two_harts) {
    Hart& second = tessera::state.harts[1];
    second.id = {1};
    ipi::online.set_bits(second.bit);
  }
  for (auto* each : {&before_, &by_short_, &by_short_later_, &by_long_}) each->emplace(world_);
}

void Walk::equip(const Player& player, std::uint64_t number) {
  Thread& thread = *player.thread;
  set_class(thread, static_cast<abi::QosClass>(below(4)));
  if (!one_in(16)) thread.window = kWindow;
  bound_[number] = world_.make<kernel::Notification>().slot().index;
  if (one_in(2)) by_main(Call::kThreadBind, player.thread_slot, bound_[number]);
  if (one_in(2)) {
    const WithTree tree;
    derive(world_.slot(endpoints_[0]), thread.handler, kSend);
    thread.handler.badge = 0x9900 + number;
  }
  change_buffer(number);
  if (number == 1) return;  // the task has all of it
  player.task->identity = 0x2000 + number;
  for (std::uint32_t i = 0; i < 2; ++i) {
    world_.give(player, kMeeting + i, rt::Slot{endpoints_[i]}, abi::kAllEndpointRights,
                one_in(4) ? 0 : 0x7700'0000'0000'0000 + number * 16 + i);
  }
  world_.give(player, kOnlyReceive, rt::Slot{endpoints_[0]}, kReceive, 0);
  world_.give(player, kOnlySend, rt::Slot{endpoints_[1]}, kSend, 0x55);
  player.cspace->slot(kKept)->take(world_.slot(world_.make<kernel::Reply>().slot().index));
  for (std::uint32_t i = 0; i < 3; ++i) {
    world_.give(player, kItems + i, rt::Slot{items_[i]});
  }
}

// One of the player's items becomes another capability, or goes, and maybe the original with it.
void Walk::change_item(const Player& player) {
  world_.machine.run_as(world_.hart);
  const std::uint64_t i = below(3);
  if (one_in(8)) by_main(Call::kCNodeDelete, World::kNode.index, items_[i]);
  const WithTree tree;
  Slot& item = *player.cspace->slot(kItems + i);
  if (!delete_capability(item)) return;
  const std::uint32_t others[] = {items_[i], endpoints_[0], player.task_slot, World::kMemory.index,
                                  World::kIdentity.index};
  Slot& from = world_.slot(others[below(std::size(others))]);
  const bool is_less = from.type() == ObjectType::kVmo && one_in(2);  // without `share`
  if (from.empty() || !is_copyable(from.type())) return;
  derive(from, item, is_less ? 1 : from.rights());
}

// What the player received becomes its own, or goes, or is the last that there is of its object; or
// there is something in its window that nobody sent.
void Walk::change_window(const Player& player) {
  world_.machine.run_as(world_.hart);
  const WithTree tree;
  Slot& slot = *player.cspace->slot(kWindow + (one_in(2) ? 0 : below(3)));
  if (slot.empty()) {
    if (one_in(4)) derive(world_.slot(endpoints_[1]), slot, kSend);
    return;
  }
  switch (below(4)) {
    case 0:
      slot.received = false;
      return;
    case 1:
      return keep_alone(slot);
    default:
      static_cast<void>(delete_capability(slot));
  }
}

// The others to what was made to be sent go.
void Walk::keep_alone(Slot& slot) {
  const std::uint64_t object = slot.object();
  if (std::ranges::none_of(items_,
                           [&](std::uint32_t i) { return world_.slot(i).object() == object; })) {
    return;
  }
  const auto clean = [&](CNode& cspace) {
    for (std::uint32_t i = 1; i < cspace.count(); ++i) {
      Slot& each = *cspace.slot(i);
      if (&each != &slot && !each.empty() && each.object() == object) {
        static_cast<void>(delete_capability(each));
      }
    }
  };
  for (const Player& each : players_) clean(*each.cspace);
  clean(world_.cspace());
}

// The harts take turns here, so that one which waits for the other in the kernel does so for ever.
struct WaitsForAnother {};

// Into the kernel and out of it, on a hart that runs somebody, or sleeps.
void Walk::trap(Hart& hart, std::uint64_t cause, std::uint64_t value) {
  constexpr int kPatience = 100'000;
  int times = 0;
  world_.machine.on_interleave = [&times](const void*) {
    if (++times == kPatience) throw WaitsForAnother{};
  };
  world_.machine.run_as(hart);
  try {
    if (hart.current == nullptr) {
      static_cast<void>(leave_kernel(hart));
    } else {
      static_cast<void>(testing::trap(hart, cause, value));
    }
  } catch (const arch::host::Asleep&) {
    // Nobody is ready.
  } catch (const WaitsForAnother&) {
    is_over_ = true;
  }
  world_.machine.on_interleave = nullptr;
}

bool Walk::take_interrupts(Hart& hart) {
  if (!ipi::is_online(hart) || !world_.machine.pending(hart.id)) return false;
  trap(hart, kSoftwareInterrupt);
  return true;
}

void Walk::step() {
  Hart& hart = tessera::state.harts[one_in(3) ? 1 : 0];
  // A hart takes an interrupt before its next call, as user space does: the mail of the other one
  // may lie for a while.
  if (!ipi::is_online(hart) || take_interrupts(hart)) return;
  if (hart.current == nullptr || hart.current == &world_.main() || one_in(8)) {
    return happen_around();
  }
  act(hart);
}

// The first task makes a call, as if an interrupt had made it run; if it can now.
void Walk::by_main(Call call, std::uint32_t slot, std::uint64_t a0, std::uint64_t a1) {
  Thread& main = world_.main();
  Hart& hart = world_.hart;
  if (main.wait() != Wait::kNone || !main.is_at(hart)) return;
  world_.machine.run_as(hart);
  if (hart.current != &main) {
    if (hart.current != nullptr) hart.ready.push_front(*hart.current);
    hart.ready.remove(main);
    hart.current = &main;
    arch::activate(main.task()->table.space());
  }
  main.frame.x[ipc::kNumber] = abi::word(call);
  main.frame.x[kT0] = slot;
  main.frame.x[kA0] = a0;
  main.frame.x[kA1] = a1;
  trap(hart, kSystemCall);
}

// What others do to the players; one time in three nothing but time passes.
void Walk::happen_around() {
  const std::size_t number = below(kPlayers);
  const Player& player = players_[number];
  Thread& thread = *player.thread;
  switch (below(17)) {
    case 12:
    case 13:
      return change_buffer(number);
    case 14:
      return change_item(player);
    case 15:
    case 16:
      return change_window(player);
    case 0:
      return by_main(Call::kThreadSuspend, player.thread_slot);
    case 1:
    case 2:
      for (const Player& each : players_) {
        if (each.thread->wait() == Wait::kSuspended) {
          by_main(Call::kThreadResume, each.thread_slot);
        }
      }
      return;
    case 3:
      return by_main(Call::kNotificationSignal, bound_[number]);
    case 4:
      return by_main(Call::kThreadAffinity, player.thread_slot, 1 + below(3));
    case 5:
      return end_in_pieces(player);
    case 6:
    case 7:
      world_.machine.run_as(*thread.home());
      if (thread.wait() == Wait::kNone || thread.wait() == Wait::kReceiving) {
        set_class(thread, static_cast<abi::QosClass>(below(4)));
      }
      return trap(*thread.home(), kSoftwareInterrupt);
    case 8:  // the first task, which all others are usually before, is in the way for a while
      world_.machine.run_as(world_.hart);
      set_class(world_.main(),
                one_in(4) ? static_cast<abi::QosClass>(below(4)) : abi::QosClass::kIdle);
      return trap(world_.hart, kSoftwareInterrupt);
    case 9:  // a lower class has its share
      return pass(below(2 * kShareWithin.value));
    default:
      return pass(one_in(4) ? below(3 * kSlice.value) : below(2000));
  }
}

// By somebody who is interrupted in it, and does not run for a while.
void Walk::end_in_pieces(const Player& player) {
  if (!one_in(8)) return;
  world_.machine.run_as(world_.hart);
  set_class(world_.main(), abi::QosClass::kPerfBurst);
  world_.machine.raise(world_.hart.id, true);
  by_main(Call::kTaskKill, player.task_slot);
  world_.machine.raise(world_.hart.id, false);
  set_class(world_.main(), abi::QosClass::kIdle);
  trap(world_.hart, kSoftwareInterrupt);
}

// A player's buffer becomes its page, or one that it shares with the next, with other words in it;
// one time in eight all lose theirs.
void Walk::change_buffer(std::size_t number) {
  if (one_in(8)) return by_main(Call::kCNodeRevoke, World::kNode.index, buffers_.index);
  const Player& player = players_[number];
  const std::uint64_t page = one_in(4) ? (number + 1) % kPlayers : number;
  for (int i = player.thread->buffer.empty() ? 1 : 0; i < 2;
       ++i) {  // the first deletes the old one
    by_main(Call::kThreadBuffer, player.thread_slot, buffers_.index, page);
  }
  auto* const words = static_cast<std::uint64_t*>(
      arch::direct_map({world_.slot(buffers_.index).object() + page * kPageSize}));
  for (std::size_t i = 0; i < kPageSize / sizeof(*words); ++i) words[i] = random_();
}

void Walk::pass(std::uint64_t nanoseconds) {
  world_.machine.advance(nanoseconds);
  for (Hart& hart : std::span(tessera::state.harts, Checkpoint::kHarts)) {
    static_cast<void>(take_interrupts(hart));
  }
}

void Walk::act(Hart& hart) {
  Thread& thread = Thread::of(*hart.current);
  if (one_in(30)) return make_in_both_ways(hart, kLoadPageFault, random_());
  const auto& bell = *reinterpret_cast<Notification*>(world_.slot(bell_.index).object());
  const bool rings = one_in(bell.waiters.empty() ? 50 : 3);
  if (rings && &hart == &world_.hart && one_in(2)) return interrupt(hart);
  load(thread, rings ? Call::kNotificationSignal : choose(thread));
  make_in_both_ways(hart, kSystemCall, 0);
}

// The device wants something, once.
void Walk::interrupt(Hart& hart) {
  world_.machine.raise_device(kSource);
  make_in_both_ways(hart, arch::kDeviceInterrupt, 0);
  world_.machine.raise_device(kSource, false);
  world_.machine.complete_device(hart.id, kSource);
  reinterpret_cast<Irq*>(world_.slot(irq_.index).object())->claimed = false;
}

// The slot of an endpoint, mostly one where the call meets somebody, or an answer nobody.
std::uint64_t Walk::choose_meeting(Call call) {
  if (one_in(12)) return one_in(2) ? kOnlyReceive + below(2) : below(70);
  const std::uint64_t one = below(2);
  auto& endpoint = *reinterpret_cast<Endpoint*>(world_.slot(endpoints_[one]).object());
  const bool good = call == Call::kEndpointReplyReceive
                        ? !has_senders(endpoint) && first_receiver(endpoint) == nullptr
                        : first_receiver(endpoint) != nullptr;
  return kMeeting + (good || one_in(4) ? one : 1 - one);
}

bool Walk::anybody_receives() {
  return std::ranges::any_of(endpoints_, [this](std::uint32_t each) {
    return first_receiver(*reinterpret_cast<Endpoint*>(world_.slot(each).object())) != nullptr;
  });
}

Walk::Call Walk::choose(const Thread& thread) {
  const bool serves = thread.reply.caller.peek() != nullptr;
  const std::uint64_t dice = below(100);
  if (serves && dice < 60) return Call::kEndpointReplyReceive;
  if (dice < 10) return Call::kEndpointCall;
  if (dice < 20 && anybody_receives()) return Call::kEndpointCallWith;
  if (dice < 80) return anybody_receives() ? Call::kEndpointCall : Call::kEndpointReceive;
  constexpr Call kOthers[] = {
      Call::kEndpointCallWith,
      Call::kEndpointCallWith,
      Call::kEndpointSend,
      Call::kEndpointReceive,
      Call::kReplyKeep,
      Call::kReplySend,
      Call::kEndpointReplyReceiveWith,
      Call::kNotificationSignal,
      Call::kNotificationSignal,
      Call::kNotificationWait,
      Call::kNotificationWait,
      Call::kNotificationPoll,
      Call::kSelfYield,
      Call::kEndpointReplyReceive,
  };
  return kOthers[below(std::size(kOthers))];
}

// Every register holds something; what the call takes is mostly right.
void Walk::load(Thread& thread, Call call) {
  auto& x = thread.frame.x;
  for (unsigned i = 1; i < 32; ++i) x[i] = random_();
  x[ipc::kNumber] = abi::word(call);
  x[kT0] = choose_meeting(call);
  const std::uint64_t words =
      one_in(4) ? below(abi::kTagWordsMask + 1) : below(abi::kMessageRegisters + 1);
  const bool carries = call == Call::kEndpointCallWith && !one_in(4);
  const std::uint64_t capabilities = carries ? 1 : one_in(8) ? 1 + below(3) : 0;
  const std::uint64_t counts = words | capabilities << abi::kTagCapabilitiesShift;
  const std::uint64_t deadline =
      one_in(2) ? abi::kNoDeadline : world_.machine.time().value + below(20'000);
  std::uint64_t carried = capabilities;
  switch (call) {
    case Call::kEndpointCallWith:
    case Call::kEndpointSend:
      x[kT1] = deadline;
      [[fallthrough]];
    case Call::kEndpointCall:
      x[ipc::kTag] = (tag(0) | counts) ^ (one_in(16) ? kNoInt32 : 0);
      if (one_in(32)) x[ipc::kTag] = below(ipc::kLeastTag);
      break;
    case Call::kEndpointReplyReceive:
    case Call::kEndpointReplyReceiveWith:
    case Call::kReplySend:
      x[ipc::kStatus] =
          abi::word(static_cast<std::int32_t>(random_())) ^ (one_in(16) ? kNoInt32 : 0);
      if (one_in(2)) x[ipc::kStatus] = 0;
      x[ipc::kAnswerShape] = counts ^ (one_in(16) ? kNoInt32 : 0);
      if (call == Call::kReplySend) x[kT0] = kKept;
      if (call == Call::kEndpointReplyReceiveWith) x[kNextDeadline] = deadline;
      break;
    case Call::kEndpointReceive:
      x[kT1] = deadline;
      break;
    case Call::kReplyKeep:
      x[kT0] = kKept;
      break;
    case Call::kNotificationWait:
      x[kT1] = deadline;
      [[fallthrough]];
    case Call::kNotificationSignal:
    case Call::kNotificationPoll:
      x[kT0] = kBell;
      break;
    default:
      carried = 0;
  }
  for (unsigned i = 0; i < abi::kMessageCapabilities; ++i) {
    const bool sends = call != Call::kEndpointCall && call != Call::kEndpointReplyReceive;
    if (sends) x[ipc::kCapabilities[i]] = i < carried || one_in(64) ? choose_item() : 0;
  }
}

// The slot of something to send, mostly of what can be.
std::uint64_t Walk::choose_item() {
  if (!one_in(8)) return kItems + below(3);
  constexpr std::uint64_t kNoUint32 = std::uint64_t{1} << 32;
  return one_in(4) ? kNoUint32 + kItems : below(70);
}

}  // namespace tessera::testing
