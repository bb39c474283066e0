#include "servers/runtime/audit_log.h"

#include "idl/kernel/self.h"
#include "idl/service/console_client.h"
#include "servers/runtime/reach.h"
#include "servers/runtime/slots.h"

namespace tessera::rt {

void ConsolePort::begin() {
  const auto now = kernel::Self::now();
  deadline_ = now ? *now + kAuditWithin : 0;
}

bool ConsolePort::send(const Chunk& text) const {
  const service::ConsoleClient console(start::console());
  const auto write = [&] { return console.write_until(deadline_, text); };
  return reaching(start::console(), "console", write, deadline_ - kAuditWithin + kFindWithin)
      .has_value();
}

}  // namespace tessera::rt
