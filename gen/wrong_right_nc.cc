// One object's right where another's belongs.
#include "idl/kernel/endpoint.h"
#include "idl/kernel/vmo.h"

namespace tessera::gen {

inline constexpr kernel::Endpoint::Right kSend = kernel::Endpoint::Right::kSend;
#ifndef NC_OFF
inline constexpr kernel::Endpoint::Right kRead = kernel::Vmo::Right::kRead;
#endif

}  // namespace tessera::gen
