// Reads the counter of retired instructions: how long another task or the kernel took is nobody's
// to measure. illegalInstruction.
#include <cstdint>

#include "servers/victims/act.h"

namespace tessera {

std::int32_t victims::act() {
  std::uint64_t value;
  asm volatile("csrr %0, instret" : "=r"(value));
  return kNotStopped;
}

}  // namespace tessera
