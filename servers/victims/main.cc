// A victim: does one thing that no task may do.
#include <cstdint>

#include "servers/runtime/start.h"
#include "servers/victims/act.h"

namespace tessera {

extern "C" std::int32_t server_main(std::uint64_t) { return victims::act(); }

}  // namespace tessera
