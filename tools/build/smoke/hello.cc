// The least program that shows the cross toolchain at work: it prints a line through the firmware
// and switches the machine off.
#include <array>
#include <cstdint>
#include <expected>
#include <string_view>

namespace {

// SBI specification: legacy console putchar is extension 1; system reset is "SRST", function 0,
// with type 0 (shutdown) and reason 0 (none).
constexpr std::uintptr_t kLegacyPutchar = 1;
constexpr std::uintptr_t kSystemReset = 0x53525354;

void sbi_call(std::uintptr_t extension, std::uintptr_t first, std::uintptr_t second) {
  register std::uintptr_t a0 asm("a0") = first;
  register std::uintptr_t a1 asm("a1") = second;
  register std::uintptr_t a6 asm("a6") = 0;
  register std::uintptr_t a7 asm("a7") = extension;
  asm volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a6), "r"(a7) : "memory");
}

std::expected<std::string_view, int> greeting(std::uint32_t which) {
  static constexpr std::array<std::string_view, 1> kLines = {"hello from riscv64\n"};
  if (which >= kLines.size()) return std::unexpected(-1);
  return kLines[which];
}

}  // namespace

extern "C" [[noreturn]] void hello_main();

extern "C" [[noreturn]] void hello_main() {
  if (const auto line = greeting(0)) {
    for (const char c : *line) sbi_call(kLegacyPutchar, static_cast<unsigned char>(c), 0);
  }
  sbi_call(kSystemReset, 0, 0);
  while (true) asm volatile("wfi");
}
