// timed: wakes others, many of them at once.
#include <cstdint>
#include <string_view>

#include "idl/kernel/self.h"
#include "idl/service/timed_server.h"
#include "servers/manifest/selected.h"
#include "servers/runtime/audit_log.h"
#include "servers/runtime/print.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/start.h"
#include "servers/runtime/try.h"
#include "servers/timed/server.h"

namespace tessera {

namespace {

constinit timed::TimerTable table;
constinit rt::ConsoleAuditLog audit_log;

bool write_line(std::string_view line) {
  audit_log.write(line);
  return audit_log.lost() == 0;
}

constinit timed::Server server(table, rt::start::alarm(), rt::start::cnode(), rt::start::memory(),
                               {.manifest = manifest::kSelected, .init = manifest::kInitIdentity},
                               write_line);

rt::Result<void> prepare() {
  RT_TRY(kernel::Self::window(rt::start::slot(abi::StartSlot::kWindow0).index));
  RT_TRY(rt::start::alarm().bind(rt::start::timer()));
  // A CSpace that is too small would show only when many timers are live.
  RT_TRY(rt::start::cnode().query(timed::kSlotsNeeded - 1));
  return {};
}

}  // namespace

extern "C" std::int32_t server_main(std::uint64_t) {
  if (const auto prepared = prepare(); !prepared) return prepared.error().status;
  // Callers wait at the endpoint until the loop receives, which is next.
  rt::print("ready");
  if (const auto told = rt::start::ready().signal(); !told) return told.error().status;
  service::serve_timed(server, rt::start::service());
}

}  // namespace tessera
