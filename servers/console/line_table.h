// LineTable: the line that each sender has begun.
//
// A bounded table by kernel-held identity, so that lines of several senders never mix. When more
// senders than kSenders have begun a line, the one who wrote least recently has its line printed
// as it stands.
#ifndef SERVERS_CONSOLE_LINE_TABLE_H_
#define SERVERS_CONSOLE_LINE_TABLE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tessera::console {

inline constexpr std::size_t kSenders = 16;
// A QOS-AUDIT line with the largest numbers fits (servers/auditd/qos_line.h).
inline constexpr std::size_t kLineLength = 200;

// Bytes 0x20 to 0x7e are printed; every other one could move the cursor or start an escape
// sequence, and so look like another sender's line.
constexpr char printable(char c) { return c >= ' ' && c <= '~' ? c : '?'; }

class LineTable {
 public:
  // Adds `bytes` to the sender's line. print(identity, line) is called for every line that is
  // ready, without its newline; a line may be empty, and is kLineLength long at most.
  template <class Print>
  constexpr void write(std::uint64_t identity, std::string_view bytes, Print print) {
    Line& line = line_of(identity, print);
    line.written_at = ++writes_;
    for (const char c : bytes) {
      const bool ends = c == '\n';
      if (ends || line.size == kLineLength) flush(line, print);
      if (!ends) line.bytes[line.size++] = printable(c);
    }
    // Nothing begun: the place is free for another sender.
    if (line.size == 0) line.written_at = 0;
  }

 private:
  struct Line {
    std::uint64_t identity = 0;
    std::uint64_t written_at = 0;  // in writes; 0: the place is free
    std::size_t size = 0;
    std::array<char, kLineLength> bytes{};
  };

  template <class Print>
  static constexpr void flush(Line& line, Print& print) {
    print(line.identity, std::string_view(line.bytes.data(), line.size));
    line.size = 0;
  }

  template <class Print>
  constexpr Line& line_of(std::uint64_t identity, Print& print) {
    Line* oldest = &lines_[0];
    for (Line& line : lines_) {
      if (line.written_at != 0 && line.identity == identity) return line;
      if (line.written_at < oldest->written_at) oldest = &line;
    }
    if (oldest->written_at != 0) flush(*oldest, print);
    oldest->identity = identity;
    return *oldest;
  }

  std::array<Line, kSenders> lines_{};
  std::uint64_t writes_ = 0;
};

}  // namespace tessera::console

#endif  // SERVERS_CONSOLE_LINE_TABLE_H_
