// Lines to the console. Each comes out with the task's name before it, which the console has from
// the kernel.
//
//   rt::print("woke at ", now, " in ", rt::hex(place));
#ifndef SERVERS_RUNTIME_PRINT_H_
#define SERVERS_RUNTIME_PRINT_H_

#include "servers/runtime/chunks.h"
#include "servers/runtime/text.h"

namespace tessera::rt {

// Sends through StartSlot.console; to the next console when that one is gone. Nobody is left to
// tell when that fails, or takes a second, so nobody is told.
void send_to_console(const Chunk& text);

// One line of what servers/runtime/text.h writes.
template <class... Args>
void print(const Args&... args) {
  Chunks chunks(send_to_console);
  write(chunks, args..., '\n');
}

}  // namespace tessera::rt

#endif  // SERVERS_RUNTIME_PRINT_H_
