// Notices: what a hart is told to look at again.
#include <gtest/gtest.h>

#include "kernel/object/mail.h"
#include "kernel/object/notification.h"
#include "kernel/object/state.h"
#include "kernel/testing/ipc_fixture.h"

namespace tessera::testing {
namespace {

// The server waits at the endpoint, and lives on a second hart, on which nobody runs.
class NoticeTest : public IpcTest {
 protected:
  NoticeTest() {
    start_receive(server);
    other.id = {1};
    ipi::online.set_bits(other.bit);
    world.checks = false;  // of a second hart they know nothing
    server.thread->set_home(other);
    world.act_as(world.main());
  }
  void take_mail_there() {
    world.machine.run_as(other);
    take_mail(other);
    world.machine.run_as(world.hart);
  }
  bool is_noticed() { return server.thread->noticed.peek(); }

  Hart& other = state.harts[1];
};

// As if the thread had begun to wait at that moment, and neither had seen the other.
TEST_F(NoticeTest, ABindIsLookedAtWhereTheThreadIs) {
  const auto bell = world.make<kernel::Notification>();
  ASSERT_TRUE(kernel::Thread(rt::Slot{server.thread_slot}).bind(bell));
  ASSERT_TRUE(is_noticed());
  auto& notification = *reinterpret_cast<Notification*>(world.slot(bell.slot().index).object());
  notification.bits.set(4);
  take_mail_there();
  EXPECT_FALSE(is_noticed());
  EXPECT_EQ(server.thread->wait(), Wait::kNone);
  EXPECT_EQ(server.thread->frame.x[10], 4u);
  EXPECT_EQ(notification.bits.peek(), 0u);
}

TEST_F(NoticeTest, ABindToAThreadOfThisHartNeedsNone) {
  server.thread->set_home(world.hart);
  ASSERT_TRUE(
      kernel::Thread(rt::Slot{server.thread_slot}).bind(world.make<kernel::Notification>()));
  EXPECT_FALSE(is_noticed());
}

TEST_F(NoticeTest, ItGoesAfterAThreadThatHasMoved) {
  give_notice(*server.thread);
  server.thread->set_home(world.hart);
  take_mail_there();
  EXPECT_TRUE(is_noticed());
  take_mail(world.hart);
  EXPECT_FALSE(is_noticed());
}

// Its memory may be given again when the hart that it was on has looked once more.
TEST_F(NoticeTest, ItDoesNotGoAfterAThreadThatHasEnded) {
  give_notice(*server.thread);
  server.thread->set_home(world.hart);
  stop_at_home(*server.thread);
  take_mail_there();
  EXPECT_FALSE(is_noticed());
}

}  // namespace
}  // namespace tessera::testing
