// partner: SELFTEST talks to it.
#include <cstdint>

#include "idl/kernel/self.h"
#include "idl/service/partner_server.h"
#include "servers/partner/server.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/start.h"
#include "servers/runtime/try.h"

namespace tessera {

namespace {

constinit partner::Server server;

rt::Result<void> prepare() {
  const kernel::CNode own = rt::start::cnode();
  RT_TRY(kernel::Self::window(rt::start::slot(abi::StartSlot::kWindow0).index));
  RT_TRY(rt::start::memory().retype(abi::ObjectType::kReply, 0, own, partner::kReply.index, 1));
  return rt::start::memory().retype(abi::ObjectType::kVmo, abi::kPageSize, own,
                                    partner::kProbe.index, 1);
}

}  // namespace

extern "C" std::int32_t server_main(std::uint64_t) {
  if (const auto prepared = prepare(); !prepared) return prepared.error().status;
  if (const auto told = rt::start::ready().signal(); !told) return told.error().status;
  service::serve_partner(server, rt::start::service());
}

}  // namespace tessera
