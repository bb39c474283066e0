// Must not compile: a Result that nobody looks at.
#include "kernel/base/result.h"

namespace tessera {

Result<void> step();
Result<void> twice();
Result<void> twice() {
#ifndef NC_OFF
  step();
#endif
  return step();
}

}  // namespace tessera
