#include "servers/console/uart.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <optional>

#include "servers/console/fake_uart.h"

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

// In memory: no device, so nothing but where its registers are.
TEST(Uart, ReachesItsRegistersAtTheirPlaces) {
  std::array<std::uint8_t, 64> registers{};
  Uart uart(reinterpret_cast<std::uint64_t>(registers.data()), {.offset = 16, .shift = 2});
  uart.put('x');
  EXPECT_EQ(registers[16], 'x');
  uart.interrupt_for(Interrupts::kReceivedOrRoom);
  EXPECT_EQ(registers[16 + (1 << 2)], 3);
  EXPECT_EQ(uart.room(), 0u);
  registers[16 + (5 << 2)] = 1 << 5;
  EXPECT_EQ(uart.room(), 1u);
  registers[16 + (2 << 2)] = 0xc1;
  uart.start();
  EXPECT_EQ(registers[16 + (1 << 2)], 0) << "it interrupts nobody";
  EXPECT_EQ(uart.room(), 16u);
}

class UartTest : public testing::Test {
 protected:
  UartTest() {
    fake_uart = &device_;
    uart_.start();
  }
  ~UartTest() override { fake_uart = nullptr; }
  // As many as it takes.
  std::size_t fill() {
    const std::size_t room = uart_.room();
    for (std::size_t i = 0; i < room; ++i) uart_.put('x');
    return room;
  }

  FakeUart device_;
  BasicUart<FakeUartRegisters> uart_{0, {}};
};

TEST_F(UartTest, TakesAFifoFullWhenThatIsEmpty) {
  EXPECT_EQ(fill(), 16u);
  EXPECT_EQ(fill(), 0u);
  device_.shift(15);
  EXPECT_EQ(uart_.room(), 0u) << "how much room there is cannot be asked for";
  device_.shift(1);
  EXPECT_EQ(fill(), 16u);
  EXPECT_EQ(device_.overwritten, 0);
}

TEST_F(UartTest, WithoutFifosItTakesOneByte) {
  device_.has_fifos = false;
  uart_.start();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(fill(), 1u);
    EXPECT_EQ(fill(), 0u);
    device_.shift();
  }
  EXPECT_EQ(device_.overwritten, 0);
}

TEST_F(UartTest, InterruptsForWhatItIsAskedTo) {
  EXPECT_FALSE(device_.line());
  uart_.interrupt_for(Interrupts::kReceived);
  EXPECT_FALSE(device_.line());
  uart_.interrupt_for(Interrupts::kReceivedOrRoom);
  EXPECT_TRUE(device_.line()) << "there is room";
  uart_.put('x');
  EXPECT_FALSE(device_.line());
  device_.type("y");
  EXPECT_TRUE(device_.line());
  uart_.interrupt_for(Interrupts::kNone);
  EXPECT_FALSE(device_.line());
}

TEST_F(UartTest, GivesWhatCameInOrder) {
  EXPECT_EQ(uart_.take(), std::nullopt);
  device_.type({"a\0\x03\xff", 4});
  for (const std::uint8_t expected : {0x61, 0x00, 0x03, 0xff}) EXPECT_EQ(uart_.take(), expected);
  EXPECT_EQ(uart_.take(), std::nullopt);
  EXPECT_EQ(uart_.overruns(), 0u);
}

// The line status tells it once, to whoever reads it.
TEST_F(UartTest, CountsOverruns) {
  device_.type("0123456789abcdefgh");
  EXPECT_EQ(uart_.room(), 16u);
  EXPECT_EQ(uart_.overruns(), 1u);
  for (int i = 0; i < 16; ++i) EXPECT_TRUE(uart_.take());
  EXPECT_EQ(uart_.take(), std::nullopt);
  EXPECT_EQ(uart_.overruns(), 1u);
}

}  // namespace
}  // namespace tessera::console
