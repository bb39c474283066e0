// bench-echo: the other side of the benchmarks.
#include <cstdint>

#include "idl/service/echo_server.h"
#include "servers/bench/echo.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/start.h"

namespace tessera {

extern "C" std::int32_t server_main(std::uint64_t) {
  bench::Echo server;
  if (const auto told = rt::start::ready().signal(); !told) return told.error().status;
  service::serve_echo(server, rt::start::service());
}

}  // namespace tessera
