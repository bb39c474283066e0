// Lines to the console. Each comes out with the task's name before it, which the console has from
// the kernel.
//
//   rt::print("woke at ", now, " in ", rt::hex(place));
#ifndef SERVERS_RUNTIME_PRINT_H_
#define SERVERS_RUNTIME_PRINT_H_

#include <cstdint>

#include "servers/runtime/chunks.h"
#include "servers/runtime/text.h"

namespace tessera::rt {

// The pieces of one line, through StartSlot.console; to the next console when that one is gone. A
// line that is not taken within a second is given up, and so is one of which a piece was refused.
// Nobody is left to tell, so nobody is told; but what was begun is a line of its own.
class ConsoleLine {
 public:
  ConsoleLine();
  void operator()(const Chunk& piece);

 private:
  void send(const Chunk& piece);

  std::uint64_t until_;
  bool begun_ = false;
  bool given_up_ = false;
};

// One line of what servers/runtime/text.h writes.
template <class... Args>
void print(const Args&... args) {
  Chunks chunks{ConsoleLine()};
  write(chunks, args..., '\n');
}

}  // namespace tessera::rt

#endif  // SERVERS_RUNTIME_PRINT_H_
