// timed-owner: one of those who have timers while registering and cancelling another is measured.
// Exits only when it cannot have all that it may.
#include <cstdint>

#include "servers/bench/timed.h"
#include "servers/runtime/print.h"
#include "servers/runtime/start.h"
#include "servers/runtime/time.h"

extern "C" std::int32_t tessera::server_main(std::uint64_t /*argument*/) {
  using namespace tessera;
  while (rt::now() < bench::kOwnersBegin) {
    rt::ignore(rt::start::timer().wait(bench::kOwnersBegin));
  }
  bench::Deadlines deadlines(rt::now());
  for (std::uint32_t i = 0; i < bench::kOfAnOwner; ++i) {
    if (!bench::register_timer(deadlines.next())) {
      rt::print("FAIL timer ", i, " was refused");
      return 1;
    }
  }
  for (;;) rt::ignore(rt::start::timer().wait(abi::kNoDeadline));
}
