// policyd: says who may do what, by the manifest of its image.
#include <cstdint>

#include "idl/kernel/self.h"
#include "idl/service/policyd_server.h"
#include "servers/manifest/selected.h"
#include "servers/policyd/server.h"
#include "servers/runtime/print.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/start.h"
#include "servers/runtime/try.h"

namespace tessera {

namespace {

constinit policyd::Server server(policyd::Rules(manifest::kSelected, manifest::kInitIdentity),
                                 rt::start::qos_control());

}  // namespace

extern "C" std::int32_t server_main(std::uint64_t) {
  const auto window = kernel::Self::window(rt::start::slot(abi::StartSlot::kWindow0).index);
  if (!window) return window.error().status;
  // Callers wait at the endpoint until the loop receives, which is next.
  rt::print("ready");
  if (const auto told = rt::start::ready().signal(); !told) return told.error().status;
  service::serve_policyd(server, rt::start::service());
}

}  // namespace tessera
