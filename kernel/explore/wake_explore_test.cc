// Who is woken, handed over, moved and bound, in all orders.
#include <gtest/gtest.h>

#include "idl/kernel_rights.h"
#include "kernel/explore/play.h"
#include "kernel/object/task.h"
#include "kernel/testing/calls.h"

namespace tessera::explore {
namespace {

using testing::kForever;
using testing::Player;
using testing::World;

// Two threads are ready on hart 0, and hart 1 has nothing to run: it asks for one, while the thread
// that it may get is woken, and wakes others.
class StealAgainstWake : public Play {
 public:
  StealAgainstWake() : Play(2) {
    for (const Player& each : player) {
      world.give(each, 2, ping.slot());
      world.give(each, 3, pong.slot());
    }
    plays("first", *player[0].thread, 0, [this] {
      for (int i = 0; i < 2; ++i) {
        (void)here(2).signal();
        bits[0] |= here(3).wait(kForever).value_or(0);
      }
    });
    plays("second", *player[1].thread, 0, [this] {
      for (int i = 0; i < 2; ++i) {
        bits[1] |= here(2).wait(kForever).value_or(0);
        (void)here(3).signal();
      }
    });
    plays("third", *player[2].thread, 0, [] { (void)kernel::Self::yield(); });
  }
  std::string check_play() override {
    for (const Player& each : player) {
      if (!has_played(*each.thread)) return "a thread waits for ever";
    }
    return bits[0] == 1 && bits[1] == 1 ? "" : "a signal is lost";
  }
  static kernel::Notification here(std::uint32_t slot) {
    return kernel::Notification(rt::Slot{slot});
  }

  const kernel::Notification ping = world.make<kernel::Notification>();
  const kernel::Notification pong = world.make<kernel::Notification>();
  Player player[3] = {world.make_task(), world.make_task(), world.make_task()};
  std::uint64_t bits[2] = {};
};
TEST(Explore, StealAgainstWake) { expect_right<StealAgainstWake>(); }

// A thread that says where it may run, while a hart that it may not run on asks for it.
class StealAgainstAffinity : public Play {
 public:
  StealAgainstAffinity() : Play(2) {
    for (unsigned i = 0; i < 2; ++i) {
      plays(i == 0 ? "first" : "second", *player[i].thread, 0, [this, i] {
        for (std::uint32_t harts : {1u, 2u, 1u}) {
          if (!kernel::Self::affinity(harts).has_value()) wrong = true;
          if ((1u << this_hart() & harts) == 0) wrong = true;
          if (kernel::Self::yield().has_value() && (1u << this_hart() & harts) == 0) wrong = true;
        }
        ++done[i];
      });
    }
  }
  std::string check_play() override {
    if (wrong) return "a thread ran where it may not";
    return done[0] + done[1] == 2 ? "" : "a thread waits for ever";
  }

  Player player[2] = {world.make_task(), world.make_task()};
  bool wrong = false;
  unsigned done[2] = {};
};
TEST(Explore, StealAgainstAffinity) { expect_right<StealAgainstAffinity>(); }

// A server waits on hart 0, and is changed there, while a client of hart 1 calls it and takes it
// over: what is done to it is done where it lives, or again.
class ChangeAgainstAdoption : public Play {
 public:
  explicit ChangeAgainstAdoption(bool moves) : Play(2) {
    world.give(server, 2, endpoint.slot());
    world.give(client, 2, endpoint.slot());
    if (!moves) {
      const testing::WithTree tree;
      set_task_class(*server.task, abi::QosClass::kIdle);
    }
    client.thread->affinity.set(2);
    plays("server", *server.thread, 0, [] {
      const kernel::Endpoint mine(rt::Slot{2});
      if (mine.receive(kForever)) (void)mine.reply_receive(1, 0, 0, 0, 0, 0, 0, 1);
    });
    plays("client", *client.thread, 1,
          [] { (void)kernel::Endpoint(rt::Slot{2}).call(0, 0, 0, 0, 0, 0, testing::tag(1)); });
    plays("changer", world.main(), 0, [this, moves] {
      done = moves ? kernel::Thread(rt::Slot{server.thread_slot}).affinity(2).has_value()
                   : kernel::Task(rt::Slot{server.task_slot}).settle().has_value();
    });
  }
  std::string check_play() override {
    if (!has_played(*client.thread) || !done) return "a thread waits for ever";
    return "";
  }

