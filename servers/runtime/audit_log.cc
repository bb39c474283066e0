#include "servers/runtime/audit_log.h"

#include "idl/kernel/self.h"
#include "idl/service/console_client.h"
#include "servers/runtime/slots.h"

namespace tessera::rt {

void ConsolePort::begin() {
  const auto now = kernel::Self::now();
  deadline_ = now ? *now + kAuditWithin : 0;
}

bool ConsolePort::send(const Chunk& text) const {
  return service::ConsoleClient(start::console()).write_until(deadline_, text).has_value();
}

}  // namespace tessera::rt
