// Random calls, valid and not, from several tasks, with faults, time and interrupts between them;
// the invariants are looked at after each.
//
// SEED and STEPS of the environment choose another run; a failure prints its seed.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>
#include <string>

#include "idl/kernel_rights.h"
#include "idl/wire.h"
#include "kernel/cap/cnode.h"
#include "kernel/object/donation.h"
#include "kernel/testing/call_fixture.h"
#include "kernel/testing/calls.h"
#include "kernel/testing/outcome.h"
#include "kernel/testing/world.h"

namespace tessera::testing {
namespace {

using abi::ObjectType;
using abi::SystemCall;
using calls::Kind;

constexpr std::uint64_t kIdentity = 0x20;  // of all players
constexpr std::uint64_t kSteps = 60'000;
constexpr std::uint64_t kStepsOfAWorld = 400;
constexpr std::uint64_t kSources = 4;  // of interrupts, that Irqs are made for

std::uint64_t number_from(const char* name, std::uint64_t otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : std::strtoull(value, nullptr, 0);
}

class Chaos {
 public:
  explicit Chaos(std::uint64_t seed) : random_(seed), idle_(world_.make_immortal()) {
    for (int i = 0; i < 3; ++i) equip(world_.make_task());
    // One of two threads, one of them of a higher class.
    Player first = world_.make_task();
    equip(first);
    set_class(*world_.make_thread(first).thread, abi::QosClass::kInteractive);
  }

  // One random thing happens.
  void step() {
    std::uint64_t dice = below(100);
    bool idle = world_.hart.current == nullptr || world_.hart.current == &idle_;
    quiet_ = idle ? quiet_ + 1 : 0;
    if (idle || dice < 15) {
      world_.machine.raise_device(1 + static_cast<std::uint32_t>(below(kSources)), below(2) == 0);
      world_.advance(below(4) == 0 ? below(3 * kSlice.value) : below(2000));
    } else if (dice < 17) {
      world_.act_as(Thread::of(*world_.hart.current));
      world_.fault(one_of({0, 2, 3, 12, 13, 15}), random_());
    } else {
      world_.act_as(Thread::of(*world_.hart.current));
      call();
    }
  }

  // Nobody has made a call for long: all wait for each other, or have ended.
  bool over() const { return quiet_ > 20; }

  std::map<std::string, int> outcomes;  // of each call, by its status: what the test did reach

 private:
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
  std::uint64_t one_of(std::initializer_list<std::uint64_t> values) {
    return values.begin()[below(values.size())];
  }

  // A player's CSpace gets something of everything; what is not copied comes from its own Untyped.
  void equip(const Player& player) {
    const std::uint32_t from = shared_;
    if (from == 0) {
      shared_ = world_.make<kernel::Endpoint>().slot().index;
      (void)world_.make<kernel::Endpoint>();
      (void)world_.make<kernel::Notification>();
      (void)world_.make<kernel::Vmo>(2 * 4096);
      (void)world_.make<kernel::Alarm>();
      (void)world_.make<kernel::Irq>();
    }
    std::uint32_t to = 2;
    for (std::uint32_t i = 0; i < 6; ++i) world_.give(player, to++, rt::Slot{shared_ + i});
    for (std::uint32_t own : {player.task_slot, player.thread_slot}) {
      world_.give(player, to++, rt::Slot{own});
    }
    world_.give(player, to++, World::kIdentity);
    player.task->identity = kIdentity;
    world_.give(player, to++, World::kQos, abi::kAllQosControlRights, kIdentity);
    world_.give(player, to++, World::kIrqs);
    if (below(2) == 0) world_.give(player, to++, World::kNode);
    for (std::uint32_t own :
         {world_.make<kernel::Untyped>(8 * 4096).slot().index,
          world_.make<kernel::Reply>().slot().index, world_.make<kernel::Task>().slot().index,
          world_.make<kernel::Thread>().slot().index,
          world_.make<kernel::Vmo>(2 * 4096).slot().index}) {
      player.cspace->slot(to++)->take(world_.slot(own));
    }
    // A second thread that somebody may start.
    Slot& second = *player.cspace->slot(to);
    second.take(world_.slot(world_.make<kernel::Thread>().slot().index));
    const WithTree tree;
    EXPECT_TRUE(configure_thread(*reinterpret_cast<Thread*>(second.object()),
                                 world_.slot(player.task_slot)));
    player.thread->window = 40;
  }

