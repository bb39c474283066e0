#include "servers/init/attach.h"

#include <cstdint>

#include "idl/kernel/endpoint.h"
#include "idl/service/console_client.h"
#include "servers/init/boot.h"
#include "servers/init/layout.h"
#include "servers/init/printer.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/try.h"

namespace tessera::init {

Result<void> attach_console(std::size_t image, const UartPlace& uart) {
  if (uart.offset > UINT32_MAX || uart.shift > UINT8_MAX) {
    return failed("attach the console", "the UART's registers are out of reach");
  }
  RT_TRY(step("mint the console's endpoint",
              mint(kConsoleClient, endpoint_slot(image), rt::rights(kernel::Endpoint::Right::kSend),
                   kInitBadge)));
  const service::ConsoleClient console(kConsoleClient);
  RT_TRY(step("attach the console", console.attach(static_cast<std::uint32_t>(uart.offset),
                                                   static_cast<std::uint8_t>(uart.shift))));
  print_through(kConsoleClient);
  return {};
}

}  // namespace tessera::init
