// A file of its own: a test that needs no machine may still check.
#include <cstdio>
#include <cstdlib>

#include "kernel/base/check.h"

namespace tessera {

namespace arch::host {
void (*on_panic)(const char* what, const char* file, int line) = nullptr;
}

void panic(const char* what, const char* file, int line) {
  if (arch::host::on_panic != nullptr) arch::host::on_panic(what, file, line);
  std::fprintf(stderr, "PANIC %s at %s:%d\n", what, file, line);
  std::abort();
}

}  // namespace tessera
