// A message or an answer that has come to this thread and is more than scalars in registers, for
// the generated code that takes it apart.
#ifndef SERVERS_RUNTIME_INCOMING_H_
#define SERVERS_RUNTIME_INCOMING_H_

#include <array>
#include <cstdint>

#include "idl/abi.h"
#include "idl/bounded.h"
#include "idl/wire.h"
#include "servers/runtime/ipc.h"

namespace tessera::rt {

class Incoming {
 public:
  // `shape`: the message's tag, or the answer's shape.
  Incoming(const Registers& in, std::uint64_t shape)
      : first_{in.a0, in.a1, in.a2, in.a3, in.a4, in.a5},
        words_(first_, message_buffer(), abi::message_words(shape & abi::kTagWordsMask)) {}
  Incoming(const Incoming&) = delete;
  Incoming& operator=(const Incoming&) = delete;

  abi::Source& words() { return words_; }

 private:
  std::array<std::uint64_t, abi::kMessageRegisters> first_;
  abi::Source words_;
};

}  // namespace tessera::rt

#endif  // SERVERS_RUNTIME_INCOMING_H_
