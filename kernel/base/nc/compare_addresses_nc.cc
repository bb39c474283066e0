// Must not compile: comparing addresses of two spaces.
#include "kernel/base/types.h"

namespace tessera {

bool same(VirtAddr page, PhysAddr frame);
bool same(VirtAddr page, PhysAddr frame) {
#ifndef NC_OFF
  return page == frame;
#else
  return page.value == frame.value;
#endif
}

}  // namespace tessera
