// Asks its service to die as soon as somebody waits for an answer of it. Exits 0 when its own call
// was told that the service died.
#include <cstdint>

#include "idl/abi.h"
#include "idl/kernel/self.h"
#include "idl/service/partner_client.h"
#include "servers/runtime/slots.h"
#include "servers/victims/act.h"

namespace tessera {

std::int32_t victims::act() {
  const service::PartnerClient mortal(rt::start::peer(0));
  for (;;) {
    const auto died = mortal.die();
    if (died) return kNotStopped;
    if (died.error().status == abi::kEpipe) return 0;
    if (died.error().status != abi::kEbusy) return 1;
    if (const auto yielded = kernel::Self::yield(); !yielded) return 2;
  }
}

}  // namespace tessera
