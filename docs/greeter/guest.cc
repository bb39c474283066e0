// guest: is greeted once.
#include <cstdint>

#include "docs/greeter/greeter_client.h"
#include "servers/runtime/print.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/start.h"

namespace tessera {

extern "C" std::int32_t server_main(std::uint64_t) {
  const sample::GreeterClient greeter(rt::start::peer(0));
  const auto answer = greeter.greet(41);
  if (!answer) return answer.error().status;
  rt::print("the answer is ", *answer);
  return 0;
}

}  // namespace tessera
