// orphan: takes all its timers, and waits for the end.
#include "bootimage/orphans/orphans.h"
#include "servers/runtime/start.h"
#include "servers/runtime/try.h"

extern "C" std::int32_t tessera::server_main(std::uint64_t) {
  using namespace tessera;
  if (!orphans::takes_all()) return 1;
  rt::ignore(rt::start::timer().wait(abi::kNoDeadline));
  return 2;
}
