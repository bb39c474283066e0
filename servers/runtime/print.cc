#include "servers/runtime/print.h"

#include "idl/service/console_client.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/try.h"

namespace tessera::rt {

void send_to_console(const Chunk& text) {
  ignore(service::ConsoleClient(start::console()).write(text));
}

}  // namespace tessera::rt
