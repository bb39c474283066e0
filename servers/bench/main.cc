// bench: what the kernel's operations cost, in guest instructions, from the caller's side and stubs
// included.
//
//   bench=NAME       on the kernel's command line: this row alone
#include <cstdint>

#include "servers/bench/measure.h"
#include "servers/bench/objects.h"
#include "servers/bench/rows.h"
#include "servers/runtime/print.h"
#include "servers/runtime/start.h"

namespace tessera {

extern "C" std::int32_t server_main(std::uint64_t argument) {
  bench::only = rt::argument_text(argument);
  bool all = bench::measure_rows(bench::call_rows());
  all &= bench::measure_rows(bench::thread_rows());
  all &= bench::measure_rows(bench::process_rows());
  all &= bench::measure_rows(bench::interrupt_rows());
  all &= bench::measure_objects();
  rt::print("end");
  return all ? 0 : 1;
}

}  // namespace tessera
