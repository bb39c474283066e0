// Reads address 0: page 0 is never mapped. readFault.
#include <cstdint>

#include "servers/victims/act.h"
#include "servers/victims/memory_access.h"

namespace tessera {

std::int32_t victims::act() {
  load(0);
  return kNotStopped;
}

}  // namespace tessera