  // A slot of the actor's CSpace that has such a capability; any slot when it has none.
  std::uint64_t find(ObjectType type) {
    Task* task = world_.actor().task();
    CNode* node = task == nullptr ? nullptr : task->cnode();
    if (node == nullptr || below(20) == 0) return below(64);
    std::uint32_t start = static_cast<std::uint32_t>(below(64));
    for (std::uint32_t i = 0; i < 64; ++i) {
      std::uint32_t index = 1 + (start + i) % (node->count() < 64 ? node->count() - 1 : 63);
      if (node->slot(index)->type() == type) return index;
    }
    return below(64);
  }
  std::uint64_t any_word() {
    switch (below(8)) {
      case 0:
        return random_();
      case 1:
        return one_of({4096, 8192, 16, 64, 0x10000, 0x20000, abi::kUserLimit - 4096, 1ull << 32});
      case 2:
        return world_.machine.time().value + below(5000);
      case 3:
        return abi::kNoDeadline;
      default:
        return below(48);
    }
  }
  std::uint64_t value_of(const calls::Parameter& p) {
    if (p.kind == Kind::kU64 || below(25) == 0) return any_word();
    switch (p.kind) {
      case Kind::kCapability:
        return find(p.type);
      case Kind::kEnum:
      case Kind::kFlags:
        return below(p.max + 1);
      default:
        break;
    }
    if (p.name == "tag") {
      return tag(static_cast<unsigned>(below(8)), below(3) == 0 ? below(4) : 0);
    }
    const std::uint64_t most = p.kind == Kind::kI32 ? 48 : p.max - p.min + 1;
    return p.min + below(std::min<std::uint64_t>(most, below(2) == 0 ? 48 : 8));
  }

