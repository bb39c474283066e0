#include "servers/console/uart.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>

namespace tessera::console {
namespace {

TEST(UartPlace, TheRegistersAreInsideThePages) {
  EXPECT_TRUE((UartPlace{.offset = 0, .shift = 0}.fits(4096)));
  EXPECT_TRUE((UartPlace{.offset = 4088, .shift = 0}.fits(4096)));
  EXPECT_FALSE((UartPlace{.offset = 4089, .shift = 0}.fits(4096)));
  EXPECT_TRUE((UartPlace{.offset = 4096 - 64, .shift = 3}.fits(4096)));
  EXPECT_FALSE((UartPlace{.offset = 4096 - 63, .shift = 3}.fits(4096)));
  EXPECT_FALSE((UartPlace{.offset = ~std::uint64_t{0}, .shift = 0}.fits(4096)));
  EXPECT_FALSE((UartPlace{.offset = 0, .shift = 0}.fits(0)));
}

TEST(Uart, WritesToTheTransmitRegister) {
  std::array<std::uint8_t, 64> registers{};
  const auto base = reinterpret_cast<std::uint64_t>(registers.data());
  registers[16 + (5 << 2)] = 1 << 5;
  Uart(base, {.offset = 16, .shift = 2}).put('x');
  EXPECT_EQ(registers[16], 'x');
}

}  // namespace
}  // namespace tessera::console
