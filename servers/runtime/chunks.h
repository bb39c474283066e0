// Text in pieces: how much Console.write and BootInfo.print take at once is bounded.
#ifndef SERVERS_RUNTIME_CHUNKS_H_
#define SERVERS_RUNTIME_CHUNKS_H_

#include <cstddef>

#include "idl/bounded.h"

namespace tessera::rt {

// The bound of both.
inline constexpr std::size_t kChunkBytes = 40;
using Chunk = abi::Text<kChunkBytes>;

// A sink that passes text on in as few pieces as hold it, by send(const Chunk&). What is left goes
// with `flush`, or at the end of its life.
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
    if (chunk_.empty()) return;
    send_(chunk_);
    chunk_ = Chunk();
  }

 private:
  Send send_;
  Chunk chunk_;
};

}  // namespace tessera::rt

#endif  // SERVERS_RUNTIME_CHUNKS_H_
