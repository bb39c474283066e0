// init's lines: through the kernel until the console is up, then through the console; while that is
// down, they wait for the next one. Either puts "init: " before each.
#ifndef SERVERS_INIT_PRINTER_H_
#define SERVERS_INIT_PRINTER_H_

#include "servers/runtime/chunks.h"
#include "servers/runtime/ipc.h"
#include "servers/runtime/text.h"

namespace tessera::init {

// From now on lines go to the console, whose endpoint is at `slot`; Slot{}: there is none now.
void print_through(rt::Slot slot);

void send_text(const rt::Chunk& text);

// What has a write(sink) of its own, or is text.
template <class... Args>
void print(const Args&... args) {
  rt::Chunks chunks(send_text);
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
