// Makes Debian's libstdc++ for riscv64 Linux the freestanding library: no threads, no futex, no
// hosted part. Its own configuration comes first, then what does not hold here is taken back.
#ifndef TESSERA_FREESTANDING_CXXCONFIG_H_
#define TESSERA_FREESTANDING_CXXCONFIG_H_

#include_next <bits/c++config.h>

#undef _GLIBCXX_HAS_GTHREADS
#undef _GLIBCXX_HAVE_LINUX_FUTEX
#undef _GLIBCXX_HOSTED
#define _GLIBCXX_HOSTED 0

#endif  // TESSERA_FREESTANDING_CXXCONFIG_H_
