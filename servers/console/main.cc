// console: the one who writes to the UART.
#include <cstdint>

#include "idl/service/console_server.h"
#include "servers/console/server.h"
#include "servers/manifest/selected.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/start.h"

namespace tessera {

namespace {

constinit console::Server server({.images = manifest::kSelected.images,
                                  .init_identity = manifest::kInitIdentity,
                                  .init_name = manifest::kInitName},
                                 rt::start::device(), rt::start::task());

}  // namespace

extern "C" std::int32_t server_main(std::uint64_t) {
  if (const auto told = rt::start::ready().signal(); !told) return told.error().status;
  service::serve_console(server, rt::start::service());
}

}  // namespace tessera
