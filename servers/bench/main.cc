// bench: what the kernel's operations cost, in guest instructions, from the caller's side and stubs
// included.
#include <cstdint>

#include "idl/service/echo_client.h"
#include "servers/bench/measure.h"
#include "servers/bench/objects.h"
#include "servers/runtime/print.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/start.h"

namespace tessera {
namespace {

constexpr service::EchoClient kEcho(rt::start::peer(0));

bool measure_calls() {
  bool all = bench::measure("call_reply_0w", [] { return kEcho.nothing(); });
  all &= bench::measure("call_reply_4w", [] { return kEcho.four(1, 2, 3, 4); });
  all &= bench::measure("call_reply_6w", [] { return kEcho.six(1, 2, 3, 4, 5, 6); });
  return all;
}

}  // namespace

extern "C" std::int32_t server_main(std::uint64_t) {
  bool all = measure_calls();
  all &= bench::measure_objects();
  if (!all) return 1;
  rt::print("end");
  return 0;
}

}  // namespace tessera