  const kernel::Endpoint endpoint = world.make<kernel::Endpoint>();
  Player server = world.make_task();
  Player client = world.make_task();
  bool done = false;
};
TEST(Explore, AffinityAgainstAdoption) {
  expect_right_of([] { return std::make_unique<ChangeAgainstAdoption>(true); });
}
TEST(Explore, SetOfTheClassAgainstAdoption) {
  expect_right_of([] { return std::make_unique<ChangeAgainstAdoption>(false); });
}

// A server with a Notification bound to it begins to wait, and is signalled at that moment from
// another hart; the signal is lost in no order. By the short way too, which takes no lock of the
// Notification.
class SignalAgainstReceive : public Play {
 public:
  explicit SignalAgainstReceive(bool binds_late) : Play(2) {
    world.give(server, 2, endpoint.slot());
    world.give(server, 3, bell.slot());
    world.give(client, 2, endpoint.slot());
    world.give(ringer, 3, bell.slot());
    world.act_as(world.main());
    const kernel::Thread thread(rt::Slot{server.thread_slot});
    if (!binds_late) CHECK(thread.bind(bell).has_value());
    server.thread->affinity.set(1);
    client.thread->affinity.set(1);
    plays("server", *server.thread, 0, [this] {
      const kernel::Endpoint mine(rt::Slot{2});
      bool answers = took(mine.receive(kForever));
      for (;;) {
        answers = answers ? took(mine.reply_receive(1, 0, 0, 0, 0, 0, 0, 1))
                          : took(mine.receive(kForever));
      }
    });
    plays("client", *client.thread, 0,
          [] { (void)kernel::Endpoint(rt::Slot{2}).call(0, 0, 0, 0, 0, 0, testing::tag(1)); });
    plays("ringer", *ringer.thread, 1, [] { (void)kernel::Notification(rt::Slot{3}).signal(); });
    if (binds_late) {
      plays("binder", world.main(), 1, [this, thread] { (void)thread.bind(bell); });
    }
  }
  // Whether it is a call that came; a signal's bits come with no tag.
  template <class Message>
  bool took(const Message& message) {
    if (message->tag == 0) got |= message->w0;
    return message->tag != 0;
  }
  std::string check_play() override {
    if (!has_played(*client.thread)) return "the client waits for ever";
    return got == 1 ? "" : "the signal is lost";
  }

  const kernel::Endpoint endpoint = world.make<kernel::Endpoint>();
  const kernel::Notification bell = world.make<kernel::Notification>();
  Player server = world.make_task();
  Player client = world.make_task();
  Player ringer = world.make_task();
  std::uint64_t got = 0;
};
TEST(Explore, SignalAgainstReceive) {
  expect_right_of([] { return std::make_unique<SignalAgainstReceive>(false); });
}
TEST(Explore, BindAgainstReceive) {
  expect_right_of([] { return std::make_unique<SignalAgainstReceive>(true); });
}

// An alarm that another hart set is cleared, or goes, while it fires.
class ClearAgainstFire : public Play {
 public:
  explicit ClearAgainstFire(bool destroys) : Play(2) {
    world.act_as(world.main());
    CHECK(alarm.bind(bell).has_value());
    world.give(other, 2, alarm.slot());
    world.give(other, 3, bell.slot());
    plays("setter", *other.thread, 1, [this] {
      (void)kernel::Alarm(rt::Slot{2}).set(1000);
      instruction();
      world.machine.advance(2000);
      instruction();
    });
    plays("clearer", world.main(), 0, [this, destroys] {
      const kernel::CNode own(World::kNode);
      if (destroys) {
        (void)own.revoke(alarm.slot().index);
        (void)own.delete_(alarm.slot().index);
      } else {
        (void)alarm.clear();
      }
      // Whatever has come has come.
      (void)bell.poll();
      cleared = true;
    });
  }
  std::string check_play() override {
    return cleared && has_played(*other.thread) ? "" : "a thread waits for ever";
  }

  const kernel::Alarm alarm = world.make<kernel::Alarm>();
  const kernel::Notification bell = world.make<kernel::Notification>();
  Player other = world.make_task();
  bool cleared = false;
};
TEST(Explore, ClearAgainstFire) {
  expect_right_of([] { return std::make_unique<ClearAgainstFire>(false); });
}
TEST(Explore, DestroyAgainstFire) {
  expect_right_of([] { return std::make_unique<ClearAgainstFire>(true); });
}

// Two threads of one task end it at once, on two harts; the supervisor is told once, and nobody is
// left.
class TwoEnders : public Play {
 public:
  TwoEnders() : Play(2) {
    world.act_as(world.main());
    CHECK(kernel::Task(rt::Slot{first.task_slot}).supervise(bell).has_value());
    plays("first", *first.thread, 0, [] { (void)kernel::Self::exit(7); });
    plays("second", *second.thread, 1, [] { (void)kernel::Self::exit(7); });
    plays("supervisor", world.main(), 0, [this] {
      told = bell.wait(kForever).value_or(0);
      const auto info = kernel::Task(rt::Slot{first.task_slot}).info();
      right = info.has_value() && info->state == abi::TaskState::kExited && info->status == 7;
    });
  }
  std::string check_play() override {
    if (told != 1 || !right) return "the supervisor was not told, or not the truth";
    const bool over = first.thread->is_stopped() && second.thread->is_stopped();
    return over ? "" : "a thread of an ended task is left";
  }

  const kernel::Notification bell = world.make<kernel::Notification>();
  Player first = world.make_task();
  Player second = world.make_thread(first);
  std::uint64_t told = 0;
  bool right = false;
};
TEST(Explore, TwoEnders) { expect_right<TwoEnders>(); }

}  // namespace
}  // namespace tessera::explore
