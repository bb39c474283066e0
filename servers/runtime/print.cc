#include "servers/runtime/print.h"

#include <cstdint>

#include "idl/kernel/self.h"
#include "idl/service/console_client.h"
#include "servers/runtime/reach.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/try.h"

namespace tessera::rt {
namespace {

// Nanoseconds. A console that takes no text for so long hangs, and its writers have more to do.
constexpr std::uint64_t kPatience = 1'000'000'000;

}  // namespace

void send_to_console(const Chunk& text) {
  const auto now = kernel::Self::now();
  const std::uint64_t until = now ? *now + kPatience : 0;
  const service::ConsoleClient console(start::console());
  ignore(reaching(start::console(), "console", [&] { return console.write_until(until, text); }));
}

}  // namespace tessera::rt
