// Runs over the end of its stack: the pages below are not mapped. writeFault.
#include <cstdint>

#include "servers/victims/act.h"
#include "servers/victims/memory_access.h"

namespace tessera {

namespace {

constexpr std::uint64_t kPage = 4096;

}  // namespace

// Page by page downwards from the stack pointer.
std::int32_t victims::act() {
  auto at = reinterpret_cast<std::uint64_t>(__builtin_frame_address(0)) & ~(kPage - 1);
  for (int pages = 0; pages < 1024; ++pages, at -= kPage) store(at);
  return kNotStopped;
}

}  // namespace tessera
