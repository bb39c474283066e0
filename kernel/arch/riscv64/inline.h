// The functions of the contract that stand on the fast path.
#pragma once

#include "kernel/arch/riscv64/csr.h"
#include "kernel/arch/riscv64/fast_return.h"
#include "kernel/arch/riscv64/layout.h"
#include "kernel/arch/riscv64/paging.h"

namespace tessera::arch {

inline constexpr std::uintptr_t kPointerSign = std::uintptr_t{1} << 63;  // the upper half

[[gnu::always_inline]] inline void* direct_map(PhysAddr address) {
  return reinterpret_cast<void*>(address.value + riscv64::kDirectMapBase);
}
[[gnu::always_inline]] inline PhysAddr physical(const void* pointer) {
  return {reinterpret_cast<std::uint64_t>(pointer) - riscv64::kDirectMapBase};
}

namespace riscv64 {
extern "C" void copy_pairs();  // copy.S
}
// A call that leaves the registers of a message alone.
[[gnu::always_inline]] inline void copy_pairs(std::uint64_t* to, const std::uint64_t* from,
                                              std::uint64_t pairs) {
  register std::uint64_t t3 asm("t3") = reinterpret_cast<std::uint64_t>(to);
  register std::uint64_t t4 asm("t4") = reinterpret_cast<std::uint64_t>(from);
  register std::uint64_t t5 asm("t5") = pairs;
  asm volatile("jal t0, %3"
               : "+r"(t3), "+r"(t4), "+r"(t5)
               : "i"(riscv64::copy_pairs)
               : "t0", "t1", "t6", "memory");
}

[[gnu::always_inline]] inline std::uint64_t address_space(PhysAddr root, Asid asid) {
  return std::uint64_t{SATP_SV39} << SATP_SV39_SHIFT |
         std::uint64_t{asid.value} << riscv64::kSatpAsidShift | root.value >> 12;
}
[[gnu::always_inline]] inline void activate(std::uint64_t address_space) {
  if (riscv64::read_satp() != address_space) riscv64::write_satp(address_space);
}
[[gnu::always_inline]] inline void switch_to(std::uint64_t address_space) {
  riscv64::write_satp(address_space);
}
[[gnu::always_inline]] inline void activate(PhysAddr root, Asid asid) {
  activate(address_space(root, asid));
}
[[gnu::always_inline]] inline void flush_page(Asid asid, VirtAddr address) {
  asm volatile("sfence.vma %0, %1" ::"r"(address.value), "r"(std::uint64_t{asid.value}) : "memory");
}
[[gnu::always_inline]] inline void flush_space(Asid asid) {
  asm volatile("sfence.vma zero, %0" ::"r"(std::uint64_t{asid.value}) : "memory");
}
[[gnu::always_inline]] inline void flush_all() { asm volatile("sfence.vma\nfence.i" ::: "memory"); }
[[gnu::always_inline]] inline void sync_instructions() { asm volatile("fence.i" ::: "memory"); }

[[gnu::always_inline]] inline HartLocal& this_hart() {
  return *static_cast<HartLocal*>(__builtin_thread_pointer());
}
[[gnu::always_inline]] inline bool interrupt_pending() {
  return (riscv64::read_sip() & riscv64::read_sie()) != 0;
}
[[gnu::always_inline]] inline bool take_software_interrupt() {
  if ((riscv64::read_sip() & riscv64::kSoftwareInterrupt) == 0) return false;
  asm volatile("csrc sip, %0" ::"r"(riscv64::kSoftwareInterrupt) : "memory");
  return true;
}
[[gnu::always_inline]] inline bool device_interrupt_pending() {
  return (riscv64::read_sip() & riscv64::kExternalInterrupt) != 0;
}
[[gnu::always_inline]] inline void interleave() {}
// PAUSE (Zihintpause): a FENCE that orders nothing where that extension is not there.
[[gnu::always_inline]] inline void relax() { asm volatile(".insn i 0x0f, 0, x0, x0, 0x010"); }
[[gnu::always_inline]] inline void wait_for_interrupt() { asm volatile("wfi" ::: "memory"); }

}  // namespace tessera::arch
