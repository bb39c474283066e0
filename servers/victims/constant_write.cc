// Writes to its own constants. writeFault.
#include <cstdint>

#include "servers/victims/act.h"
#include "servers/victims/memory_access.h"

namespace tessera {

namespace {

const volatile std::uint64_t kConstant = 1;

}  // namespace

std::int32_t victims::act() {
  store(reinterpret_cast<std::uint64_t>(&kConstant));
  return kNotStopped;
}

}  // namespace tessera
