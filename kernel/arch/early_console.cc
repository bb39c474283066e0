#include "kernel/arch/early_console.h"

#include "kernel/arch/contract/arch.h"

namespace tessera::arch {

void print(std::string_view text) {
  for (const char c : text) early_write(c);
}

void print_decimal(std::uint64_t value) {
  char digits[20];
  unsigned count = 0;
  do {
    digits[count++] = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value != 0);
  while (count > 0) early_write(digits[--count]);
}

void print_hex(std::uint64_t value) {
  print("0x");
  unsigned shift = 60;
  while (shift > 0 && value >> shift == 0) shift -= 4;
  for (;; shift -= 4) {
    early_write("0123456789abcdef"[value >> shift & 15]);
    if (shift == 0) return;
  }
}

}  // namespace tessera::arch
