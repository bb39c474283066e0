// Reads the counter of cycles: how long another task or the kernel took is nobody's to measure.
// illegalInstruction.
#include <cstdint>

#include "servers/victims/act.h"

namespace tessera {

std::int32_t victims::act() {
  std::uint64_t value;
  asm volatile("csrr %0, cycle" : "=r"(value));
  return kNotStopped;
}

}  // namespace tessera
