// A thread's registers while it is not running: the shape that trap entry stores and the generated
// decoders read.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernel/base/types.h"

namespace tessera::arch {

// The pc takes the place of x0, which needs none.
struct Frame {
  std::uint64_t x[32] = {};

  std::uint64_t& pc() { return x[0]; }
  std::uint64_t& sp() { return x[2]; }
  std::uint64_t& tp() { return x[4]; }
};
static_assert(sizeof(Frame) == 256);

// What trap entry needs of a hart; the first member of Hart. tp points to it in the kernel,
// sscratch always.
struct HartLocal {
  Frame* frame = nullptr;       // of the thread that runs, or last ran, on the hart
  std::uint64_t scratch = 0;    // for trap entry alone
  std::uint64_t stack_top = 0;  // the kernel stack's end
  HartId id;                    // the firmware's number of it
  std::uint32_t context = 0;    // at the interrupt controller: arch/ alone looks at it
#ifndef NDEBUG
  std::uint8_t locks = 0;  // that it holds, a bit a rank (sync/spinlock.h)
#endif
};
static_assert(offsetof(HartLocal, frame) == 0 && offsetof(HartLocal, scratch) == 8 &&
              offsetof(HartLocal, stack_top) == 16);

}  // namespace tessera::arch
