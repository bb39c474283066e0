#include "servers/runtime/print.h"

#include "idl/service/console_client.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/try.h"

namespace tessera::rt {

void send_to_console(const TextWords& text) {
  const auto& [w0, w1, w2, w3, w4] = text.words;
  ignore(service::ConsoleClient(start::console()).write(w0, w1, w2, w3, w4, text.length));
}

}  // namespace tessera::rt
