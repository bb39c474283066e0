// CHECK holds in every build: a false condition is a bug of the kernel, never of user space, and
// ends in the panic of the architecture, with the place. DCHECK is compiled out of release images.
#pragma once

namespace tessera {

// Prints the epitaph and stops the machine; on the host it aborts. Defined by the architecture.
[[noreturn]] void panic(const char* what, const char* file, int line);

}  // namespace tessera

#define CHECK(condition) \
  (__builtin_expect(!!(condition), 1) ? void() : ::tessera::panic(#condition, __FILE__, __LINE__))

#ifndef NDEBUG
#define DCHECK(condition) CHECK(condition)
#else
#define DCHECK(condition) static_cast<void>(0)
#endif
