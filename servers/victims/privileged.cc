// Reads a register of supervisor mode. illegalInstruction.
#include <cstdint>

#include "servers/victims/act.h"

namespace tessera {

std::int32_t victims::act() {
  std::uint64_t value;
  asm volatile("csrr %0, sstatus" : "=r"(value));
  return kNotStopped;
}

}  // namespace tessera
