// pulse: prints numbered lines from one thread, while another task floods the console.
#include <cstdint>

#include "servers/runtime/print.h"
#include "servers/runtime/start.h"

extern "C" std::int32_t tessera::server_main(std::uint64_t) {
  constexpr std::uint32_t kLines = 3000;
  for (std::uint32_t line = 0; line < kLines; ++line) tessera::rt::print("line ", line);
  return 0;
}
