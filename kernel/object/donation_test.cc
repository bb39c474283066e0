// Who runs at whose class, and how it goes back.
#include "kernel/object/donation.h"

#include <algorithm>
#include <vector>

#include "kernel/testing/ipc_fixture.h"

namespace tessera::testing {
namespace {

using abi::QosClass;

class DonationTest : public IpcTest {
 protected:
  static constexpr std::uint32_t kReply = 25;
  DonationTest() : IpcTest(64) {
    server.cspace->slot(kReply)->take(world.slot(world.make<kernel::Reply>().slot().index));
  }
  QosClass class_of(const Player& player) { return player.thread->effective_class.peek(); }

  kernel::Reply kept{rt::Slot{kReply}};
};

// A server works at the higher of its own class and its caller's, until it has answered.
TEST_F(DonationTest, ACallDonates) {
  for (bool receiver_first : {true, false}) {
    for (QosClass callers : {QosClass::kIdle, QosClass::kNormal, QosClass::kPerfBurst}) {
      set_class(*client.thread, callers);
      if (receiver_first) start_receive(server);
      start_call(client);
      if (!receiver_first) EXPECT_TRUE(receive_now(server));
      EXPECT_EQ(class_of(server), std::max(callers, QosClass::kNormal));
      EXPECT_EQ(result_of(server).info & abi::kInfoClassMask, static_cast<unsigned>(callers));
      reply_and_wait(server, kWords, 0, 0);
      EXPECT_EQ(class_of(server), QosClass::kNormal);
      as(client);
      EXPECT_TRUE(send(tag(0)));
      EXPECT_EQ(class_of(server), QosClass::kNormal) << "a send donates nothing";
    }
  }
}

TEST_F(DonationTest, TheClassGoesBackHoweverTheCallEnds) {
  auto begin = [&](std::uint64_t deadline) {
    start_call_with(client, tag(0), deadline);
    ASSERT_TRUE(receive_now(server));
    ASSERT_EQ(class_of(server), QosClass::kInteractive);
  };
  set_class(*client.thread, QosClass::kInteractive);
  begin(1000);
  world.advance(1000);
  EXPECT_EQ(class_of(server), QosClass::kNormal) << "the caller gave up";
  begin(kForever);
  ASSERT_TRUE(kept.keep());
  EXPECT_EQ(class_of(server), QosClass::kNormal) << "the answer comes later";
  ASSERT_TRUE(kept.send(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
  begin(kForever);
  world.act_as(world.main());
  ASSERT_TRUE(kernel::Thread(rt::Slot{client.thread_slot}).suspend());
  EXPECT_EQ(class_of(server), QosClass::kNormal) << "the caller was stopped";
}

TEST_F(DonationTest, TheClassGoesBackWhenTheCallerDies) {
  set_class(*client.thread, QosClass::kInteractive);
  start_call(client);
  ASSERT_TRUE(receive_now(server));
  world.act_as(world.main());
  ASSERT_TRUE(kernel::Task(rt::Slot{client.task_slot}).kill());
  EXPECT_EQ(class_of(server), QosClass::kNormal);
}

// The first one calls the second, which calls the third, and so on; the last one works.
class ChainTest : public DonationTest {
 protected:
  static constexpr kernel::Endpoint kNext{rt::Slot{2}};
  static constexpr kernel::Endpoint kOwn{rt::Slot{3}};

  // All of class normal but the first. Every call is made.
  void make_chain(std::size_t length, QosClass first) {
    for (std::size_t i = 0; i < length; ++i) {
      links.push_back(world.make_task());
      const auto endpoint_of_it = world.make<kernel::Endpoint>();
      world.give(links[i], kOwn.slot().index, endpoint_of_it.slot());
      if (i == 0) continue;
      world.give(links[i - 1], kNext.slot().index, endpoint_of_it.slot());
      as(links[i]);
      ASSERT_TRUE(world.waits([] { (void)kOwn.receive(kForever); }));
    }
    set_class(*links[0].thread, first);
    for (std::size_t i = 0; i + 1 < length; ++i) call_next(i);
  }
  void call_next(std::size_t link, std::uint64_t deadline = kForever) {
    as(links[link]);
    ASSERT_TRUE(
        world.waits([&] { (void)kNext.call_with(0, 0, 0, 0, 0, 0, tag(0), deadline, 0, 0, 0); }));
  }
  void suspend(std::size_t link) {
    world.act_as(world.main());
    ASSERT_TRUE(kernel::Thread(rt::Slot{links[link].thread_slot}).suspend());
  }
  // The number of threads from `link` on that run at exactly `c`.
  std::size_t run_at(std::size_t link, QosClass c) {
    std::size_t count = 0;
    while (link + count < links.size() && class_of(links[link + count]) == c) ++count;
    return count;
  }

  std::vector<Player> links;
};

TEST_F(ChainTest, WhoWorksForSomebodyDonatesThatClassOn) {
  make_chain(4, QosClass::kPerfBurst);
  EXPECT_EQ(run_at(0, QosClass::kPerfBurst), 4u);
  EXPECT_EQ(outcome(*links[3].thread).info & abi::kInfoClassMask, 3u);
}

// However the first call of a chain ends, nobody behind it goes on at its class.
TEST_F(ChainTest, ACutAtTheHeadGoesToTheEnd) {
  make_chain(5, QosClass::kInteractive);
  suspend(0);
  EXPECT_EQ(run_at(1, QosClass::kNormal), 4u);
}

TEST_F(ChainTest, ACutInTheMiddleGoesToTheEnd) {
  make_chain(5, QosClass::kInteractive);
  suspend(2);  // whom it called works for nobody; whoever called it waits on
  EXPECT_EQ(run_at(0, QosClass::kInteractive), 3u);
  EXPECT_EQ(run_at(3, QosClass::kNormal), 2u);
}

TEST_F(ChainTest, ADeathInTheMiddleGoesToTheEnd) {
  make_chain(5, QosClass::kInteractive);
  world.act_as(world.main());
  ASSERT_TRUE(kernel::Task(rt::Slot{links[2].task_slot}).kill());
  EXPECT_EQ(run_at(3, QosClass::kNormal), 2u);
}

// What is behind a link of a class of its own keeps that.
TEST_F(ChainTest, ALinkKeepsItsOwnClassAndHandsItOn) {
  make_chain(3, QosClass::kPerfBurst);
  set_class(*links[1].thread, QosClass::kInteractive);
  suspend(0);
  EXPECT_EQ(run_at(1, QosClass::kInteractive), 2u);
}

TEST_F(ChainTest, ARaisedClassGoesToTheEnd) {
  make_chain(4, QosClass::kNormal);
  set_class(*links[0].thread, QosClass::kInteractive);
  EXPECT_EQ(run_at(0, QosClass::kInteractive), 4u);
}

// What is taken back takes a bounded number of steps, so what is given has a bound.
TEST_F(ChainTest, ALongChainIsRaisedSoFarAndNoFarther) {
  make_chain(kDonationDepth + 4, QosClass::kInteractive);
  EXPECT_EQ(run_at(0, QosClass::kInteractive), kDonationDepth + 1);
  EXPECT_EQ(run_at(kDonationDepth + 1, QosClass::kNormal), 3u);
  suspend(0);
  EXPECT_EQ(run_at(1, QosClass::kNormal), kDonationDepth + 3);
}

// A link in the middle whose own class comes up to what it is given begins a count of its own.
TEST_F(ChainTest, ALinkThatIsRaisedItselfHandsOnAsFarAsAny) {
  make_chain(kDonationDepth + 4, QosClass::kInteractive);
  constexpr std::size_t kLink = 4;
  {
    const WithTree tree;
    set_task_class(*links[kLink].task, QosClass::kInteractive);
    ASSERT_TRUE(settle_class(*links[kLink].task));
  }
  EXPECT_EQ(run_at(0, QosClass::kInteractive), links.size());
}

}  // namespace
}  // namespace tessera::testing
