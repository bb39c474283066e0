// Text as Console.write and BootInfo.print carry it: bytes in words, lowest first. The one place
// that packs them, and the one that unpacks them.
#ifndef SERVERS_RUNTIME_TEXT_WORDS_H_
#define SERVERS_RUNTIME_TEXT_WORDS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tessera::rt {

inline constexpr std::size_t kTextBytes = 40;

struct TextWords {
  std::array<std::uint64_t, kTextBytes / sizeof(std::uint64_t)> words{};
  std::uint8_t length = 0;  // bytes; at most kTextBytes

  // Not when full.
  constexpr void push(char c) {
    const auto byte = static_cast<std::uint64_t>(static_cast<unsigned char>(c));
    words[length / sizeof(std::uint64_t)] |= byte << (8 * (length % sizeof(std::uint64_t)));
    ++length;
  }
  // `index` is below length.
  constexpr char at(std::size_t index) const {
    const std::uint64_t word = words[index / sizeof(std::uint64_t)];
    return static_cast<char>(word >> (8 * (index % sizeof(std::uint64_t))) & 0xff);
  }
  constexpr bool full() const { return length == kTextBytes; }
};

// The bytes of a message, in order.
class TextBytes {
 public:
  constexpr explicit TextBytes(const TextWords& message) {
    for (std::size_t i = 0; i < message.length; ++i) bytes_[i] = message.at(i);
    size_ = message.length;
  }
  constexpr std::string_view text() const { return {bytes_.data(), size_}; }

 private:
  std::array<char, kTextBytes> bytes_{};
  std::size_t size_;
};

// A sink that passes text on in as few messages as hold it, by send(const TextWords&). What is left
// goes with `flush`, or at the end of its life.
template <class Send>
class Chunks {
 public:
  constexpr explicit Chunks(Send send) : send_(send) {}
  Chunks(const Chunks&) = delete;
  Chunks& operator=(const Chunks&) = delete;
  constexpr ~Chunks() { flush(); }

  constexpr void put(char c) {
    chunk_.push(c);
    if (chunk_.full()) flush();
  }
  constexpr void flush() {
    if (chunk_.length == 0) return;
    send_(chunk_);
    chunk_ = TextWords();
  }

 private:
  Send send_;
  TextWords chunk_;
};

}  // namespace tessera::rt

#endif  // SERVERS_RUNTIME_TEXT_WORDS_H_
