// Ends at once.
#include <cstdint>

#include "servers/runtime/start.h"

namespace tessera {

extern "C" std::int32_t server_main(std::uint64_t) { return 0; }

}  // namespace tessera
