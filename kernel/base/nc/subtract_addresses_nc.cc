// Must not compile: the distance between addresses of two spaces.
#include "kernel/base/types.h"

namespace tessera {

std::uint64_t distance(VirtAddr page, PhysAddr frame);
std::uint64_t distance(VirtAddr page, PhysAddr frame) {
#ifndef NC_OFF
  return page - frame;
#else
  return page.value - frame.value;
#endif
}

}  // namespace tessera
