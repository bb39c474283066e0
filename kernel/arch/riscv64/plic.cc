// Interrupts of devices, by the machine's PLIC.
#include "kernel/arch/riscv64/plic.h"

#include <algorithm>

#include "idl/abi.h"
#include "kernel/arch/contract/arch.h"
#include "kernel/arch/riscv64/boot.h"
#include "kernel/arch/riscv64/paging.h"
#include "kernel/arch/riscv64/windows.h"

namespace tessera::arch {
namespace riscv64 {
namespace {

static_assert(PlicRegisters::kWindow == window(Part::kPlic).size());

// Written once, by use_plic().
constinit PlicRegisters plic_registers;
constinit std::uint32_t plic_sources = 0;  // that we use
constinit std::uint32_t all_sources = 0;   // that there are

}  // namespace

void use_plic(const Plic& plic, std::span<const std::uint32_t> contexts) {
  for (const std::uint32_t context : contexts) {
    if (!reaches(plic.registers, context)) return;
  }
  plic_sources = std::min(plic.sources, abi::kInterruptSources);
  if (plic_sources == 0) return;
  plic_registers = PlicRegisters(map_plic(plic.registers.start));
  for (std::uint32_t i = 1; i <= plic_sources; ++i) plic_registers.enable_source(i);
  all_sources = std::min(plic.sources, PlicRegisters::kMostSources);
}

void clear_context() {
  if (plic_sources != 0) plic_registers.clear(this_hart().context, all_sources);
}

}  // namespace riscv64

std::uint32_t device_sources() { return riscv64::plic_sources; }

void allow_device_interrupt(const HartLocal& hart, std::uint32_t source, bool allowed) {
  riscv64::plic_registers.allow(hart.context, source, allowed);
}

std::uint32_t claim_device_interrupt() {
  return riscv64::plic_registers.claim(this_hart().context);
}

void complete_device_interrupt(const HartLocal& hart, std::uint32_t source) {
  // What was written to the device before is there first: it is another device's register.
  asm volatile("fence iorw, ow" ::: "memory");
  riscv64::plic_registers.complete(hart.context, source);
}

}  // namespace tessera::arch
