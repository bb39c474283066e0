// What a new task finds in its start slots: only what the manifest says, with only the rights that
// it needs.
#ifndef SERVERS_INIT_ENDOWMENT_H_
#define SERVERS_INIT_ENDOWMENT_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "idl/kernel/endpoint.h"
#include "idl/manifest.h"
#include "servers/init/failure.h"
#include "servers/init/layout.h"
#include "servers/manifest/check.h"
#include "servers/process/loader.h"
#include "servers/runtime/slots.h"

namespace tessera::init {

// Whether a task is given a capability to a service that its manifest names: policyd's word.
class MayUse {
 public:
  template <class F>
  explicit constexpr MayUse(const F& f)
      : f_(&f), call_([](const void* of, std::string_view service) {
          return (*static_cast<const F*>(of))(service);
        }) {}
  bool operator()(std::string_view service) const { return call_(f_, service); }

 private:
  const void* f_;
  bool (*call_)(const void*, std::string_view);
};

// Last of all that comes from its quota: a grant of memory is what is left of it.
Result<void> endow(const manifest::Manifest& manifest, std::size_t index,
                   const process::Child& child, const MayUse& may_use);

// Of whoever may send to the service. The console takes no capabilities, so nobody needs `grant`
// there.
constexpr std::uint8_t rights_to(std::string_view service) {
  using Right = kernel::Endpoint::Right;
  return service == manifest::kConsole ? rt::rights(Right::kSend)
                                       : rt::rights(Right::kSend, Right::kGrant);
}

}  // namespace tessera::init

#endif  // SERVERS_INIT_ENDOWMENT_H_
