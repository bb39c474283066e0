#include "kernel/arch/riscv64/sbi.h"

#include "kernel/arch/riscv64/asm.h"

namespace tessera::arch::riscv64::sbi {
namespace {

constexpr std::uint64_t kLegacyPutchar = 0x01;
constexpr std::uint64_t kTime = 0x54494d45;
constexpr std::uint64_t kIpi = 0x735049;
constexpr std::uint64_t kHsm = 0x48534d;
constexpr std::uint64_t kSrst = SBI_EID_SRST;

// Chapter 3: a0 and a1 come back as error and value, all else is kept.
Answer call(std::uint64_t extension, std::uint64_t function, std::uint64_t first = 0,
            std::uint64_t second = 0, std::uint64_t third = 0) {
  register std::uint64_t a0 asm("a0") = first;
  register std::uint64_t a1 asm("a1") = second;
  register std::uint64_t a2 asm("a2") = third;
  register std::uint64_t a6 asm("a6") = function;
  register std::uint64_t a7 asm("a7") = extension;
  asm volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a2), "r"(a6), "r"(a7) : "memory");
  return {static_cast<Error>(a0), a1};
}

}  // namespace

void console_putchar(char byte) {
  // The legacy extension answers in a0 alone; there is nothing to do about a failure.
  static_cast<void>(call(kLegacyPutchar, 0, static_cast<unsigned char>(byte)));
}

Error set_timer(std::uint64_t ticks) { return call(kTime, 0, ticks).error; }

Error send_ipi(HartId hart) { return call(kIpi, 0, 1, hart.value).error; }

Error hart_start(HartId hart, PhysAddr entry, std::uint64_t argument) {
  return call(kHsm, 0, hart.value, entry.value, argument).error;
}

Answer hart_status(HartId hart) { return call(kHsm, 2, hart.value); }

Error system_reset(ResetType type, ResetReason reason) {
  return call(kSrst, 0, static_cast<std::uint64_t>(type), static_cast<std::uint64_t>(reason)).error;
}

}  // namespace tessera::arch::riscv64::sbi