  void call() {
    const calls::Call& call = calls::kAll[below(std::size(calls::kAll))];
    // Ends are rare, or there would soon be nobody left.
    bool ends = call.number == SystemCall::kSelfExit || call.number == SystemCall::kTaskKill;
    if (ends && below(10) != 0) return;
    // So are threads that have lowered themselves, or soon all would have.
    if (call.number == SystemCall::kSelfQos && below(10) != 0) return;
    arch::Frame& frame = world_.actor().frame;
    for (unsigned i = 5; i < 32; ++i) {
      if (i == 8 || i == 9 || (i >= 18 && i <= 27)) continue;
      frame.x[i] = any_word();
    }
    frame.x[17] = abi::word(call.number);
    if (call.invoked != ObjectType::kNull) frame.x[kT0] = find(call.invoked);
    for (const calls::Parameter& p : call.parameters) {
      frame.x[p.place] = value_of(p);
      if (below(4) == 0) continue;
      for (unsigned word = 0; word < p.tail_words; ++word) frame.x[p.tail + word] = 0;
    }
    if (below(10) != 0) make_plausible(call.number, frame);
    make(call);
  }
  // What random words would hardly ever get right together.
  void make_plausible(SystemCall number, arch::Frame& frame) {
    std::uint64_t capabilities = below(3) == 0 ? below(4) : 0;
    switch (number) {
      case SystemCall::kEndpointReplyReceive:
        frame.x[kT1] = below(7);
        return;
      case SystemCall::kEndpointReplyReceiveWith:
      case SystemCall::kReplySend:
        frame.x[kT1] = below(7) | capabilities << abi::kTagCapabilitiesShift;
        return choose_capabilities(frame, capabilities);
      case SystemCall::kEndpointCallWith:
      case SystemCall::kEndpointSend:
        frame.x[kA6] = tag(static_cast<unsigned>(below(7)), static_cast<unsigned>(capabilities));
        [[fallthrough]];
      case SystemCall::kEndpointReceive:
      case SystemCall::kNotificationWait:
        frame.x[kT1] =
            below(2) == 0 ? abi::kNoDeadline : world_.machine.time().value + below(20'000);
        return choose_capabilities(frame, capabilities);
      case SystemCall::kUntypedRetype:
        frame.x[kA0] = 1 + below(10);
        if (frame.x[kA0] == 10) frame.x[kA0] = std::to_underlying(ObjectType::kIrq);
        frame.x[kA1] = 0;
        if (frame.x[kA0] == 1 || frame.x[kA0] == 8) frame.x[kA1] = 4096 * (1 + below(3));
        if (frame.x[kA0] == 2) frame.x[kA1] = 8 + below(80);
        frame.x[kA3] = 16 + below(44);
        return;
      case SystemCall::kCNodeCopy:
      case SystemCall::kCNodeMint:
      case SystemCall::kCNodeMove:
        frame.x[kA2] = 1 + below(16);
        frame.x[kA0] = 16 + below(44);
        if (below(2) == 0) frame.x[kA4] = 0;
        return;
      case SystemCall::kCNodeRevoke:
      case SystemCall::kCNodeDelete:
        frame.x[kA0] = 1 + below(20);
        return;
      case SystemCall::kVmoMap:
        frame.x[kA1] = 0x1000 * (1 + below(16));
        frame.x[kA2] = one_of({1, 1, 3, 5});
        return;
      case SystemCall::kVmoSlice:
        frame.x[kA0] = 4096 * below(3);
        frame.x[kA1] = 4096 * (1 + below(2));
        frame.x[kA3] = 16 + below(44);
        return;
      case SystemCall::kIrqConfigure:
        frame.x[kA1] = 1 + below(kSources);
        return;
      case SystemCall::kThreadStart:
        frame.x[kA0] = 0x1000 + 2 * below(100);
        frame.x[kA1] = 16 * below(100);
        return;
      default:
        return;
    }
  }
  void choose_capabilities(arch::Frame& frame, std::uint64_t count) {
    frame.x[kT2] = count > 0 ? below(16) : 0;
    frame.x[kT3] = count > 1 ? below(16) : 0;
    frame.x[kT4] = count > 2 ? below(16) : 0;
  }
  void make(const calls::Call& call) {
    world_.interrupt_always(below(3) == 0);
    // When the call goes on, the interrupt may be over; or another goes first, and whoever made
    // this one makes another when it runs again: as if somebody had written its registers.
    struct GivenUp {};
    world_.on_preempted = [this] {
      if (below(3) == 0) throw GivenUp{};
      if (below(4) == 0) world_.interrupt_always(false);
    };
    std::string status = "is given up";
    try {
      const bool back = world_.system_call();
      status = back ? std::to_string(outcome(world_.actor()).status) : "waits";
    } catch (const GivenUp&) {
    }
    world_.on_preempted = nullptr;
    world_.interrupt_always(false);
    ++outcomes[std::string(to_string(call.number)) + " " + status];
  }

  std::mt19937_64 random_;
  World world_{std::uint64_t{1} << 20};
  Thread& idle_;
  std::uint32_t shared_ = 0;
  int quiet_ = 0;
};

TEST(RandomTest, InvariantsHoldAfterEachCall) {
  const std::uint64_t seed = number_from("SEED", 1);
  const std::uint64_t steps = number_from("STEPS", kSteps);
  std::map<std::string, int> outcomes;
  std::uint64_t done = 0;
  for (std::uint64_t world = 0; done < steps; ++world) {
    SCOPED_TRACE("SEED=" + std::to_string(seed + world) +
                 " STEPS=" + std::to_string(kStepsOfAWorld));
    Chaos chaos(seed + world);
    for (std::uint64_t i = 0; i < kStepsOfAWorld && !chaos.over(); ++i, ++done) {
      chaos.step();
      if (::testing::Test::HasFailure()) {
        FAIL() << "step " << i;
      }
    }
    for (const auto& [what, count] : chaos.outcomes) outcomes[what] += count;
  }
  // Every call has succeeded, or waited, at least once: the test reaches what it is about.
  if (steps < kSteps) return;
  int given_up = 0;
  for (const calls::Call& call : calls::kAll) {
    std::string name(to_string(call.number));
    given_up += outcomes[name + " is given up"];
    int good = outcomes[name + " 0"] + outcomes[name + " waits"];
    if (call.invoked != ObjectType::kBootInfo) EXPECT_GT(good, 0) << name;
  }
  EXPECT_GT(given_up, 100);
  if (std::getenv("VERBOSE") != nullptr) {
    for (const auto& [what, count] : outcomes) std::printf("%6d %s\n", count, what.c_str());
  }
}

}  // namespace
}  // namespace tessera::testing
