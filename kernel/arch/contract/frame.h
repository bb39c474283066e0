// A thread's registers while it is not running: the shape that trap entry stores and the generated
// decoders read.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernel/base/types.h"

namespace tessera {
struct Runnable;
}

namespace tessera::arch {

// The pc takes the place of x0, which needs none.
struct Frame {
  std::uint64_t x[32];

  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): a store each is half of what a loop is
  constexpr Frame() {
#pragma clang loop unroll(full)
    for (std::uint64_t& each : x) each = 0;
  }
  std::uint64_t& pc() { return x[0]; }
  std::uint64_t& sp() { return x[2]; }
  std::uint64_t& tp() { return x[4]; }
};
static_assert(sizeof(Frame) == 256);
// Where it is in what runs on a hart (a Thread: object/thread.h holds it to this).
inline constexpr std::uint64_t kFrameOffset = 0x88;

// What trap entry needs of a hart; the first member of Hart. tp points to it in the kernel,
// sscratch always.
struct HartLocal {
  Runnable* current = nullptr;  // the one that runs; null: none
  std::uint64_t scratch = 0;    // for trap entry alone
  std::uint64_t stack_top = 0;  // the kernel stack's end
  HartId id;                    // the firmware's number of it
  std::uint32_t context = 0;    // at the interrupt controller: arch/ alone looks at it
#ifndef NDEBUG
  std::uint8_t locks = 0;  // that it holds, a bit a rank (sync/spinlock.h)
#endif
};

}  // namespace tessera::arch
