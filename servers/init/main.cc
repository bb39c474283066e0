// init: the first task. It starts what the manifest names, gives up the power to start anything
// else, and from then on starts again what ended, and tells tasks where services are.
#include <cstdint>

#include "idl/kernel/notification.h"
#include "idl/kernel/thread.h"
#include "idl/service/routes_server.h"
#include "servers/init/boot.h"
#include "servers/init/hands.h"
#include "servers/init/layout.h"
#include "servers/init/printer.h"
#include "servers/init/server.h"
#include "servers/manifest/selected.h"
#include "servers/runtime/start.h"
#include "servers/runtime/try.h"

namespace tessera::init {
namespace {

using manifest::kSelected;

// What reaches its loop: signals on the events, messages at its endpoint.
Result<void> make_own_objects() {
  const kernel::Untyped memory(boot_slot(kernel::BootSlot::kFirstRegion));
  const kernel::Thread thread(boot_slot(kernel::BootSlot::kThread));
  RT_TRY(step("retype the events", make(memory, abi::ObjectType::kNotification, kEvents)));
  RT_TRY(step("retype its endpoint", make(memory, abi::ObjectType::kEndpoint, kRoutes)));
  return step("bind the events", thread.bind(kernel::Notification(kEvents)));
}

}  // namespace
}  // namespace tessera::init

extern "C" std::int32_t server_main(std::uint64_t) {
  using namespace tessera::init;
  print("start");
  const auto bundle = open_bundle();
  if (!bundle) Hands::give_up("init", bundle.error());
  if (const auto made = make_own_objects(); !made) Hands::give_up("init", made.error());
  if (const auto bound = bind_qos_control(); !bound) Hands::give_up("init", bound.error());
  const auto command_line = read_command_line();
  if (!command_line) Hands::give_up("init", command_line.error());
  const auto uart = step("ask where the UART is", kBootInfo.uart());
  if (!uart) Hands::give_up("init", uart.error());
  Hands hands(kSelected, *bundle, command_line->text(), *uart);
  BasicServer server(kSelected, hands);
  server.begin();
  tessera::service::serve_routes(server, kRoutes);
}
