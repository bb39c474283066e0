// LineTable: what senders have written, and what of it is not printed yet.
//
// A bounded ring of bytes for each sender, by kernel-held identity: lines of several senders never
// mix, and who writes faster than lines are taken fills its own ring alone. Lines are taken from
// the rings in turn, one each, and each sender's in the order in which it wrote them.
#ifndef SERVERS_CONSOLE_LINE_TABLE_H_
#define SERVERS_CONSOLE_LINE_TABLE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "servers/runtime/text.h"

namespace tessera::console {

inline constexpr std::size_t kSenders = 16;
// A QOS-AUDIT line with the largest numbers fits (servers/auditd/qos_line.h).
inline constexpr std::size_t kLineLength = 200;
// Of one sender: four of the longest lines, and more.
inline constexpr std::size_t kRingBytes = 1024;
// As many bytes at a time (Console.write).
inline constexpr std::size_t kWriteBytes = 40;

// Bytes 0x20 to 0x7e are printed; every other one could move the cursor or start an escape
// sequence, and so look like another sender's line.
constexpr char printable(char c) { return c >= ' ' && c <= '~' ? c : '?'; }

class LineTable {
 public:
  // Adds at most kWriteBytes to the sender's line; a newline ends it, and so does the byte after
  // kLineLength. False: there is no room before lines have been taken, and nothing was added. Then
  // there are lines to take. `wanted()` is asked when there is room: false, and nothing is added.
  template <class Wanted>
  constexpr bool write(std::uint64_t identity, std::string_view bytes, Wanted wanted) {
    Ring* const ring = ring_for(identity);
    if (ring == nullptr || ring->room() < bytes.size()) return false;
    if (!wanted() || bytes.empty()) return true;
    ring->identity = identity;
    ring->written_at = ++writes_;
    for (const char c : bytes) {
      const bool ends = c == '\n';
      if (ends || ring->begun == kLineLength) ring->end_line();
      if (!ends) ring->add(printable(c));
    }
    return true;
  }

  constexpr bool write(std::uint64_t identity, std::string_view bytes) {
    return write(identity, bytes, [] { return true; });
  }

  // Whose turn it is: its oldest line goes to `sink`, without the newline. Nothing: no line has
  // ended. A line may be empty, and is kLineLength long at most.
  constexpr std::optional<std::uint64_t> take(rt::Sink auto& sink) {
    for (std::size_t i = 0; i < kSenders; ++i) {
      last_ = (last_ + 1) % kSenders;
      Ring& ring = rings_[last_];
      if (ring.lines == 0) continue;
      ring.take_line(sink);
      if (ring.size == 0 && closing_ == &ring) closing_ = nullptr;
      return ring.identity;
    }
    return std::nullopt;
  }

 private:
  struct Ring {
    std::uint64_t identity = 0;    // whose it is while there is something in it
    std::uint64_t written_at = 0;  // in writes
    std::size_t first = 0;
    std::size_t size = 0;   // 0: it is nobody's
    std::size_t begun = 0;  // bytes of the line that has not ended, the last ones
    std::size_t lines = 0;  // that have ended, each with its newline
    std::array<char, kRingBytes> bytes{};

    // Beside a line's end in the middle of it and the one that makes room for another sender.
    constexpr std::size_t room() const { return size + 2 < kRingBytes ? kRingBytes - size - 2 : 0; }
    constexpr void push(char c) { bytes[(first + size++) % kRingBytes] = c; }
    constexpr void add(char c) {
      push(c);
      ++begun;
    }
    constexpr void end_line() {
      push('\n');
      begun = 0;
      ++lines;
    }
    constexpr char pop() {
      const char c = bytes[first];
      first = (first + 1) % kRingBytes;
      --size;
      return c;
    }
    constexpr void take_line(rt::Sink auto& sink) {
      for (char c = pop(); c != '\n'; c = pop()) sink.put(c);
      --lines;
    }
  };
  static_assert(kWriteBytes <= kLineLength, "one write breaks a line once at most");
  static_assert(kRingBytes >= kLineLength + kWriteBytes + 2,
                "a ring without room has a line to take");

  // Null: there is none yet. Then the ring that waited longest is closed: its line ends as it
  // stands, and nothing is added to it until all of it was taken. So a new sender gets one in
  // bounded time, however many write.
  constexpr Ring* ring_for(std::uint64_t identity) {
    Ring* nobodys = nullptr;
    Ring* oldest = &rings_[0];
    for (Ring& ring : rings_) {
      if (ring.size == 0) {
        if (nobodys == nullptr) nobodys = &ring;
      } else if (ring.identity == identity) {
        return closing_ == &ring ? nullptr : &ring;
      } else if (ring.written_at < oldest->written_at) {
        oldest = &ring;
      }
    }
    if (nobodys != nullptr || closing_ != nullptr) return nobodys;
    if (oldest->begun != 0) oldest->end_line();
    closing_ = oldest;
    return nullptr;
  }

  std::array<Ring, kSenders> rings_{};
  Ring* closing_ = nullptr;
  std::size_t last_ = kSenders - 1;  // whose turn it was
  std::uint64_t writes_ = 0;
};

}  // namespace tessera::console

#endif  // SERVERS_CONSOLE_LINE_TABLE_H_
