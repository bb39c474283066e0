// InputBuffer: bytes that were typed and that nobody has read yet, the oldest first.
#ifndef SERVERS_CONSOLE_INPUT_H_
#define SERVERS_CONSOLE_INPUT_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace tessera::console {

// What is typed while nobody reads: three lines of a terminal.
inline constexpr std::size_t kInputBytes = 256;

class InputBuffer {
 public:
  // One that there is no room for is lost: what is here already is whole.
  constexpr void push(std::uint8_t byte) {
    if (size_ == kInputBytes) {
      ++lost_;
    } else {
      bytes_[(first_ + size_++) % kInputBytes] = std::byte{byte};
    }
  }
  constexpr std::uint32_t lost() const { return lost_; }

  // Copies the oldest, as many as there are and `to` holds; they stay until they are dropped.
  constexpr std::size_t copy(std::span<std::byte> to) const {
    const std::size_t count = size_ < to.size() ? size_ : to.size();
    for (std::size_t i = 0; i < count; ++i) to[i] = bytes_[(first_ + i) % kInputBytes];
    return count;
  }
  constexpr void drop(std::size_t count) {
    first_ = (first_ + count) % kInputBytes;
    size_ -= count;
  }

 private:
  std::array<std::byte, kInputBytes> bytes_{};
  std::size_t first_ = 0;
  std::size_t size_ = 0;
  std::uint32_t lost_ = 0;
};

}  // namespace tessera::console

#endif  // SERVERS_CONSOLE_INPUT_H_
