// auditd: writes down what the kernel has decided about classes.
#include <cstdint>

#include "idl/service/auditd_server.h"
#include "servers/auditd/server.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/start.h"

namespace tessera {

namespace {

constinit auditd::Server server(rt::start::boot_info(), rt::start::timer());

}  // namespace

extern "C" std::int32_t server_main(std::uint64_t) {
  if (const auto begun = server.begin(); !begun) return begun.error().status;
  if (const auto told = rt::start::ready().signal(); !told) return told.error().status;
  service::serve_auditd(server, rt::start::service());
}

}  // namespace tessera
