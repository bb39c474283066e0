// The early console: the firmware's until boot has found the UART, then an NS16550 polled.
#include "kernel/arch/contract/arch.h"
#include "kernel/arch/riscv64/boot.h"
#include "kernel/arch/riscv64/paging.h"
#include "kernel/arch/riscv64/sbi.h"

namespace tessera::arch {
namespace riscv64 {
namespace {

// NS16550 data sheet: the transmitter's holding register, and the line status' bit that it is
// empty.
constexpr std::uint32_t kTransmit = 0;
constexpr std::uint32_t kLineStatus = 5;
constexpr std::uint8_t kTransmitEmpty = 1 << 5;

// A byte at 1200 baud takes less: a UART that is not ready by then is not going to be, and loses
// it.
constexpr std::uint32_t kMostPolls = 1'000'000;

struct Console {
  volatile std::uint8_t* registers = nullptr;
  std::uint32_t shift = 0;
  bool wide = false;

  std::uint8_t read(std::uint32_t number) const {
    volatile std::uint8_t* at = registers + (number << shift);
    return wide ? static_cast<std::uint8_t>(*reinterpret_cast<volatile std::uint32_t*>(at)) : *at;
  }
  void write(std::uint32_t number, std::uint8_t value) const {
    volatile std::uint8_t* at = registers + (number << shift);
    if (wide) {
      *reinterpret_cast<volatile std::uint32_t*>(at) = value;
    } else {
      *at = value;
    }
  }
};
constinit Console console;

}  // namespace

void use_uart(const Uart& uart) {
  console = {map_device(uart.registers.start), uart.shift, uart.io_width == 4};
}

}  // namespace riscv64

// Not inlined: many write one, and the UART takes its time.
[[gnu::noinline]] void early_write(char byte) {
  const riscv64::Console& uart = riscv64::console;
  if (uart.registers == nullptr) return riscv64::sbi::console_putchar(byte);
  for (std::uint32_t polls = 0; polls < riscv64::kMostPolls; ++polls) {
    if ((uart.read(riscv64::kLineStatus) & riscv64::kTransmitEmpty) != 0) break;
  }
  uart.write(riscv64::kTransmit, static_cast<std::uint8_t>(byte));
}

}  // namespace tessera::arch
