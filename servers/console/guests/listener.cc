// listener: reads what is typed and prints each line of it; a carriage return ends one, as the key
// sends it, and a byte that is not printable is shown by its number. Ends at end of transmission.
#include <cstdint>

#include "idl/service/console_client.h"
#include "servers/runtime/print.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/start.h"
#include "servers/runtime/text.h"

namespace tessera {
namespace {

constexpr std::uint8_t kEnd = 4;
constexpr std::uint8_t kMost = 64;

constinit rt::FixedText<128> line;

// False: it was the end.
bool hear(std::uint8_t byte) {
  if (byte == kEnd) return false;
  if (byte == '\r') {
    rt::print("heard ", line.text());
    line = {};
  } else if (byte >= ' ' && byte <= '~') {
    line.put(static_cast<char>(byte));
  } else {
    rt::write(line, '<', byte, '>');
  }
  return true;
}

}  // namespace

extern "C" std::int32_t server_main(std::uint64_t) {
  const service::ConsoleClient console(rt::start::console());
  if (const auto none = console.read(0);
      none || none.error() != service::ConsoleStatus::kInvalidArgs)
    return 1;
  rt::print("type");
  for (;;) {
    const auto read = console.read(kMost);
    if (!read) return read.error().status;
    if (read->bytes.empty()) return 1;
    for (const std::byte byte : read->bytes) {
      if (hear(static_cast<std::uint8_t>(byte))) continue;
      rt::print("lost ", read->lost);
      return 0;
    }
  }
}

}  // namespace tessera
