// The row of a device's interrupt: to the first instruction of the thread that waits for it.
//
// The entropy device's line goes up some time after it was asked, when another thread, less
// important, reads the counter again and again. That one's registers tell where it was interrupted,
// to the instruction, so what is counted begins there: with the trap.
#include <cstdint>

#include "idl/kernel/irq.h"
#include "idl/kernel/notification.h"
#include "servers/bench/entry.h"
#include "servers/bench/helper.h"
#include "servers/bench/rows.h"
#include "servers/rngd/entropy_device.h"
#include "servers/rngd/mmio.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/try.h"

namespace tessera::bench {
namespace {

using kernel::Notification;
using kernel::Vmo;

constexpr kernel::CNode own() { return rt::start::cnode(); }
constexpr kernel::Access kReadWrite = kernel::Access::kRead | kernel::Access::kWrite;

// What the manifest's grant `window` gives: a device Untyped, and the authority over its source.
constexpr kernel::Untyped window() {
  return kernel::Untyped(rt::start::slot(abi::StartSlot::kDevice));
}
constexpr kernel::IrqControl control() { return kernel::IrqControl(rt::start::irq().slot()); }

// The device's registers, in both address spaces, and memory that it reaches, in the bench's: where
// a child has its stack, the bench has nothing.
constexpr std::uint64_t kRegisters = Child::kBuffer + abi::kPageSize;
constexpr std::uint64_t kShared = kRegisters + abi::kPageSize;
constexpr std::uint64_t kNotify = kRegisters + std::to_underlying(virtio::Register::kQueueNotify);

// All but the store that tells the device to look: bench_ring makes that one.
class Registers : public rngd::Mmio {
 public:
  using rngd::Mmio::Mmio;
  void write(virtio::Register which, std::uint32_t value) const {
    if (which != virtio::Register::kQueueNotify) rngd::Mmio::write(which, value);
  }
};
using Device = rngd::EntropyDevice<Registers>;
constexpr std::uint32_t kBytes = 8;

Result<void> map_registers(Arena& arena, const Child& helper) {
  RT_TRY_ASSIGN(const rt::Slot mine, arena.take_slot());
  RT_TRY_ASSIGN(const rt::Slot theirs, arena.take_slot());
  RT_TRY(step("take the device's registers",
              window().retype(abi::ObjectType::kVmo, abi::kPageSize, own(), mine.index, 1)));
  RT_TRY(step("share the device's registers", own().copy(theirs.index, own(), mine.index)));
  RT_TRY(step("map the device", Vmo(mine).map(rt::start::task(), kRegisters, kReadWrite)));
  return step("map the device", Vmo(theirs).map(helper.task, kRegisters, kReadWrite));
}

Result<Device> start_device(Arena& arena) {
  RT_TRY_ASSIGN(const auto memory, arena.make<Vmo>(abi::kPageSize));
  RT_TRY(step("map the device's memory", memory.map(rt::start::task(), kShared, kReadWrite)));
  RT_TRY_ASSIGN(const auto info, step("ask where it is", memory.info()));
  Device device(Registers(kRegisters), *reinterpret_cast<virtio::Shared*>(kShared), info.base);
  if (device.start() != rngd::Start::kReady) return failed("start the device", "it does not");
  return device;
}

Result<kernel::Irq> make_irq(Arena& arena, Notification bell) {
  RT_TRY_ASSIGN(const auto irq, arena.make<kernel::Irq>());
  RT_TRY_ASSIGN(const auto authority,
                step("ask for the source", own().query(control().slot().index)));
  RT_TRY(step("configure the interrupt",
              irq.configure(control(), static_cast<std::uint32_t>(authority.badge))));
  RT_TRY(step("bind the interrupt", irq.bind(bell)));
  return irq;
}

void ring_as_idle(std::uint64_t notify) {
  run_as_idle();
  bench_ring(notify);
}

// What the counter was, when the helper was interrupted, and had not read it again; as if it had
// read it just before.
Result<std::uint64_t> interrupted(kernel::Thread helper) {
  RT_TRY_ASSIGN(const auto place, step("read where it was", helper.read(0)));
  RT_TRY_ASSIGN(const auto counter, step("read its counter", helper.read(1)));
  RT_TRY(step("rewind", helper.write(0, address_of(bench_ring), place.r1, place.r2, place.r3,
                                     place.r4, place.r5)));
  const std::uint64_t a1 = counter.r5;  // of x6 to x11
  if (place.r0 == address_of(bench_ring_store) || place.r0 == address_of(bench_ring_jump))
    return a1;
  if (place.r0 == address_of(bench_ring_spin)) return a1 + 1;
  return failed("interrupt the helper", "it was elsewhere");
}

Result<void> measure_interrupts(Device& device, kernel::Irq irq, Notification bell,
                                kernel::Thread helper, Figures& figures) {
  for (int i = 0; i < kTimes; ++i) {
    device.ask(kBytes);
    if (i > 0) RT_TRY(step("resume the helper", helper.resume()));
    const auto rung = bell.wait(abi::kNoDeadline);
    const std::uint64_t after = end_sample();
    RT_TRY(step("wait for the interrupt", rung));
    RT_TRY(step("suspend the helper", helper.suspend()));
    RT_TRY_ASSIGN(const std::uint64_t before, interrupted(helper));
    if (device.on_interrupt() != rngd::Event::kBytes) {
      return failed("look at the device", "it has given no bytes");
    }
    RT_TRY(step("acknowledge", irq.acknowledge()));
    figures.add(before, after);
  }
  return {};
}

Result<void> irq_to_thread(Arena& arena, Figures& figures) {
  RT_TRY_ASSIGN(const auto bell, arena.make<Notification>());
  RT_TRY_ASSIGN(const auto irq, make_irq(arena, bell));
  RT_TRY_ASSIGN(const Child helper, make_helper(arena));
  RT_TRY(map_registers(arena, helper));
  RT_TRY_ASSIGN(Device device, start_device(arena));
  RT_TRY(start_helper(helper, address_of(ring_as_idle), kNotify));
  RT_TRY(measure_interrupts(device, irq, bell, helper.thread, figures));
  return step("give the device back", own().revoke(window().slot().index));
}

constexpr Row kRows[] = {{.name = "irq_to_thread", .run = irq_to_thread}};

}  // namespace

std::span<const Row> interrupt_rows() { return kRows; }

}  // namespace tessera::bench
