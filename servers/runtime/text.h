// Text without a library: what prints is written to a sink, which is anything with put(char).
//
//   rt::write(sink, "timer ", id, " at ", rt::hex(address), '\n');
//
// Writes string views, literals, characters, bool (as true and false), integers in decimal, and
// hex() or hex16() of a number.
#ifndef SERVERS_RUNTIME_TEXT_H_
#define SERVERS_RUNTIME_TEXT_H_

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tessera::rt {

template <class T>
concept Sink = requires(T& sink, char byte) { sink.put(byte); };

// A number as 0x and hexadecimal digits: at least `digits` of them.
struct Hex {
  std::uint64_t value;
  std::uint32_t digits;
};
constexpr Hex hex(std::uint64_t value) { return {.value = value, .digits = 1}; }
constexpr Hex hex16(std::uint64_t value) { return {.value = value, .digits = 16}; }

namespace internal {

// The digits of a number, last first: 20 hold any 64-bit number in decimal.
class Digits {
 public:
  constexpr Digits(std::uint64_t value, std::uint32_t base, std::uint32_t at_least) {
    while (value != 0 || count_ < at_least) {
      digits_[count_++] = "0123456789abcdef"[value % base];
      value /= base;
    }
  }
  constexpr void write_to(Sink auto& sink) const {
    for (std::uint32_t i = count_; i > 0; --i) sink.put(digits_[i - 1]);
  }

 private:
  std::array<char, 20> digits_{};
  std::uint32_t count_ = 0;
};

constexpr void write_one(Sink auto& sink, std::string_view text) {
  for (const char c : text) sink.put(c);
}
// A literal: its length is known, and nobody needs strlen.
template <std::size_t N>
constexpr void write_one(Sink auto& sink, const char (&text)[N]) {
  write_one(sink, std::string_view(text, N - 1));
}
constexpr void write_one(Sink auto& sink, char c) { sink.put(c); }
constexpr void write_one(Sink auto& sink, bool value) {
  if (value) {
    write_one(sink, "true");
  } else {
    write_one(sink, "false");
  }
}
constexpr void write_one(Sink auto& sink, std::unsigned_integral auto value) {
  Digits(value, 10, 1).write_to(sink);
}
constexpr void write_one(Sink auto& sink, std::signed_integral auto value) {
  const auto wide = static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
  if (value < 0) sink.put('-');
  Digits(value < 0 ? 0 - wide : wide, 10, 1).write_to(sink);
}
constexpr void write_one(Sink auto& sink, Hex number) {
  write_one(sink, "0x");
  Digits(number.value, 16, number.digits).write_to(sink);
}

}  // namespace internal

template <class... Args>
constexpr void write(Sink auto& sink, const Args&... args) {
  (internal::write_one(sink, args), ...);
}

// A sink of its own N bytes. What does not fit is lost, and `cut` tells.
template <std::size_t N>
class FixedText {
 public:
  constexpr void put(char c) {
    if (size_ == N) {
      cut_ = true;
    } else {
      bytes_[size_++] = c;
    }
  }
  constexpr std::string_view text() const { return {bytes_.data(), size_}; }
  constexpr bool cut() const { return cut_; }

 private:
  std::array<char, N> bytes_{};
  std::size_t size_ = 0;
  bool cut_ = false;
};

}  // namespace tessera::rt

#endif  // SERVERS_RUNTIME_TEXT_H_
