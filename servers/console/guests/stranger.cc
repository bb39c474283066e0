// stranger: may print, and may not read what is typed.
#include <cstdint>

#include "idl/service/console_client.h"
#include "servers/runtime/print.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/start.h"

extern "C" std::int32_t tessera::server_main(std::uint64_t) {
  using namespace tessera;
  const auto read = service::ConsoleClient(rt::start::console()).read(1);
  if (read || read.error() != service::ConsoleStatus::kDenied) return 1;
  rt::print("denied");
  return 0;
}
