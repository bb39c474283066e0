// Waits for an answer that its service keeps, and dies owing; then calls it again. Exits 0 when it
// was told so both times.
#include <cstdint>

#include "idl/abi.h"
#include "idl/service/partner_client.h"
#include "servers/runtime/slots.h"
#include "servers/victims/act.h"

namespace tessera {

std::int32_t victims::act() {
  const service::PartnerClient mortal(rt::start::peer(0));
  const auto answer = mortal.never();
  if (answer || answer.error().status != abi::kEpipe) return 1;
  // The endpoint came out of the service's quota: with that the capability to it has gone (ebadf);
  // or, where init is still about it on another hart, it goes while this call waits (epipe).
  const auto again = mortal.who();
  if (again) return 2;
  if (again.error().status != abi::kEbadf && again.error().status != abi::kEpipe) return 2;
  return 0;
}

}  // namespace tessera
