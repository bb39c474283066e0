// Interrupts of a device: the entropy device behind the window, driven as rngd does it, whose line
// goes up when it has given bytes, and down when it is told that this was seen.
#include <cstdint>

#include "idl/kernel/irq.h"
#include "servers/contract/behaviour.h"
#include "servers/contract/secret.h"
#include "servers/contract/world.h"
#include "servers/rngd/entropy_device.h"
#include "servers/rngd/mmio.h"
#include "servers/runtime/try.h"

namespace tessera::contract {
namespace {

using abi::Detail;
using kernel::Irq;
using kernel::IrqControl;
using kernel::Notification;
using kernel::Vmo;

constexpr std::uint8_t kSignal = rt::rights(Notification::Right::kSignal);
constexpr std::uint64_t kBadge = 0x20;
constexpr std::uint64_t kSoon = 20;  // milliseconds: longer than a device takes
constexpr IrqControl control() { return IrqControl(rt::start::irq().slot()); }
constexpr rt::Error kNotConfigured = refusal(abi::kEinval, Detail::kNotConfigured);

using Device = rngd::EntropyDevice<rngd::Mmio>;

// The device, at kFree, with its memory behind it.
Device start_device() {
  const kernel::Untyped window(rt::start::slot(abi::StartSlot::kDevice));
  const Vmo registers(take_slot());
  OK(window.retype(abi::ObjectType::kVmo, kPage, own(), registers.slot().index, 1));
  map(registers, kFree, kReadWrite);
  const Vmo shared = make_vmo(1);
  map(shared, kFree + kPage, kReadWrite);
  Device device(rngd::Mmio(kFree), *reinterpret_cast<virtio::Shared*>(kFree + kPage),
                OK(shared.info()).base);
  EXPECT(device.start() == rngd::Start::kReady);
  return device;
}

std::uint32_t source() {
  return static_cast<std::uint32_t>(OK(own().query(control().slot().index)).badge);
}

Irq make_irq(Notification bell) {
  const auto irq = make<Irq>();
  OK(irq.configure(control(), source()));
  OK(irq.bind(mint(bell, kSignal, kBadge)));
  return irq;
}

bool rings(Notification bell) {
  const auto bits = bell.wait(in_milliseconds(1000));
  return bits && *bits == kBadge;
}
bool is_silent(Notification bell) {
  const auto bits = bell.wait(in_milliseconds(kSoon));
  return !bits && bits.error() == kTimedOut;
}

void an_interrupt_signals() {
  const auto bell = make<Notification>();
  const Irq irq = make_irq(bell);
  Device device = start_device();
  for (int round = 0; round < 5; ++round) {
    device.ask(8);
    EXPECT(rings(bell));
    EXPECT(device.on_interrupt() == rngd::Event::kBytes);
    OK(irq.acknowledge());
    EXPECT(is_silent(bell));
  }
}

// Whoever waits for it finds its own registers and the bits; whoever it interrupts, all of its own.
void an_interrupt_carries_nothing() {
  static constinit Secretive interrupted{1};
  static constinit Secretive waiting{2};
  const auto bell = make<Notification>();
  const Irq irq = make_irq(bell);
  Device device = start_device();
  constexpr std::uint64_t kSpins = 2'000'000;  // longer than the device takes
  const Worker spinner = spawn([](std::uint64_t) {
    interrupted.load({{kT6, kSpins}});
    raw_spin(&interrupted.block());
    interrupted.expect_all_kept({{kT6, 0}});
  });
  device.ask(8);
  waiting.load(abi::SystemCall::kNotificationWait,
               {{kT0, bell.slot().index}, {kT1, in_milliseconds(1000)}});
  waiting.make();
  waiting.expect_results({{kA0, kBadge}});
  EXPECT(device.on_interrupt() == rngd::Event::kBytes);
  OK(irq.acknowledge());
  spinner.join();
}

void nothing_interrupts_before_the_acknowledgement() {
  const auto bell = make<Notification>();
  const Irq irq = make_irq(bell);
  Device device = start_device();
  device.ask(8);
  EXPECT(rings(bell));
  EXPECT(device.on_interrupt() == rngd::Event::kBytes);
  device.ask(8);
  EXPECT(is_silent(bell));
  OK(irq.acknowledge());
  EXPECT(rings(bell));
}

// QEMU's controller tells of a line that rises, and not again of one that stays up: once for an
// acknowledgement is the most.
void a_line_that_stays_up_interrupts_once_an_acknowledgement() {
  const auto bell = make<Notification>();
  const Irq irq = make_irq(bell);
  Device device = start_device();
  device.ask(8);
  EXPECT(rings(bell));
  for (int round = 0; round < 5; ++round) {
    EXPECT(is_silent(bell));
    OK(irq.acknowledge());
    rt::ignore(bell.wait(in_milliseconds(kSoon)));
  }
  EXPECT(is_silent(bell));
}

void an_acknowledgement_of_nothing_is_fine() {
  const auto bell = make<Notification>();
  const Irq irq = make_irq(bell);
  Device device = start_device();
  OK(irq.acknowledge());
  OK(irq.acknowledge());
  device.ask(8);
  EXPECT(rings(bell));
}

void bound_again_it_signals_the_new_one() {
  const auto bell = make<Notification>();
  const auto other = make<Notification>();
  const Irq irq = make_irq(bell);
  Device device = start_device();
  device.ask(8);
  EXPECT(rings(bell));
  EXPECT(device.on_interrupt() == rngd::Event::kBytes);
  OK(irq.bind(mint(other, kSignal, kBadge)));  // and what was not acknowledged is
  device.ask(8);
  EXPECT(rings(other));
  EXPECT(is_silent(bell));
}

void a_revoked_notification_masks_it() {
  const auto bell = make<Notification>();
  const Irq irq = make_irq(bell);
  Device device = start_device();
  device.ask(8);
  EXPECT(rings(bell));
  revoke(bell.slot());
  REFUSED(irq.acknowledge(), kNotConfigured);
  EXPECT(device.on_interrupt() == rngd::Event::kBytes);
  device.ask(8);
  EXPECT(is_silent(bell));
  OK(irq.bind(mint(bell, kSignal, kBadge)));
  EXPECT(rings(bell));
}

// With what it had not acknowledged.
void a_deleted_irq_gives_its_source_back() {
  const auto bell = make<Notification>();
  Device device = start_device();
  for (int round = 0; round < 5; ++round) {
    const Irq irq = make_irq(bell);
    device.ask(8);
    EXPECT(rings(bell));
    drop(irq.slot());
    EXPECT(device.on_interrupt() == rngd::Event::kBytes);
    EXPECT(is_silent(bell));
  }
}

void configure_is_refused() {
  const auto irq = make<Irq>();
  for (const std::uint32_t none : {0U, abi::kInterruptSources + 1, ~0U}) {
    REFUSED(irq.configure(control(), none), out_of_range(2));
  }
  REFUSED(irq.configure(control(), source() + 1), refusal(abi::kEperm, Detail::kNoAuthority, 1));
  REFUSED(irq.configure(IrqControl(irq.slot()), source()), another_type(1));
  REFUSED(irq.bind(make<Notification>()), kNotConfigured);
  REFUSED(irq.acknowledge(), kNotConfigured);
  OK(irq.configure(control(), source()));
  REFUSED(irq.configure(control(), source()), bad_state());
  REFUSED(irq.acknowledge(), kNotConfigured);
  REFUSED(make<Irq>().configure(control(), source()), occupied(2));
}

void rights_are_checked() {
  const auto bell = make<Notification>();
  const Irq irq = make_irq(bell);
  const auto no_right = without(irq, Irq::Right::kUse);
  REFUSED(no_right.bind(bell), lacks_right(0));
  REFUSED(no_right.acknowledge(), lacks_right(0));
  REFUSED(no_right.configure(control(), source()), lacks_right(0));
  REFUSED(irq.bind(without(bell, Notification::Right::kSignal)), lacks_right(1));
  const auto no_control = without(control(), IrqControl::Right::kUse);
  REFUSED(make<Irq>().configure(no_control, source()), lacks_right(1));
}

}  // namespace

std::span<const Behaviour> irq_behaviours() {
  static constexpr Behaviour kAll[] = {
      {"irq.an_interrupt_signals", an_interrupt_signals},
      {"irq.an_interrupt_carries_nothing", an_interrupt_carries_nothing},
      {"irq.nothing_interrupts_before_the_acknowledgement",
       nothing_interrupts_before_the_acknowledgement},
      {"irq.a_line_that_stays_up_interrupts_once_an_acknowledgement",
       a_line_that_stays_up_interrupts_once_an_acknowledgement},
      {"irq.an_acknowledgement_of_nothing_is_fine", an_acknowledgement_of_nothing_is_fine},
      {"irq.bound_again_it_signals_the_new_one", bound_again_it_signals_the_new_one},
      {"irq.a_revoked_notification_masks_it", a_revoked_notification_masks_it},
      {"irq.a_deleted_irq_gives_its_source_back", a_deleted_irq_gives_its_source_back},
      {"irq.configure_is_refused", configure_is_refused},
      {"irq.rights_are_checked", rights_are_checked},
  };
  return kAll;
}

}  // namespace tessera::contract
