#include "servers/runtime/start.h"

#include "servers/runtime/exit.h"

namespace tessera {

// Where _start goes on.
extern "C" [[noreturn]] void rt_start(std::uint64_t argument);

extern "C" void rt_start(std::uint64_t argument) { rt::exit(server_main(argument)); }

}  // namespace tessera
