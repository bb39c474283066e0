// init's lines: through the kernel until the console is up, then through the console; while that is
// down, they wait for the next one. Either puts "init: " before each.
#ifndef SERVERS_INIT_PRINTER_H_
#define SERVERS_INIT_PRINTER_H_

#include <cstdint>

#include "servers/runtime/chunks.h"
#include "servers/runtime/ipc.h"
#include "servers/runtime/text.h"

namespace tessera::init {

// From now on lines go to the console, whose endpoint is at `slot`; Slot{}: there is none now.
void print_through(rt::Slot slot);

// The pieces of one line. One that the console has not taken after a second is given up; what was
// begun of it is a line of its own.
class Line {
 public:
  void operator()(const rt::Chunk& piece);

 private:
  void send(const rt::Chunk& piece);

  std::uint64_t until_ = 0;  // since the first piece for the console; 0: there was none
  bool begun_ = false;
  bool given_up_ = false;
};

// What has a write(sink) of its own, or is text.
template <class... Args>
void print(const Args&... args) {
  rt::Chunks chunks{Line()};
  const auto one = [&chunks](const auto& value) {
    if constexpr (requires { value.write(chunks); }) {
      value.write(chunks);
    } else {
      rt::write(chunks, value);
    }
  };
  (one(args), ...);
  rt::write(chunks, '\n');
}

}  // namespace tessera::init

#endif  // SERVERS_INIT_PRINTER_H_
