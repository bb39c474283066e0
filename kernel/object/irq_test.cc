// Interrupts of devices: who may have which, when they signal, and what becomes of the controller
// when whoever had them is gone. The invariants, after each step, hold the controller against the
// objects.
#include "kernel/object/irq.h"

#include <utility>

#include "idl/kernel_rights.h"
#include "kernel/object/state.h"
#include "kernel/testing/calls.h"
#include "kernel/testing/outcome.h"
#include "kernel/testing/world.h"

namespace tessera::testing {
namespace {

using abi::Detail;

constexpr std::uint32_t kSource = 8;
constexpr std::uint64_t kBadge = 0x40;

class IrqTest : public ::testing::Test {
 protected:
  static constexpr std::uint8_t kSignal = std::to_underlying(abi::NotificationRight::kSignal);
  static constexpr std::uint8_t kUse = std::to_underlying(abi::IrqControlRight::kUse);

  IrqTest() { world.give(waiter, 2, notification.slot()); }

  kernel::Notification badged(std::uint64_t bits) {
    const std::uint32_t slot = world.fresh_slot();
    EXPECT_TRUE(own.mint(slot, own, notification.slot().index, kSignal, bits));
    return kernel::Notification(rt::Slot{slot});
  }
  kernel::IrqControl control_of(std::uint64_t source) {
    const std::uint32_t slot = world.fresh_slot();
    EXPECT_TRUE(own.mint(slot, own, World::kIrqs.index, kUse, source));
    return kernel::IrqControl(rt::Slot{slot});
  }
  kernel::Irq configured(std::uint32_t source) {
    auto irq = world.make<kernel::Irq>();
    EXPECT_TRUE(irq.configure(all, source));
    return irq;
  }
  kernel::Irq bound(std::uint32_t source = kSource) {
    auto irq = configured(source);
    EXPECT_TRUE(irq.bind(badged(kBadge)));
    return irq;
  }
  // The line goes up; the hart is interrupted if it is allowed.
  void raise(std::uint32_t source = kSource) {
    world.machine.raise_device(source);
    world.advance(0);
  }
  void lower(std::uint32_t source = kSource) { world.machine.raise_device(source, false); }
  bool is_pending() const { return world.machine.device_pending(world.hart.id); }
  bool is_allowed(std::uint32_t source = kSource) const {
    return world.machine.is_allowed(world.hart.id, source);
  }
  std::uint64_t bits() { return notification.poll().value_or(0); }

