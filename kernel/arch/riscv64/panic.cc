// The epitaph: every line starts with "PANIC ", then the machine stops. Whoever panics first
// writes; another hart that panics meanwhile waits for the end.
#include <cstdint>

#include "kernel/arch/contract/arch.h"
#include "kernel/arch/riscv64/boot.h"
#include "kernel/arch/riscv64/layout.h"
#include "kernel/base/check.h"

extern "C" {
extern tessera::arch::HartLocal* panic_owner;  // trap.S
extern const char __text_start[];              // kernel.ld
extern const char __text_end[];
}

namespace tessera {
namespace {

using arch::Frame;
using arch::HartLocal;

void put(const char* text) {
  while (*text != '\0') arch::early_write(*text++);
}
void put_hex(std::uint64_t value) {
  put("0x");
  int shift = 60;
  while (shift > 0 && (value >> shift) == 0) shift -= 4;
  for (; shift >= 0; shift -= 4) arch::early_write("0123456789abcdef"[value >> shift & 15]);
}
void put_decimal(std::uint64_t value) {
  char digits[20];
  int count = 0;
  do {
    digits[count++] = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value != 0);
  while (count > 0) arch::early_write(digits[--count]);
}
void put_field(const char* name, std::uint64_t value) {
  put(" ");
  put(name);
  put("=");
  put_hex(value);
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
  const auto text_start = reinterpret_cast<std::uint64_t>(__text_start);
  const auto text_end = reinterpret_cast<std::uint64_t>(__text_end);
  if (sp < top - arch::riscv64::kStackSize) sp = top - arch::riscv64::kStackSize;
  if (sp > top || sp % 8 != 0) return;
  put("PANIC stack");
  int count = 0;
  for (; sp < top && count < kMostAddresses; sp += 8) {
    const std::uint64_t word = *reinterpret_cast<const std::uint64_t*>(sp);
    if (word < text_start || word >= text_end) continue;
    put(" ");
    put_hex(word);
    ++count;
  }
  put("\n");
}

void put_place(std::uint64_t pc, std::uint64_t ra, std::uint64_t sp) {
  put("PANIC");
  put_field("pc", pc);
  put_field("ra", ra);
  put_field("sp", sp);
  put_field("hart", arch::this_hart().id.value);
  put("\n");
}

void put_registers(const Frame& frame) {
  for (std::uint64_t i = 3; i < 32; ++i) {
    if (i % 6 == 3) put(i == 3 ? "PANIC" : "\nPANIC");
    put(" x");
    put_decimal(i);
    put("=");
    put_hex(frame.x[i]);
  }
  put("\n");
}

// The last line says that no line is missing.
[[noreturn]] void stop() {
  put("PANIC end\n");
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
  put("PANIC ");
  put(what);
  put(" at ");
  put(file);
  put(":");
  put_decimal(static_cast<std::uint64_t>(line));
  put("\n");
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
  put("PANIC ");
  put(overflow ? "kernel stack overflow" : cause_name(cause));
  put(" in the kernel:");
  put_field("cause", cause);
  put_field("stval", value);
  put("\n");
  put_place(frame->x[0], frame->x[1], frame->x[2]);
  put_registers(*frame);
  put_stack(frame->x[2]);
  stop();
}
