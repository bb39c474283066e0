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

Sent ConsolePort::send(const Chunk& text, bool begun) const {
  const service::ConsoleClient console(start::console());
  const auto write = [&] { return console.write_until(deadline_, text); };
  const std::uint64_t find_until = deadline_ - kAuditWithin + kFindWithin;
  const auto sent = begun ? write() : reaching(start::console(), "console", write, find_until);
  if (sent) return Sent::kTaken;
  return is_gone(sent.error()) ? Sent::kGone : Sent::kNot;
}

}  // namespace tessera::rt