  World world;
  Player waiter = world.make_task();
  kernel::CNode own{World::kNode};
  kernel::IrqControl all{World::kIrqs};
  kernel::Notification notification = world.make<kernel::Notification>();
};

TEST_F(IrqTest, SignalsWithTheBadge) {
  const auto irq = bound();
  EXPECT_EQ(bits(), 0u);
  raise();
  EXPECT_EQ(bits(), kBadge);
  ASSERT_TRUE(irq.acknowledge());
}

TEST_F(IrqTest, WakesWhoWaits) {
  (void)bound();
  world.act_as(*waiter.thread);
  EXPECT_TRUE(world.waits([&] { (void)kernel::Notification(rt::Slot{2}).wait(kForever); }));
  world.act_as(world.main());
  raise();
  EXPECT_TRUE(outcome(*waiter.thread).back);
  EXPECT_EQ(outcome(*waiter.thread).words[0], kBadge);
}

TEST_F(IrqTest, ALineThatStaysUpInterruptsOnceAnAcknowledgement) {
  const auto irq = bound();
  raise();
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(bits(), kBadge);
    EXPECT_FALSE(is_pending()) << "nothing interrupts before it is acknowledged";
    world.advance(1000);
    EXPECT_EQ(bits(), 0u);
    ASSERT_TRUE(irq.acknowledge());
    EXPECT_TRUE(is_pending());
    world.advance(0);
  }
  lower();
  ASSERT_TRUE(irq.acknowledge());
  EXPECT_FALSE(is_pending());
}

TEST_F(IrqTest, AnAcknowledgementOfNothingIsFine) {
  const auto irq = bound();
  ASSERT_TRUE(irq.acknowledge());
  ASSERT_TRUE(irq.acknowledge());
  raise();
  EXPECT_EQ(bits(), kBadge);
}

TEST_F(IrqTest, AnUnboundSourceInterruptsNobody) {
  const auto irq = configured(kSource);
  raise();
  EXPECT_FALSE(is_pending());
  ASSERT_TRUE(irq.bind(badged(kBadge)));
  EXPECT_TRUE(is_pending()) << "its line is up";
}

TEST_F(IrqTest, SourcesAreApart) {
  (void)bound(8);
  const auto other = configured(9);
  ASSERT_TRUE(other.bind(badged(1)));
  raise(8);
  raise(9);
  EXPECT_EQ(bits(), kBadge | 1);
  ASSERT_TRUE(other.acknowledge());
  EXPECT_TRUE(world.machine.is_claimed(8));
  EXPECT_FALSE(world.machine.is_claimed(9));
}

TEST_F(IrqTest, TheFirstAndTheLastSource) {
  for (const std::uint32_t source : {1u, abi::kInterruptSources}) {
    (void)bound(source);
    raise(source);
    EXPECT_EQ(bits(), kBadge) << source;
  }
}

// --- Binding again -------------------------------------------------------------------------------

TEST_F(IrqTest, BoundAgainItSignalsTheNewOne) {
  const auto irq = bound();
  const auto other = world.make<kernel::Notification>();
  raise();
  EXPECT_EQ(bits(), kBadge);
  ASSERT_TRUE(irq.bind(other)) << "and what was not acknowledged is";
  EXPECT_TRUE(is_pending());
  world.advance(0);
  EXPECT_EQ(bits(), 0u);
  EXPECT_EQ(*other.poll(), 1u);
}

// --- The end -------------------------------------------------------------------------------------

TEST_F(IrqTest, ARevokedNotificationMasksIt) {
  const auto irq = bound();
  raise();
  EXPECT_EQ(bits(), kBadge);
  ASSERT_TRUE(own.revoke(notification.slot().index));
  EXPECT_FALSE(is_allowed());
  EXPECT_FALSE(world.machine.is_claimed(kSource)) << "the claim is completed";
  expect_refused(world, [&] { return irq.acknowledge(); }, abi::kEinval, Detail::kNotConfigured);
  ASSERT_TRUE(irq.bind(notification)) << "and it may be bound again";
  world.advance(0);
  EXPECT_EQ(bits(), 1u);
}

TEST_F(IrqTest, ADeletedIrqMasksItsSourceAndGivesItBack) {
  const auto irq = bound();
  raise();
  ASSERT_TRUE(own.delete_(irq.slot().index));
  EXPECT_FALSE(is_allowed());
  EXPECT_FALSE(world.machine.is_claimed(kSource));
  EXPECT_EQ(bits(), kBadge);
  (void)bound();
  world.advance(0);
  EXPECT_EQ(bits(), kBadge) << "the line is up still";
}

TEST_F(IrqTest, ItLivesAsLongAsACapabilityToIt) {
  const auto irq = bound();
  const std::uint32_t copy = world.fresh_slot();
  ASSERT_TRUE(own.copy(copy, own, irq.slot().index));
  ASSERT_TRUE(own.delete_(irq.slot().index));
  raise();
  EXPECT_EQ(bits(), kBadge);
  ASSERT_TRUE(kernel::Irq(rt::Slot{copy}).acknowledge());
  ASSERT_TRUE(own.delete_(copy));
  EXPECT_FALSE(is_allowed());
}

TEST_F(IrqTest, RevokingTheMemoryEndsIt) {
  const auto part = world.make<kernel::Untyped>(4096);
  const std::uint32_t slot = world.fresh_slot();
  ASSERT_TRUE(part.retype(abi::ObjectType::kIrq, 0, own, slot, 1));
  const kernel::Irq irq(rt::Slot{slot});
  ASSERT_TRUE(irq.configure(all, kSource));
  ASSERT_TRUE(irq.bind(badged(kBadge)));
  raise();
  ASSERT_TRUE(own.revoke(part.slot().index));
  EXPECT_FALSE(is_allowed());
  EXPECT_EQ(state.irqs[kSource].peek(), nullptr);
  EXPECT_EQ(part.info()->free, 4096u);
}

// Preempted at each point where that may be.
TEST_F(IrqTest, EndsInSteps) {
  const auto irq = bound();
  raise();
  world.interrupt_always(true);
  ASSERT_TRUE(own.delete_(irq.slot().index));
  ASSERT_TRUE(own.delete_(notification.slot().index));
  world.interrupt_always(false);
  EXPECT_FALSE(is_allowed());
}

// --- The controller's faults ---------------------------------------------------------------------

TEST_F(IrqTest, AClaimOfNobodysSourceIsCompletedAtOnce) {
  const auto expect_left_alone = [this] {
    world.machine.allow_device(world.hart.id, kSource, true);  // the kernel has not
    raise();
    EXPECT_FALSE(world.machine.is_claimed(kSource));
    EXPECT_FALSE(is_allowed()) << "or it would interrupt for ever";
    EXPECT_EQ(bits(), 0u);
  };
  expect_left_alone();
  (void)configured(kSource);  // has a source, and is bound to nothing
  expect_left_alone();
}

TEST_F(IrqTest, AClaimOfNoSourceIsSurvived) {
  for (const std::uint32_t source : {abi::kInterruptSources + 1, ~0u}) {
    world.machine.glitch(world.hart.id, source);
    world.advance(0);
    EXPECT_FALSE(is_pending());
  }
}

// --- Refusals ------------------------------------------------------------------------------------

TEST_F(IrqTest, ConfigureIsRefused) {
  const auto irq = world.make<kernel::Irq>();
  for (const std::uint32_t source : {0u, abi::kInterruptSources + 1, ~0u}) {
    expect_refused(
        world, [&] { return irq.configure(all, source); }, abi::kEinval, Detail::kBadRange, 2);
  }
  const auto control = control_of(9);
  expect_refused(
      world, [&] { return irq.configure(control, kSource); }, abi::kEperm, Detail::kNoAuthority, 1);
  const auto other = configured(kSource);
  expect_refused(
      world, [&] { return irq.configure(all, kSource); }, abi::kEexist, Detail::kOccupied, 2);
  expect_refused(world, [&] { return other.configure(all, 9); }, abi::kEbusy, Detail::kBadState);
  ASSERT_TRUE(irq.configure(control, 9));
}

TEST_F(IrqTest, AMachineMayHaveFewerSources) {
  world.machine.sources = 9;
  const auto irq = world.make<kernel::Irq>();
  expect_refused(world, [&] { return irq.configure(all, 10); }, abi::kEinval, Detail::kBadRange, 2);
  ASSERT_TRUE(irq.configure(all, 9));
}

TEST_F(IrqTest, WithoutAControllerThereIsNothingToConfigure) {
  world.machine.sources = 0;
  const auto irq = world.make<kernel::Irq>();
  for (const std::uint32_t source : {0u, 1u, ~0u}) {
    expect_refused(
        world, [&] { return irq.configure(all, source); }, abi::kEinval, Detail::kNotConfigured);
  }
}

TEST_F(IrqTest, WithoutASourceThereIsNothingToBind) {
  const auto irq = world.make<kernel::Irq>();
  expect_refused(
      world, [&] { return irq.bind(notification); }, abi::kEinval, Detail::kNotConfigured);
  expect_refused(world, [&] { return irq.acknowledge(); }, abi::kEinval, Detail::kNotConfigured);
  ASSERT_TRUE(irq.configure(all, kSource));
  expect_refused(world, [&] { return irq.acknowledge(); }, abi::kEinval, Detail::kNotConfigured);
}

// A badge is given once: one who may have a single source cannot make it another's.
TEST_F(IrqTest, AControlOfOneSourceStaysSo) {
  const auto control = control_of(9);
  expect_refused(
      world, [&] { return own.mint(world.fresh_slot(), own, control.slot().index, kUse, 8); },
      abi::kEinval, Detail::kOccupied, 5);
}

}  // namespace
}  // namespace tessera::testing
