#include "servers/runtime/reach.h"

#include "idl/kernel/self.h"
#include "idl/service/routes_client.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/try.h"

namespace tessera::rt {

Result<void> find_again(Slot slot, std::string_view service) {
  RT_TRY(kernel::Self::window(start::slot(abi::StartSlot::kWindow0).index));
  const service::RoutesClient routes(start::slot(abi::StartSlot::kRoutes));
  RT_TRY_ASSIGN(const auto found, routes.find(service));
  ignore(start::cnode().delete_(slot.index));
  return found.keep(slot);
}

}  // namespace tessera::rt
