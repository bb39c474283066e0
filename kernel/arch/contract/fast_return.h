// The short ways out of the kernel, for a message that travels in registers from one thread to the
// next. On the target they do not return: the hart is in user space then. On the host they put into
// the frame what the registers would be.
#pragma once

#include <cstdint>

#include "kernel/arch/contract/frame.h"

namespace tessera::arch {

// The words of a message, in a0 to a5 all the way.
struct Words {
  std::uint64_t w0, w1, w2, w3, w4, w5;
};

// What Endpoint.receive tells beside the words.
struct Delivery {
  std::uint64_t badge;
  std::uint64_t identity;
  std::uint64_t tag;
  std::uint64_t info;
};

// Words beyond `count` (0 to 6) become 0.
Words first_words(Words words, unsigned count);
// The thread of `frame` received: its s registers become 0.
void return_to_receiver(Frame& frame, Words words, Delivery delivery);
// The thread of `frame` called: it gets its s registers back.
void return_to_caller(Frame& frame, Words words, std::uint64_t status, std::uint64_t shape);

// The thread of `frame` waited for a signal: it gets its s registers back, and the bits.
void return_to_waiter(Frame& frame, std::uint64_t bits);

}  // namespace tessera::arch
