// greeter: answers everybody.
#include <cstdint>

#include "docs/greeter/greeter_server.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/start.h"

namespace tessera {
namespace {

struct Greeter {
  static rt::Result<std::uint32_t> greet(const rt::Caller&, std::uint32_t number) {
    return number + 1;
  }
};

}  // namespace

extern "C" std::int32_t server_main(std::uint64_t) {
  Greeter greeter;
  if (const auto told = rt::start::ready().signal(); !told) return told.error().status;
  sample::serve_greeter(greeter, rt::start::service());
}

}  // namespace tessera
