// The epitaph: every line starts with "PANIC ", then the machine stops. Whoever panics first
// writes; another hart that panics meanwhile waits for the end.
#include <cstdint>

#include "kernel/arch/contract/arch.h"
#include "kernel/arch/early_console.h"
#include "kernel/arch/riscv64/boot.h"
#include "kernel/arch/riscv64/layout.h"
#include "kernel/base/check.h"

extern "C" {
extern tessera::arch::HartLocal* panic_owner;  // trap.S
extern const char __boot_text_start[];         // kernel.ld
extern const char __text_end[];
}

namespace tessera {
namespace {

using arch::Frame;
using arch::HartLocal;
using arch::print;
using arch::print_decimal;
using arch::print_hex;

void put_field(const char* name, std::uint64_t value) {
  print(" ");
  print(name);
  print("=");
  print_hex(value);
}

// RISC-V privileged architecture 1.12, table 4.2.
const char* cause_name(std::uint64_t cause) {
  static constexpr char kNames[16][28] = {"instruction misaligned",
                                          "instruction access fault",
                                          "illegal instruction",
                                          "breakpoint",
                                          "load misaligned",
                                          "load access fault",
                                          "store misaligned",
                                          "store access fault",
                                          "environment call",
                                          "environment call",
                                          "reserved",
                                          "reserved",
                                          "instruction page fault",
                                          "load page fault",
                                          "reserved",
                                          "store page fault"};
  if (static_cast<std::int64_t>(cause) < 0) return "interrupt";
  return cause < 16 ? kNames[cause] : "reserved";
}

// What the stack holds that may be return addresses, from sp up: the way here, near enough.
void put_stack(std::uint64_t sp) {
  constexpr int kMostAddresses = 16;
  const std::uint64_t top = arch::this_hart().stack_top;
  const auto text_start = reinterpret_cast<std::uint64_t>(__boot_text_start);
  const auto text_end = reinterpret_cast<std::uint64_t>(__text_end);
  if (sp < top - arch::riscv64::kStackSize) sp = top - arch::riscv64::kStackSize;
  if (sp > top || sp % 8 != 0) return;
  print("PANIC stack");
  int count = 0;
  for (; sp < top && count < kMostAddresses; sp += 8) {
    const std::uint64_t word = *reinterpret_cast<const std::uint64_t*>(sp);
    if (word < text_start || word >= text_end) continue;
    print(" ");
    print_hex(word);
    ++count;
  }
  print("\n");
}

void put_place(std::uint64_t pc, std::uint64_t ra, std::uint64_t sp) {
  print("PANIC");
  put_field("pc", pc);
  put_field("ra", ra);
  put_field("sp", sp);
  put_field("hart", arch::this_hart().id.value);
  print("\n");
}

void put_registers(const Frame& frame) {
  for (std::uint64_t i = 3; i < 32; ++i) {
    if (i % 6 == 3) print(i == 3 ? "PANIC" : "\nPANIC");
    print(" x");
    print_decimal(i);
    print("=");
    print_hex(frame.x[i]);
  }
  print("\n");
}

// The last line says that no line is missing.
[[noreturn]] void stop() {
  print("PANIC end\n");
  arch::shut_down(true);
}

}  // namespace

void panic(const char* what, const char* file, int line) {
  HartLocal* nobody = nullptr;
  if (!__atomic_compare_exchange_n(&panic_owner, &nobody, &arch::this_hart(), false,
                                   __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
    if (nobody == &arch::this_hart()) arch::shut_down(true);
    while (true) arch::wait_for_interrupt();
  }
  const auto ra = reinterpret_cast<std::uint64_t>(__builtin_return_address(0));
  const auto sp = reinterpret_cast<std::uint64_t>(__builtin_frame_address(0));
  print("PANIC ");
  print(what);
  print(" at ");
  print(file);
  print(":");
  print_decimal(static_cast<std::uint64_t>(line));
  print("\n");
  put_place(ra, ra, sp);
  put_stack(sp);
  stop();
}

}  // namespace tessera

// trap.S, for a trap in the kernel, on the panic's own stack.
extern "C" [[noreturn]] void kernel_trap_panic(tessera::arch::Frame* frame, std::uint64_t cause,
                                               std::uint64_t value) {
  using namespace tessera;
  const bool overflow = arch::riscv64::is_stack_guard({value}) && cause >= 12;
  print("PANIC ");
  print(overflow ? "kernel stack overflow" : cause_name(cause));
  print(" in the kernel:");
  put_field("cause", cause);
  put_field("stval", value);
  print("\n");
  put_place(frame->x[0], frame->x[1], frame->x[2]);
  put_registers(*frame);
  put_stack(frame->x[2]);
  stop();
}
