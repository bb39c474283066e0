// Jumps into the kernel. executeFault.
#include <cstdint>

#include "servers/victims/act.h"
#include "servers/victims/memory_access.h"

namespace tessera {

std::int32_t victims::act() {
  jump(kKernelText);
  return kNotStopped;
}

}  // namespace tessera
