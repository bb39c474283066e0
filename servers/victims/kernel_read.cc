// Reads the kernel's text. readFault.
#include <cstdint>

#include "servers/victims/act.h"
#include "servers/victims/memory_access.h"

namespace tessera {

std::int32_t victims::act() {
  load(kKernelText);
  return kNotStopped;
}

}  // namespace tessera
