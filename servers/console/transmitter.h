// Transmitter: lines of a LineTable on their way through a port, each with its sender's name.
//
// A port has room(), how many bytes it takes now; put(char), for as many; and note_line(bool),
// which remembers whether a line has begun and not ended, for whoever has the port after this one.
#ifndef SERVERS_CONSOLE_TRANSMITTER_H_
#define SERVERS_CONSOLE_TRANSMITTER_H_

#include <cstddef>
#include <cstdint>

#include "servers/console/line_table.h"
#include "servers/console/stamp.h"
#include "servers/runtime/text.h"

namespace tessera::console {

class Transmitter {
 public:
  // Puts out what the port has room for. True: nothing is left; false: the port has no room.
  template <class Port>
  constexpr bool pump(LineTable& lines, const Names& names, Port& port) {
    std::size_t room = 0;
    while (sent_ != line_.text().size() || next(lines, names)) {
      if (room == 0) room = port.room();
      if (room == 0) return false;
      if (sent_ == 0) port.note_line(true);
      for (; room != 0 && sent_ != line_.text().size(); --room) port.put(line_.text()[sent_++]);
      if (sent_ == line_.text().size()) port.note_line(false);
    }
    return true;
  }

  // Somebody else's line was not ended: before the first one of this.
  constexpr void end_foreign_line() { line_.put('\n'); }

 private:
  static constexpr std::size_t kStamped = kNameLength + 2 + kLineLength + 1;

  constexpr bool next(LineTable& lines, const Names& names) {
    rt::FixedText<kLineLength> text;
    const auto sender = lines.take(text);
    if (!sender) return false;
    line_ = {};
    sent_ = 0;
    names.write(line_, *sender);
    rt::write(line_, ": ", text.text(), '\n');
    return true;
  }

  rt::FixedText<kStamped> line_;
  std::size_t sent_ = 0;
};

}  // namespace tessera::console

#endif  // SERVERS_CONSOLE_TRANSMITTER_H_
