// Must not compile: an address of one space as one of the other.
#include "kernel/base/types.h"

namespace tessera {

PhysAddr frame(VirtAddr page);
PhysAddr frame(VirtAddr page) {
  PhysAddr result{page.value};
#ifndef NC_OFF
  result = page;
#endif
  return result;
}

}  // namespace tessera
