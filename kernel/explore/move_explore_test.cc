// Threads that move, or go, while other harts have to do with them, in all orders.
#include <gtest/gtest.h>

#include "idl/kernel_rights.h"
#include "kernel/arch/contract/arch.h"
#include "kernel/explore/play.h"
#include "kernel/object/donation.h"
#include "kernel/object/state.h"
#include "kernel/object/task.h"
#include "kernel/testing/calls.h"

namespace tessera::explore {
namespace {

using testing::kForever;
using testing::Player;
using testing::World;

constexpr std::uint8_t kSend = std::to_underlying(abi::EndpointRight::kSend);
constexpr std::uint8_t kReceive = std::to_underlying(abi::EndpointRight::kReceive);

// A server that waits is told to run on hart 1 alone; then a client of hart 0 calls it.
class AffinityOfAWaiter : public Play {
 public:
  AffinityOfAWaiter() : Play(2) {
    world.give(server, 2, endpoint.slot());
    world.give(client, 2, endpoint.slot());
    world.give(client, 3, bell.slot());
    client.thread->affinity.set(1);
    plays("server", *server.thread, 0, [this] {
      const kernel::Endpoint mine(rt::Slot{2});
      if (!mine.receive(kForever)) return;
      if (pinned && this_hart() != 1) wrong = true;
      (void)mine.reply_receive(1, 0, 0, 0, 0, 0, 0, 1);
    });
    plays("client", *client.thread, 0, [] {
      (void)kernel::Notification(rt::Slot{3}).wait(kForever);
      (void)kernel::Endpoint(rt::Slot{2}).call(0, 0, 0, 0, 0, 0, testing::tag(1));
    });
    plays("changer", world.main(), 0, [this] {
      pinned = kernel::Thread(rt::Slot{server.thread_slot}).affinity(2).has_value();
      (void)bell.signal();
    });
  }
  std::string check_play() override {
    if (wrong) return "the server ran where it may not";
    if (!has_played(*client.thread)) return "a thread waits for ever";
    return "";
  }
  const kernel::Endpoint endpoint = world.make<kernel::Endpoint>();
  const kernel::Notification bell = world.make<kernel::Notification>();
  Player server = world.make_task();
  Player client = world.make_task();
  bool pinned = false, wrong = false;
};
TEST(Explore, AffinityOfAWaiter) { expect_right<AffinityOfAWaiter>(); }

// A client waits for its answer while it is told to run on hart 1 alone; its server is on hart 0,
// where it answers by the short way.
class AffinityOfACaller : public Play {
 public:
  AffinityOfACaller() : Play(2) {
    world.give(server, 2, endpoint.slot());
    world.give(client, 2, endpoint.slot());
    for (Thread* each : {server.thread, &world.main()}) each->affinity.set(1);
    plays("server", *server.thread, 0, [this] {
      const kernel::Endpoint mine(rt::Slot{2});
      if (!mine.receive(kForever)) return;
      instruction();
      (void)mine.reply_receive(1, 0, 0, 0, 0, 0, 0, 1);
    });
    plays("client", *client.thread, 0, [this] {
      (void)kernel::Endpoint(rt::Slot{2}).call(0, 0, 0, 0, 0, 0, testing::tag(1));
      if (pinned && this_hart() != 1) wrong = true;
    });
    plays("changer", world.main(), 0, [this] {
      pinned = kernel::Thread(rt::Slot{client.thread_slot}).affinity(2).has_value();
    });
  }
  std::string check_play() override {
    if (wrong) return "the client ran where it may not";
    if (!has_played(*client.thread)) return "a thread waits for ever";
    return "";
  }
  const kernel::Endpoint endpoint = world.make<kernel::Endpoint>();
  Player server = world.make_task();
  Player client = world.make_task();
  bool pinned = false, wrong = false;
};
TEST(Explore, AffinityOfACaller) { expect_right<AffinityOfACaller>(); }

// A server is pinned to hart 0 while a client of hart 1 adopts it.
class PinAgainstAdoption : public Play {
 public:
  PinAgainstAdoption() : Play(2) {
    world.give(server, 2, endpoint.slot());
    world.give(client, 2, endpoint.slot());
    client.thread->affinity.set(2);
    world.main().affinity.set(1);
    plays("server", *server.thread, 0, [this] {
      const kernel::Endpoint mine(rt::Slot{2});
      if (!mine.receive(kForever)) return;
      for (int i = 0; i < 6; ++i) {
        instruction();
        if (this_hart() == 1 && pinned) wrong = true;
      }
      (void)mine.reply_receive(1, 0, 0, 0, 0, 0, 0, 1);
    });
    plays("client", *client.thread, 1,
          [] { (void)kernel::Endpoint(rt::Slot{2}).call(0, 0, 0, 0, 0, 0, testing::tag(1)); });
    plays("changer", world.main(), 0, [this] {
      pinned = kernel::Thread(rt::Slot{server.thread_slot}).affinity(1).has_value();
    });
  }
  std::string check_play() override {
    if (wrong) return "the server ran where it may not";
    return "";
  }
  const kernel::Endpoint endpoint = world.make<kernel::Endpoint>();
  Player server = world.make_task();
  Player client = world.make_task();
  bool pinned = false, wrong = false;
};
TEST(Explore, PinAgainstAdoption) { expect_right<PinAgainstAdoption>(); }

// A caller dies while its server, which calls on, is just being received from on another hart.
class LostGift : public Play {
 public:
  LostGift() : Play(2) {
    world.give(c, 2, first.slot(), kSend, 1);
    world.give(middle, 2, first.slot(), kReceive, 0);
    world.give(middle, 3, second.slot(), kSend, 7);
    world.give(last, 3, second.slot(), kReceive, 0);
    c.thread->own_class.set(abi::QosClass::kPerfBurst);
    c.thread->effective_class.set(abi::QosClass::kPerfBurst);
    for (Thread* t : {c.thread, middle.thread, &world.main()}) t->affinity.set(1);
    last.thread->affinity.set(2);
    plays("middle", *middle.thread, 0, [] {
      const kernel::Endpoint mine(rt::Slot{2});
      if (!mine.receive(kForever)) return;
      (void)kernel::Endpoint(rt::Slot{3}).call(1, 2, 0, 0, 0, 0, testing::tag(2));
    });
    plays("first", *c.thread, 0,
          [] { (void)kernel::Endpoint(rt::Slot{2}).call(0, 0, 0, 0, 0, 0, testing::tag(1)); });
    plays("killer", world.main(), 0, [this] { (void)kernel::Task(rt::Slot{c.task_slot}).kill(); });
    plays("last", *last.thread, 1, [this] {
      instruction();
      got = kernel::Endpoint(rt::Slot{3}).receive(kForever).has_value();
    });
  }
  std::string check_play() override {
    if (got && last.thread->reply.caller.peek() == middle.thread) {
      const Gift gift = last.thread->reply.gift.peek();
      if (gift.of != middle.thread->effective_class.peek())
        return "the last keeps a class that nobody gives";
    }
    return "";
  }
  const kernel::Endpoint first = world.make<kernel::Endpoint>();
  const kernel::Endpoint second = world.make<kernel::Endpoint>();
  Player c = world.make_task();
  Player middle = world.make_task();
  Player last = world.make_task();
  bool got = false;
};
TEST(Explore, LostGift) { expect_right<LostGift>(); }

// A task goes, and its memory is given again, while the hart that ran it last ends another.
class StaleSpace : public Play {
 public:
  StaleSpace() : Play(2) {
    world.main().affinity.set(1);
    d.thread->affinity.set(2);
    t1.thread->affinity.set(2);
    e.thread->affinity.set(1);
    root = t1.task->table.root();
    plays("ending", *d.thread, 1, [] { (void)kernel::Self::exit(0); });
    plays("runs", *t1.thread, 1, [this] {
      for (int i = 0; i < 4; ++i) instruction();
    });
    plays("other", *e.thread, 0, [this] { instruction(); });
    plays("owner", world.main(), 0, [this] {
      const kernel::CNode own(World::kNode);
      if (!own.revoke(t1.quota_slot).has_value()) return;
      if (root_on(1) == root) after_revoke = true;
      const kernel::Untyped memory(rt::Slot{t1.quota_slot});
      while (true) {
        const auto made = memory.retype(abi::ObjectType::kVmo, kPageSize, own, vmo, 1);
        if (made.has_value() || made.error().status != abi::kEbusy) break;
      }
      if (root_on(1) == root) after_reuse = true;
      done = true;
    });
  }
  PhysAddr root_on(unsigned hart) {
    return world.machine.hart({static_cast<std::uint16_t>(hart)}).root;
  }
  std::string check_play() override {
    if (!done) return "not done";
    if (after_reuse) return "memory given again, and a hart still walks it as its page table";
    if (after_revoke) return "a hart's page table is gone";
    return "";
  }
  Player d = world.make_task();
  Player e = world.make_thread(d);
  Player t1 = world.make_task();
  const std::uint32_t vmo = world.fresh_slot();
  PhysAddr root;
  bool done = false, after_revoke = false, after_reuse = false;
};
TEST(Explore, StaleSpace) { expect_right<StaleSpace>(); }

// A badged capability is copied, and one minted with a badge, into a slot that a thread of another
// hart calls by at that moment: it finds nothing there, or all of it; nobody calls without the
// badge.
class CallAgainstMint : public Play {
 public:
  explicit CallAgainstMint(bool mints) : Play(2) {
    world.give(server, 2, endpoint.slot());
    world.give(client, 4, endpoint.slot(), kSend, mints ? 0 : kBadge);
    client.thread->affinity.set(2);
    server.thread->affinity.set(2);
    world.main().affinity.set(1);
    plays("server", *server.thread, 1, [this] {
      const auto got = kernel::Endpoint(rt::Slot{2}).receive(kForever);
      if (got && got->badge != kBadge) wrong = true;
    });
    plays("client", *client.thread, 1,
          [] { (void)kernel::Endpoint(rt::Slot{5}).call(0, 0, 0, 0, 0, 0, testing::tag(1)); });
    plays("maker", world.main(), 0, [this, mints] {
      const kernel::CNode node(rt::Slot{client.node_slot});
      made = mints ? node.mint(5, node, 4, kSend, kBadge).has_value()
                   : node.copy(5, node, 4).has_value();
    });
  }
  std::string check_play() override {
    if (!made) return "nothing was made";
    return wrong ? "somebody called without the badge" : "";
  }
  static constexpr std::uint64_t kBadge = 7;
  const kernel::Endpoint endpoint = world.make<kernel::Endpoint>();
  Player server = world.make_task();
  Player client = world.make_task();
  bool made = false, wrong = false;
};
TEST(Explore, CallAgainstMint) {
  expect_right_of([] { return std::make_unique<CallAgainstMint>(true); });
}
TEST(Explore, CallAgainstCopy) {
  expect_right_of([] { return std::make_unique<CallAgainstMint>(false); });
}

// A thread is adopted, destroyed and its memory given again, while what another hart asks of it
// lies in the mail of the hart that it came from.
class AskOfTheDead : public Play {
 public:
  AskOfTheDead() : Play(3) {
    world.act_as(world.main());
    const kernel::CNode own(World::kNode);
    memory = world.make<kernel::Untyped>(kPageSize);
    CHECK(memory.retype(abi::ObjectType::kThread, 0, own, dead_slot, 1).has_value());
    CHECK(kernel::Thread(rt::Slot{dead_slot})
              .configure(kernel::Task(rt::Slot{server.task_slot}))
              .has_value());
    CHECK(kernel::Thread(rt::Slot{dead_slot}).start(0x1000, 0, 0, 0).has_value());
    dead = reinterpret_cast<Thread*>(world.slot(dead_slot).object());
    world.give(server, 2, endpoint.slot());
    world.give(server, 3, bell.slot());
    world.give(client, 2, endpoint.slot());
    world.give(asker, 2, rt::Slot{dead_slot});
    world.main().affinity.set(4);
    asker.thread->affinity.set(4);
    client.thread->affinity.set(2);
    server.thread->affinity.set(1);
    // Answers at hart 0, and rings when it has moved.
    plays("dead", *dead, 0, [] {
      const kernel::Endpoint mine(rt::Slot{2});
      if (!mine.receive(kForever)) return;
      (void)kernel::Notification(rt::Slot{3}).signal();
    });
    plays("bystander", *server.thread, 0, [] { (void)kernel::Self::yield(); });
    plays("client", *client.thread, 1,
          [] { (void)kernel::Endpoint(rt::Slot{2}).call(0, 0, 0, 0, 0, 0, testing::tag(1)); });
    plays("asker", *asker.thread, 2, [] { (void)kernel::Thread(rt::Slot{2}).suspend(); });
    plays("owner", world.main(), 2, [this, own] {
      (void)bell.wait(kForever);
      if (!own.revoke(memory.slot().index).has_value()) return;
      while (true) {
        const auto made = memory.retype(abi::ObjectType::kVmo, kPageSize, own, vmo, 1);
        if (made.has_value()) break;
        if (made.error().status != abi::kEbusy) return;
      }
      auto* words = static_cast<std::uint64_t*>(arch::direct_map({world.slot(vmo).object()}));
      for (std::uint64_t i = 0; i < kPageSize / 8; ++i)
        words[i] = reinterpret_cast<std::uint64_t>(&decoy);
      done = true;
    });
  }
  // What the kernel finds where it looks for the home of a thread: no hart, and it panics.
  std::string check_play() override { return ""; }
  static inline Hart decoy;
  kernel::Untyped memory{rt::Slot{0}};
  const std::uint32_t dead_slot = world.fresh_slot();
  const std::uint32_t vmo = world.fresh_slot();
  const kernel::Endpoint endpoint = world.make<kernel::Endpoint>();
  const kernel::Notification bell = world.make<kernel::Notification>();
  Player server = world.make_task();
  Player client = world.make_task();
  Player asker = world.make_task();
  Thread* dead = nullptr;
  bool done = false;
};
TEST(Explore, AskOfTheDead) { expect_right<AskOfTheDead>(1); }

}  // namespace
}  // namespace tessera::explore
