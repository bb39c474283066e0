// An NS16550 for tests: FIFOs of 16 bytes each way, which move when the test says so, and the line
// to the interrupt controller. PC16550D, sections 8.4 to 8.6.
#ifndef SERVERS_CONSOLE_FAKE_UART_H_
#define SERVERS_CONSOLE_FAKE_UART_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "servers/console/uart.h"

namespace tessera::console {

struct FakeUart {
  // A 16450 has a holding register each way instead.
  bool has_fifos = true;
  // The wire takes what is written at once, as an emulator's does.
  bool immediate = false;

  std::string sent;            // what is through the wire
  std::deque<char> transmit;   // what is not yet
  std::deque<char> received;   // not taken yet
  std::uint8_t enabled = 0xf;  // what it interrupts for: whatever was there before
  std::uint8_t scratch = 0;
  int enables = 0;      // how often that was written
  int overwritten = 0;  // bytes put where there was no room

  std::size_t capacity() const { return has_fifos ? 16 : 1; }
  // Up to so many bytes go through the wire.
  void shift(std::size_t count = 16) {
    for (; count > 0 && !transmit.empty(); --count) {
      sent += transmit.front();
      transmit.pop_front();
    }
  }
  void type(std::string_view bytes) {
    for (const char c : bytes) {
      if (received.size() < capacity()) {
        received.push_back(c);
      } else {
        overrun_ = true;
      }
    }
  }
  // Whether it asks for an interrupt.
  bool line() const {
    return ((enabled & 1) != 0 && !received.empty()) || ((enabled & 2) != 0 && transmit.empty());
  }

  std::uint8_t read(std::uint32_t number) {
    switch (number) {
      case 0: {
        if (received.empty()) return 0;
        const char c = received.front();
        received.pop_front();
        return static_cast<std::uint8_t>(c);
      }
      case 2:
        return has_fifos ? 0xc1 : 0x01;
      case 5: {
        const bool overrun = overrun_;
        overrun_ = false;
        return static_cast<std::uint8_t>((received.empty() ? 0 : 1 << 0) | (overrun ? 1 << 1 : 0) |
                                         (transmit.empty() ? 1 << 5 : 0));
      }
      case 7:
        return scratch;
      default:
        return 0xff;
    }
  }
  void write(std::uint32_t number, std::uint8_t value) {
    if (number == 1) {
      enabled = value;
      ++enables;
    }
    if (number == 7) scratch = value;
    if (number != 0) return;
    if (transmit.size() == capacity()) ++overwritten;
    transmit.push_back(static_cast<char>(value));
    if (immediate) shift();
  }

 private:
  bool overrun_ = false;
};

// The one that is in use.
inline FakeUart* fake_uart = nullptr;

struct FakeUartRegisters {
  constexpr FakeUartRegisters() = default;
  FakeUartRegisters(std::uint64_t /*base*/, UartPlace /*place*/) {}
  static std::uint8_t read(std::uint32_t number) { return fake_uart->read(number); }
  static void write(std::uint32_t number, std::uint8_t value) { fake_uart->write(number, value); }
};

}  // namespace tessera::console

#endif  // SERVERS_CONSOLE_FAKE_UART_H_
