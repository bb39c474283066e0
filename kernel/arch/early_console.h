// The kernel's own lines, on early_write(): before the console server has the UART, and in a panic.
#pragma once

#include <cstdint>
#include <string_view>

namespace tessera::arch {

void print(std::string_view text);
void print_decimal(std::uint64_t value);
void print_hex(std::uint64_t value);  // with 0x, without leading zeros

}  // namespace tessera::arch
