#include "kernel/object/irq.h"

#include "kernel/arch/contract/arch.h"
#include "kernel/object/notification.h"
#include "kernel/object/state.h"

namespace tessera {
namespace {

constexpr Error kNotConfigured{abi::kEinval, abi::Detail::kNotConfigured, 0};

// Who has it, if any.
Irq* irq_of(std::uint32_t source) {
  return source <= abi::kInterruptSources ? state.irqs[source].load() : nullptr;
}

}  // namespace

Result<void> configure(Irq& irq, std::uint64_t allowed_source, std::uint32_t source) {
  if (arch::device_sources() == 0) return kNotConfigured;
  if (source == 0 || source > arch::device_sources()) {
    return Error{abi::kEinval, abi::Detail::kBadRange, 2};
  }
  if (allowed_source != 0 && allowed_source != source) {
    return Error{abi::kEperm, abi::Detail::kNoAuthority, 1};
  }
  if (irq.source != 0) return Error{abi::kEbusy, abi::Detail::kBadState, 0};
  if (irq_of(source) != nullptr) return Error{abi::kEexist, abi::Detail::kOccupied, 2};
  irq.source = source;
  state.irqs[source].store(&irq);
  return {};
}

void unmask(Irq& irq) {
  Hart& hart = Hart::here();
  LockGuard guard(hart.devices);
  irq.home.set(&hart);
  arch::allow_device_interrupt(hart, irq.source, true);
  // Whoever had the machine before may have claimed it and gone.
  arch::complete_device_interrupt(hart, irq.source);
}

void mask(Irq& irq) {
  Hart* hart = irq.home.peek();
  if (hart == nullptr) return;
  LockGuard guard(hart->devices);
  // In this order: what is not allowed is not completed (PLIC 1.0.0, chapter 9).
  if (irq.claimed) arch::complete_device_interrupt(*hart, irq.source);
  arch::allow_device_interrupt(*hart, irq.source, false);
  irq.claimed = false;
  irq.home.set(nullptr);
}

void forget_source(const Irq& irq) {
  if (irq.source != 0) state.irqs[irq.source].store(nullptr);
}

Result<void> acknowledge(Irq& irq) {
  Hart* hart = irq.home.peek();
  if (hart == nullptr) return kNotConfigured;
  LockGuard guard(hart->devices);
  if (irq.claimed) arch::complete_device_interrupt(*hart, irq.source);
  irq.claimed = false;
  return {};
}

Irq* claim_interrupt(Hart& hart) {
  const std::uint32_t source = arch::claim_device_interrupt();
  if (source == 0) return nullptr;
  Irq* irq = irq_of(source);
  if (irq == nullptr || irq->home.peek() != &hart) {
    // A fault of the controller: nobody has allowed it here.
    arch::complete_device_interrupt(hart, source);
    arch::allow_device_interrupt(hart, source, false);
    return nullptr;
  }
  irq->claimed = true;
  return irq;
}

void take_device_interrupt(Hart& hart) {
  LockGuard guard(hart.devices);
  Irq* irq = claim_interrupt(hart);
  // Whoever deletes the Notification now has deleted it before this.
  if (irq != nullptr) static_cast<void>(signal(Invoked(irq->target)));
}

}  // namespace tessera
