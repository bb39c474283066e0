// What a caller gives of its class changes while its server is in an endpoint's queue, or is taken
// out of it, in all orders. The invariants say whether each runs at what its caller gives then.
#include <gtest/gtest.h>

#include "idl/kernel/qos_control.h"
#include "idl/kernel_rights.h"
#include "kernel/explore/play.h"
#include "kernel/testing/calls.h"

namespace tessera::explore {
namespace {

using testing::kForever;
using testing::Player;
using testing::World;

constexpr std::uint8_t kSend = std::to_underlying(abi::EndpointRight::kSend);
constexpr std::uint8_t kReceive = std::to_underlying(abi::EndpointRight::kReceive);
constexpr auto kTag = testing::tag(1);

const kernel::Endpoint kFront{rt::Slot{2}};
const kernel::Endpoint kBack{rt::Slot{3}};
const kernel::Notification kBell{rt::Slot{4}};

// How a caller comes to give less.
enum class Loss { kLeaves, kIsLowered };

class NoticePlay : public Play {
 public:
  NoticePlay() : Play(2) {
    constexpr std::uint64_t kIdentity = 0x14;
    world.main().task()->identity = kIdentity;
    const kernel::CNode own(World::kNode);
    CHECK(
        own.mint(control.slot().index, own, World::kQos.index, abi::kAllQosControlRights, kIdentity)
            .has_value());
  }

 protected:
  Player pinned(unsigned hart, abi::QosClass c = abi::QosClass::kNormal) {
    const Player player = world.make_task();
    player.thread->affinity.set(static_cast<std::uint8_t>(1 << hart));
    player.thread->own_class.set(c);
    player.thread->effective_class.set(c);
    return player;
  }
  // By the first task.
  bool lose(const Player& caller, Loss how) {
    if (how == Loss::kIsLowered) {
      return control.set(kernel::Task(rt::Slot{caller.task_slot}), abi::QosClass::kIdle)
          .has_value();
    }
    return kernel::Thread(rt::Slot{caller.thread_slot}).suspend().has_value();
  }

  const kernel::QosControl control{rt::Slot{world.fresh_slot()}};
};

// The middle one of a chain waits in an endpoint's queue with its message, and what it has from its
// caller goes while a server of another hart takes that message.
class TakeAgainstLoss : public NoticePlay {
 public:
  explicit TakeAgainstLoss(Loss how) {
    world.give(first, 2, front.slot(), kSend, 1);
    world.give(middle, 2, front.slot(), kReceive, 0);
    world.give(middle, 3, back.slot(), kSend, 1);
    world.give(last, 3, back.slot(), kReceive, 0);
    world.give(last, 4, bell.slot());
    world.main().own_class.set(abi::QosClass::kIdle);
    world.main().effective_class.set(abi::QosClass::kIdle);
    world.main().affinity.set(2);
    plays("first", *first.thread, 1, [] { (void)kFront.call(0, 0, 0, 0, 0, 0, kTag); });
    plays("middle", *middle.thread, 1, [] {
      if (kFront.receive(kForever)) (void)kBack.call(0, 0, 0, 0, 0, 0, kTag);
    });
    plays("last", *last.thread, 0, [this] {
      works = kBell.wait(kForever).has_value() && kBack.receive(kForever).has_value();
    });
    // The lowest of its hart: when it runs, the other two wait.
    plays("changer", world.main(), 1, [this, how] {
      (void)bell.signal();
      done = lose(first, how);
    });
  }
  std::string check_play() override {
    if (!done) return "whoever lowers it waits for ever, or is refused";
    return works ? "" : "the message is lost";
  }

  const kernel::Endpoint front = world.make<kernel::Endpoint>();
  const kernel::Endpoint back = world.make<kernel::Endpoint>();
  const kernel::Notification bell = world.make<kernel::Notification>();
  Player first = pinned(1, abi::QosClass::kPerfBurst);
  Player middle = pinned(1);
  Player last = pinned(0);
  bool works = false, done = false;
};
TEST(Explore, TakeAgainstACallerThatLeaves) {
  expect_right_of([] { return std::make_unique<TakeAgainstLoss>(Loss::kLeaves); });
}
TEST(Explore, TakeAgainstACallerThatIsLowered) {
  expect_right_of([] { return std::make_unique<TakeAgainstLoss>(Loss::kIsLowered); });
}

// A server waits again, by the short way after a call of its own hart, and by the long way after
// one of another, whose caller gives less from some moment on: while the server works for it, waits
// in the queue, or is handed the next message.
class ReceiveAgainstLoss : public NoticePlay {
 public:
  explicit ReceiveAgainstLoss(Loss how) {
    world.give(server, 2, front.slot(), kReceive, 0);
    world.give(beside, 2, front.slot(), kSend, 1);
    world.give(beyond, 2, front.slot(), kSend, 2);
    world.main().affinity.set(2);
    plays("server", *server.thread, 0, [] {
      for (bool got = kFront.receive(kForever).has_value(); got;) {
        got = kFront.reply_receive(0, 0, 0, 0, 0, 0, 0, 1).has_value();
      }
    });
    plays("beside", *beside.thread, 0, [this] { call(); });
    plays("beyond", *beyond.thread, 1, [this] {
      for (int i = 0; i < 2; ++i) call();
    });
    plays("changer", world.main(), 1, [this, how] {
      done = lose(beyond, how);
      if (how == Loss::kLeaves) (void)kernel::Thread(rt::Slot{beyond.thread_slot}).resume();
    });
  }
  std::string check_play() override {
    if (!done) return "whoever lowers it waits for ever, or is refused";
    if (!has_played(*beside.thread) || !has_played(*beyond.thread)) return "a call is lost";
    return refused ? "a call is refused" : "";
  }
  void call() {
    const auto answer = kFront.call(0, 0, 0, 0, 0, 0, kTag);
    if (!answer.has_value() && answer.error().status != abi::kEcanceled) refused = true;
  }

  const kernel::Endpoint front = world.make<kernel::Endpoint>();
  Player server = pinned(0);
  Player beside = pinned(0);
  Player beyond = pinned(1, abi::QosClass::kPerfBurst);
  bool refused = false, done = false;
};
TEST(Explore, ReceiveAgainstACallerThatLeaves) {
  expect_right_of([] { return std::make_unique<ReceiveAgainstLoss>(Loss::kLeaves); });
}
TEST(Explore, ReceiveAgainstACallerThatIsLowered) {
  expect_right_of([] { return std::make_unique<ReceiveAgainstLoss>(Loss::kIsLowered); });
}

}  // namespace
}  // namespace tessera::explore
