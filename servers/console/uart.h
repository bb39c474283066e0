// The transmitter of an NS16550: bytes go out in order.
//
// `put` waits until the holding register is empty by reading the line status again and again. There
// are no interrupt objects yet; when there are, it waits for the interrupt instead. The wait is
// bounded by the wire: ten bit times a byte.
#ifndef SERVERS_CONSOLE_UART_H_
#define SERVERS_CONSOLE_UART_H_

#include <cstdint>

namespace tessera::console {

// Where the registers are in the device's pages.
struct UartPlace {
  std::uint64_t offset = 0;
  std::uint32_t shift = 0;  // a register's number times 1 << shift is its place

  // Whether the eight registers are inside `size` bytes.
  constexpr bool fits(std::uint64_t size) const {
    const std::uint64_t registers = std::uint64_t{8} << shift;
    return registers <= size && offset <= size - registers;
  }
};

class Uart {
 public:
  constexpr Uart() = default;
  constexpr Uart(std::uint64_t base, UartPlace place)
      : base_(base + place.offset), shift_(place.shift) {}

  void put(char c) const {
    while ((read(kLineStatus) & kHoldingRegisterEmpty) == 0) {
    }
    *at(kTransmit) = static_cast<std::uint8_t>(c);
  }

 private:
  // National Semiconductor PC16550D, section 8.0: register numbers, and the bit in the line status.
  static constexpr std::uint32_t kTransmit = 0;
  static constexpr std::uint32_t kLineStatus = 5;
  static constexpr std::uint8_t kHoldingRegisterEmpty = 1 << 5;

  volatile std::uint8_t* at(std::uint32_t number) const {
    return reinterpret_cast<volatile std::uint8_t*>(base_ + (std::uint64_t{number} << shift_));
  }
  std::uint8_t read(std::uint32_t number) const { return *at(number); }

  std::uint64_t base_ = 0;
  std::uint32_t shift_ = 0;
};

}  // namespace tessera::console

#endif  // SERVERS_CONSOLE_UART_H_
