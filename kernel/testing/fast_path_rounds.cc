// One system call of the walk, made in both ways; and what the rounds were like.
#include <algorithm>
#include <cstring>
#include <sstream>

#include "idl/kernel_rights.h"
#include "kernel/arch/contract/cause.h"
#include "kernel/ipc/message.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/notification.h"
#include "kernel/testing/call_fixture.h"
#include "kernel/testing/entry.h"
#include "kernel/testing/fast_path_walk.h"

namespace tessera::testing {
namespace {

constexpr unsigned kSaved[] = {8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27};
constexpr unsigned kTemporaries[] = {1, 3, 5, 6, 7, 10, 11, 12, 13, 14, 15, 16, 17, 28, 29, 30, 31};

bool is_raised(const Thread& thread) {
  return thread.effective_class.peek() > thread.own_class.peek();
}

// Where the thread's CSpace has the address; null: nowhere.
const Slot* slot_at(const Thread& thread, std::uint64_t address) {
  CNode* cspace = thread.task()->cnode();
  if (cspace == nullptr || address >= cspace->count()) return nullptr;
  return cspace->slot(static_cast<std::uint32_t>(address));
}

bool is_signal(const Thread& thread, std::uint64_t cause) {
  return cause == kSystemCall &&
         thread.frame.x[ipc::kNumber] == abi::word(abi::SystemCall::kNotificationSignal);
}

}  // namespace

// What means nothing now, and so need not be the same. `looked_since`: the hart has chosen who runs
// by the long way since.
Dead Walk::dead(bool looked_since) const {
  Dead dead;
  for (const Player& player : players_) {
    const Thread& thread = *player.thread;
    // Registers that get new values before anybody reads them: of a caller those that the answer
    // writes, of a receiver all but pc, sp and tp.
    const Wait wait = thread.wait();
    if ((wait == Wait::kAnswer && !thread.fault) || wait == Wait::kReceiving) {
      for (const unsigned x : kTemporaries) dead.add(thread.frame.x[x]);
    }
    if (wait == Wait::kReceiving) {
      for (const unsigned x : kSaved) dead.add(thread.frame.x[x]);
    }
    // Of a message that waits in an endpoint's queue.
    if (wait != Wait::kSending) {
      dead.add(thread.badge);
      dead.add(thread.expects_reply);
    }
    // Of who has none.
    if (thread.reply.caller.peek() == nullptr) dead.add(thread.reply.gift);
  }
  // The hart does not choose on the short way: which classes wait for their share, when the timer
  // is due for it, and whether it has a thread too many is noted at its next look.
  for (const Hart& hart : std::span(tessera::state.harts, Checkpoint::kHarts)) {
    dead.add(hart.share);  // same_claims() compares what it says
    if (looked_since) continue;
    dead.add(hart.programmed);
    dead.add(hart.surplus);
    dead.add(hart.ready.changed());
  }
  return dead;
}

std::string Walk::name_of(const std::byte* at) const {
  std::ostringstream name;
  const auto within = [&](const auto& object, const char* what, std::size_t number) {
    const auto* begin = reinterpret_cast<const std::byte*>(&object);
    if (at < begin || at >= begin + sizeof(object)) return false;
    name << what << ' ' << number << " at " << at - begin;
    return true;
  };
  if (at == nullptr) return "the machine";
  if (within(world_.hart, "hart", 0) || within(tessera::state.harts[1], "hart", 1)) {
    return name.str();
  }
  for (std::size_t i = 0; i < kPlayers; ++i) {
    if (within(players_[i].thread->frame, "the frame of thread", i)) return name.str();
    if (within(*players_[i].thread, "thread", i)) return name.str();
    if (within(*players_[i].task, "task", i)) return name.str();
  }
  return "elsewhere";
}

// How it was before: for whoever reads a failure.
std::string Walk::describe() const {
  std::ostringstream out;
  for (const Hart& hart : std::span(tessera::state.harts, Checkpoint::kHarts)) {
    out << "\nhart: now " << world_.machine.time().value << ", slice ends " << hart.slice_end.value
        << ", of class " << int(hart.turn_of) << ", share given " << hart.share.is_given()
        << ", due " << hart.share.next().value << ", ready " << hart.ready.classes() << ", idle "
        << tessera::state.idle.peek();
  }
  const auto tell = [&](const char* name, const Thread& thread) {
    out << "\n"
        << name << (thread.is_at(world_.hart) ? " at 0" : " at 1") << " wait " << int(thread.wait())
        << " class " << int(thread.own_class.peek()) << "->" << int(thread.effective_class.peek())
        << (thread.ready ? " ready" : "") << (thread.home()->current == &thread ? " runs" : "")
        << (thread.reply.caller.peek() != nullptr ? " serves" : "") << " turn ends "
        << thread.turn_end.value << (thread.doomed ? " doomed" : "")
        << (thread.armed() ? " armed" : "") << " call " << thread.frame.x[ipc::kNumber];
  };
  for (const Player& player : players_) tell("thread", *player.thread);
  tell("first task", const_cast<World&>(world_).main());
  return out.str();
}

void Walk::fail(const std::string& what) {
  before_->restore();
  if (failure_.empty() && !is_over_) failure_ = what + describe();
}

// From what there was by the short way.
void Walk::expect_no_difference(const Checkpoint& by_short, const Dead& dead, const char* when) {
  const auto found = by_short.difference(dead);
  if (!found) return;
  std::ostringstream what;
  what << when << ", " << name_of(found->at) << " has " << std::hex << found->was
       << " by the short way, else " << found->is;
  fail(what.str());
}

// Whether they answer alike from now on, whatever is asked when: what is noted of a class that has
// no claim any more, and when that is noted, is nobody's business.
bool Walk::same_claims(const Share& one, const Share& other) const {
  if (std::memcmp(&one, &other, sizeof(Share)) == 0) return true;
  constexpr std::uint64_t kStep = kShortTurn.value / 2;
  for (std::uint64_t after = 0; after <= kShareWithin.value; after += kStep) {
    const Nanoseconds when{world_.machine.time().value + after};
    for (RunQueue::Classes waiting = 0; waiting < 1u << RunQueue::kClasses; ++waiting) {
      if (Share(one).due(when, waiting) != Share(other).due(when, waiting)) return false;
    }
  }
  for (unsigned c = 0; c < RunQueue::kClasses; ++c) {
    if (one.is_given(c) != other.is_given(c)) return false;
  }
  return true;
}

// The short way goes to the partner if nobody more important is ready. It does not ask whose turn
// it is among the others, as the long way does (kernel/sched/scheduler.cc): that may let one go
// first whose class has its share, or is due to, or who waits in the partner's class, which has
// another's turn. Such a round is not compared, and goes on by the long way.
bool Walk::is_anothers_turn(Hart& hart, const Round& round, const Thread& thread) const {
  if (!round.is_message || round.partner == nullptr) return false;
  if (hart.share.is_given()) return true;
  const abi::QosClass c =
      round.is_call ? std::max(round.partner->own_class.peek(), thread.effective_class.peek())
                    : round.partner->effective_class.peek();
  if (hart.ready.any_above(c)) return false;
  const RunQueue::Classes ready = hart.ready.classes() | 1u << std::to_underlying(c);
  if (Share(hart.share).due(world_.machine.time(), RunQueue::lower_of(ready)) != Share::kNone) {
    return true;
  }
  const Runnable* first = hart.ready.first(std::to_underlying(c));
  if (first == nullptr) return false;
  const bool has_turn =
      hart.slice_end != kNever && hart.slice_end > world_.machine.time() && hart.turn_of == c;
  const bool is_below = !round.is_call && thread.own_class.peek() > c;
  return (is_below && !has_turn) || (hart.slice_end != kNever && first->turn_end == hart.slice_end);
}

void Walk::make_in_both_ways(Hart& hart, std::uint64_t cause, std::uint64_t value) {
  Thread& thread = Thread::of(*hart.current);
  const bool from_device = cause == arch::kDeviceInterrupt;
  const Round round = look_at(hart, thread, cause);
  before_->save();
  world_.machine.run_as(hart);
  Signals* const kind = from_device ? &interrupts : is_signal(thread, cause) ? &signals : nullptr;
  const bool taken = take_short_way(hart, cause, value);
  if (kind != nullptr) {
    ++kind->rounds;
    kind->woken += taken && hart.current != &thread ? 1 : 0;
  }
  if (from_device && !taken) {
    trap(hart, cause, value);  // the rest of the long way
  } else if (!taken) {
    count(hart, round, thread, false);
    if (before_->difference(Dead())) return fail("it was not taken, and has changed something");
    return trap(hart, cause, value);
  }
  by_short_->save();
  trap(hart, kSoftwareInterrupt);
  by_short_later_->save();
  const Share share_by_short = hart.share;

  before_->restore();
  if (from_device) world_.machine.complete_device(hart.id, kSource);  // it wants it still
  if (is_anothers_turn(hart, round, thread)) {
    ++anothers_turns;
    return trap(hart, cause, value);
  }
  trap(hart, cause, value);
  expect_no_difference(*by_short_, dead(false), "then");
  by_long_->save();
  trap(hart, kSoftwareInterrupt);
  expect_no_difference(*by_short_later_, dead(true), "after the next look");
  if (!same_claims(hart.share, share_by_short)) fail("the claims to a share differ");

  // The walk goes on from one of the two, so that what came of a short way is tried, too.
  (one_in(2) ? by_short_ : by_long_)->restore();
  count(hart, round, thread, true);
}

// By what can be seen of the kernel: not as the short way looks at it, so that a test of it can say
// what was tried.
Walk::Round Walk::look_at(const Hart& hart, Thread& thread, std::uint64_t cause) const {
  Round round;
  const auto& x = thread.frame.x;
  round.is_fault = cause != kSystemCall;
  round.carries = !round.is_fault && x[ipc::kNumber] == abi::word(Call::kEndpointCallWith);
  const bool is_call =
      round.is_fault || round.carries || x[ipc::kNumber] == abi::word(Call::kEndpointCall);
  if (!is_call && x[ipc::kNumber] != abi::word(Call::kEndpointReplyReceive)) return round;
  std::vector<Obstacle> all;
  const auto meet = [&all](bool is_met, Obstacle obstacle) {
    if (is_met) all.push_back(obstacle);
  };
  if (!round.is_fault) {
    const std::uint64_t counts = is_call ? x[ipc::kTag] & ipc::kShapeMask : x[ipc::kAnswerShape];
    round.words = static_cast<unsigned>(counts & abi::kTagWordsMask);
    meet(counts > abi::kTagWordsMask, Obstacle::kShape);
    meet(is_call ? x[ipc::kTag] < ipc::kLeastTag || x[ipc::kTag] > ipc::kGreatestTag
                 : !abi::fits<std::int32_t>(x[ipc::kStatus]),
         Obstacle::kTag);
    meet(thread.received != 0, Obstacle::kReceived);
  }
  round.cleans = !is_call && thread.received != 0;
  const Slot* item = round.carries  ? slot_at(thread, x[ipc::capability_register(0)])
                     : round.cleans ? slot_at(thread, thread.window)
                                    : nullptr;
  if (item != nullptr) round.type = item->empty() ? abi::ObjectType::kNull : item->type();

  const Slot* slot = round.is_fault ? &thread.handler : slot_at(thread, x[kT0]);
  const auto right = is_call ? abi::EndpointRight::kSend : abi::EndpointRight::kReceive;
  Endpoint* endpoint = nullptr;
  if (slot != nullptr && slot->type() == abi::ObjectType::kEndpoint) {
    endpoint = reinterpret_cast<Endpoint*>(slot->object());
    round.badged = slot->badge != 0;
    meet((slot->rights() & std::to_underlying(right)) == 0, Obstacle::kCapability);
  }
  meet(endpoint == nullptr, Obstacle::kCapability);

  if (is_call && endpoint != nullptr) round.partner = first_receiver(*endpoint);
  if (!is_call) round.partner = thread.reply.caller.peek();
  meet(round.partner == nullptr, Obstacle::kNobody);
  if (const Thread* partner = round.partner; partner != nullptr) {
    meet(!partner->is_at(hart), Obstacle::kElsewhere);
    meet(partner->armed(), Obstacle::kDeadline);
    meet(partner->task()->ended(), Obstacle::kEnded);
    meet(!is_call && partner->fault, Obstacle::kFault);
    meet(round.words > abi::kMessageRegisters && (thread.buffer.empty() || partner->buffer.empty()),
         Obstacle::kBuffer);
    meet(hart.ready.any_above((is_call ? thread : *partner).effective_class.peek()),
         Obstacle::kImportant);
  }
  if (is_call) {
    meet(is_raised(thread), Obstacle::kRaised);
  } else {
    const bool bound = !thread.bound.empty();
    meet(bound && reinterpret_cast<Notification*>(thread.bound.object())->bits.peek() != 0,
         Obstacle::kSignalled);
    meet(endpoint != nullptr && has_senders(*endpoint), Obstacle::kSenders);
  }
  const bool queued = endpoint != nullptr && endpoint->lock.peek() == EndpointLock::Word::kQueue;
  meet(queued && !has_senders(*endpoint), Obstacle::kCrowd);
  if (!is_call) meet(endpoint != nullptr && endpoint->lock.peek().is_parked(), Obstacle::kCrowd);
  const bool one = all.size() < 2 || std::ranges::count(all, all.front()) == std::ssize(all);
  if (!all.empty()) round.obstacle = one ? all.front() : Obstacle::kSeveral;
  round.donated = is_call ? round.partner != nullptr &&
                                thread.effective_class.peek() > round.partner->own_class.peek()
                          : is_raised(thread);
  round.is_call = is_call;
  round.is_message = true;
  return round;
}

void Walk::count(const Hart& hart, const Round& round, const Thread& thread, bool taken) {
  if (!round.is_message) return;
  Tally& tally = round.is_fault  ? faults
                 : round.carries ? carrying
                 : round.cleans  ? cleaning
                 : round.is_call ? calls
                                 : answers;
  ++tally.rounds;
  ++tally.met[static_cast<std::size_t>(round.obstacle)];
  if (!taken) return;
  ++tally.taken;
  tally.donated += round.donated ? 1 : 0;
  tally.badged += round.badged ? 1 : 0;
  ++tally.types[std::to_underlying(round.type)];
  tally.on_the_second_hart += &hart != &world_.hart ? 1 : 0;
  ++tally.words[std::min<std::size_t>(round.words, tally.words.size() - 1)];
  if (round.partner == nullptr) return;
  ++tally.classes[std::to_underlying(thread.own_class.peek())]
                 [std::to_underlying(round.partner->own_class.peek())];
}

}  // namespace tessera::testing
