// SELFTEST: the phases of the proof ladder that a task can check from inside.
#include <cstdint>

#include "servers/runtime/print.h"
#include "servers/runtime/start.h"
#include "servers/selftest/timed_phase.h"
#include "servers/selftest/verdict.h"

namespace tessera {

extern "C" std::int32_t server_main(std::uint64_t) {
  if (!selftest::report("timed coalesce", selftest::timed_coalesce())) return 1;
  rt::print("end");
  return 0;
}

}  // namespace tessera
