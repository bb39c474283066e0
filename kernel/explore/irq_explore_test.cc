// An interrupt is taken on one hart while another one acknowledges it, takes its source away or
// gives it to another Notification, in all orders. After each the invariants hold the controller
// against the objects: what is claimed can be acknowledged, and nothing is allowed that nobody has.
#include <gtest/gtest.h>

#include "kernel/explore/play.h"
#include "kernel/object/donation.h"
#include "kernel/object/irq.h"
#include "kernel/object/notification.h"
#include "kernel/object/state.h"
#include "kernel/testing/calls.h"

namespace tessera::explore {
namespace {

using testing::kForever;
using testing::Player;
using testing::World;

constexpr std::uint32_t kSource = 8;

// The driver binds on hart 1, where the line goes up and stays, and a more important thread waits.
class AgainstInterrupt : public Play {
 public:
  using Operation = bool (*)(AgainstInterrupt&);
  enum class End { kBound, kUnbound, kGone };  // what is left of the Irq

  AgainstInterrupt(Operation operation, End end) : Play(2), end_(end) {
    world.act_as(world.main());
    CHECK(irq.configure(kernel::IrqControl(World::kIrqs), kSource).has_value());
    world.give(driver, 2, irq.slot());
    world.give(driver, 3, bell.slot());
    world.give(driver, 4, bound.slot());
    driver.thread->affinity.set(2);
    world.main().affinity.set(1);
    world.give(waiter, 3, bell.slot());
    waiter.thread->affinity.set(2);
    set_class(*waiter.thread, abi::QosClass::kInteractive);
    plays("waiter", *waiter.thread, 1,
          [this] { told = kernel::Notification(rt::Slot{3}).wait(kForever).has_value(); });
    plays("driver", *driver.thread, 1, [this] {
      CHECK(kernel::Irq(rt::Slot{2}).bind(kernel::Notification(rt::Slot{3})).has_value());
      CHECK(kernel::Notification(rt::Slot{4}).signal().has_value());
      world.machine.raise_device(kSource);
      instruction();
      instruction();
    });
    plays("other", world.main(), 0, [this, operation] {
      CHECK(bound.wait(kForever).has_value());
      done = operation(*this);
      instruction();
    });
  }
  std::string check_play() override {
    if (!done) return "the operation did not end";
    const Irq* object = state.irqs[kSource].peek();
    if ((object == nullptr) != (end_ == End::kGone)) return "its source is not given back, or is";
    if (object == nullptr) return "";
    if ((object->home.peek() == nullptr) != (end_ == End::kUnbound))
      return "it is bound, or is not";
    if (end_ == End::kUnbound) return "";
    // The line is up: it interrupts again, whatever was acknowledged.
    if (!object->claimed) return "an interrupt is lost";
    return told || kernel_bits(bell) + kernel_bits(other) != 0 ? "" : "a signal is lost";
  }
  std::uint64_t kernel_bits(kernel::Notification notification) {
    const Slot& slot = world.slot(notification.slot().index);
    return slot.empty() ? 0 : reinterpret_cast<Notification*>(slot.object())->bits.peek();
  }

  const kernel::CNode own{World::kNode};
  const kernel::Irq irq = world.make<kernel::Irq>();
  const kernel::Notification bell = world.make<kernel::Notification>();
  const kernel::Notification bound = world.make<kernel::Notification>();
  const kernel::Notification other = world.make<kernel::Notification>();
  Player driver = world.make_task();
  Player waiter = world.make_task();
  bool told = false;
  bool done = false;

 private:
  End end_;
};

using End = AgainstInterrupt::End;

void explore_against(AgainstInterrupt::Operation operation, End end = End::kBound) {
  expect_right_of([=] { return std::make_unique<AgainstInterrupt>(operation, end); });
}

TEST(Explore, InterruptAgainstAcknowledge) {
  explore_against([](AgainstInterrupt& play) { return play.irq.acknowledge().has_value(); });
}
TEST(Explore, InterruptAgainstBindOnAnotherHart) {
  explore_against([](AgainstInterrupt& play) { return play.irq.bind(play.other).has_value(); });
}
TEST(Explore, InterruptAgainstRevokeOfItsNotification) {
  explore_against(
      [](AgainstInterrupt& play) {
        return play.own.revoke(play.bell.slot().index).has_value() &&
               play.own.delete_(play.bell.slot().index).has_value();
      },
      End::kUnbound);
}
TEST(Explore, InterruptAgainstDestroy) {
  explore_against(
      [](AgainstInterrupt& play) {
        return play.own.revoke(play.irq.slot().index).has_value() &&
               play.own.delete_(play.irq.slot().index).has_value();
      },
      End::kGone);
}
// The next one to have the source finds it as new.
TEST(Explore, InterruptAgainstTheNextIrqOfItsSource) {
  explore_against([](AgainstInterrupt& play) {
    CHECK(play.own.revoke(play.irq.slot().index).has_value());
    CHECK(play.own.delete_(play.irq.slot().index).has_value());
    const kernel::Untyped memory(World::kMemory);
    CHECK(memory.retype(abi::ObjectType::kIrq, 0, play.own, play.irq.slot().index, 1).has_value());
    return play.irq.configure(kernel::IrqControl(World::kIrqs), kSource).has_value() &&
           play.irq.bind(play.other).has_value();
  });
}

}  // namespace
}  // namespace tessera::explore
