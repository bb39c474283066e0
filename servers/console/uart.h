// An NS16550 and its FIFOs. It waits for nothing: who wants room or bytes is told by interrupts.
//
// The FIFOs and the format of bytes stay as the firmware set them.
#ifndef SERVERS_CONSOLE_UART_H_
#define SERVERS_CONSOLE_UART_H_

#include <cstddef>
#include <cstdint>
#include <optional>

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

// What it interrupts for: bits of the register.
enum class Interrupts : std::uint8_t {
  kNone = 0,
  kReceived = 1 << 0,                 // a byte is there
  kReceivedOrRoom = 1 << 0 | 1 << 1,  // or the holding register is empty
};

// On the machine itself.
class UartRegisters {
 public:
  constexpr UartRegisters() = default;
  constexpr UartRegisters(std::uint64_t base, UartPlace place)
      : base_(base + place.offset), shift_(place.shift) {}
  std::uint8_t read(std::uint32_t number) const { return *at(number); }
  void write(std::uint32_t number, std::uint8_t value) const { *at(number) = value; }

 private:
  volatile std::uint8_t* at(std::uint32_t number) const {
    return reinterpret_cast<volatile std::uint8_t*>(base_ + (std::uint64_t{number} << shift_));
  }

  std::uint64_t base_ = 0;
  std::uint32_t shift_ = 0;
};

// `Registers` has read(number) and write(number, value), and is made of where they are.
template <class Registers>
class BasicUart {
 public:
  // Nothing is done to them yet.
  constexpr BasicUart() = default;
  constexpr BasicUart(std::uint64_t base, UartPlace place) : registers_(base, place) {}

  // From whoever had it: it interrupts nobody any more.
  void start() {
    interrupt_for(Interrupts::kNone);
    const bool has_fifos = (read(kInterruptIdentification) & kFifosOn) == kFifosOn;
    room_ = has_fifos ? kFifoBytes : 1;
  }

  // Asking for what is there interrupts at once.
  void interrupt_for(Interrupts which) {
    write(kInterruptEnable, static_cast<std::uint8_t>(which));
  }

  // How many bytes it takes now: none, or all that there is room for.
  std::size_t room() { return (status() & kHoldingRegisterEmpty) != 0 ? room_ : 0; }
  void put(char c) { write(kTransmit, static_cast<std::uint8_t>(c)); }

  // The next byte that came. One with an error of parity or of its frame comes as it is.
  std::optional<std::uint8_t> take() {
    if ((status() & kDataReady) == 0) return std::nullopt;
    return read(kReceive);
  }
  // In the scratch register, which means nothing to the device: whoever has it next can ask whether
  // the last one died within a line. One that has no such register says anything.
  void note_line(bool has_begun) { write(kScratch, has_begun ? 1 : 0); }
  bool line_has_begun() { return read(kScratch) == 1; }
  // How often bytes came that it had no room for: each time one at least is lost.
  std::uint32_t overruns() const { return overruns_; }

 private:
  // National Semiconductor PC16550D, section 8.0: register numbers and bits.
  static constexpr std::uint32_t kTransmit = 0;
  static constexpr std::uint32_t kReceive = 0;
  static constexpr std::uint32_t kInterruptEnable = 1;
  static constexpr std::uint32_t kInterruptIdentification = 2;
  static constexpr std::uint32_t kLineStatus = 5;
  static constexpr std::uint32_t kScratch = 7;
  static constexpr std::uint8_t kFifosOn = 0b11 << 6;
  static constexpr std::uint8_t kDataReady = 1 << 0;
  static constexpr std::uint8_t kOverrun = 1 << 1;
  static constexpr std::uint8_t kHoldingRegisterEmpty = 1 << 5;
  static constexpr std::size_t kFifoBytes = 16;

  std::uint8_t read(std::uint32_t number) { return registers_.read(number); }
  void write(std::uint32_t number, std::uint8_t value) { registers_.write(number, value); }

  // Reading it clears the overrun.
  std::uint8_t status() {
    const std::uint8_t bits = read(kLineStatus);
    if ((bits & kOverrun) != 0) ++overruns_;
    return bits;
  }

  Registers registers_;
  std::size_t room_ = 1;
  std::uint32_t overruns_ = 0;
};

using Uart = BasicUart<UartRegisters>;

}  // namespace tessera::console

#endif  // SERVERS_CONSOLE_UART_H_
