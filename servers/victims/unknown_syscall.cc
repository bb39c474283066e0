// Makes a system call that there is not. unknownSystemCall.
#include <cstdint>

#include "servers/runtime/ipc.h"
#include "servers/victims/act.h"

namespace tessera {

std::int32_t victims::act() {
  constexpr std::uint64_t kNoSuchCall = 999;
  rt::Registers in{};
  in.a7 = kNoSuchCall;
  (void)rt::ecall<rt::kA7>(in);
  return kNotStopped;
}

}  // namespace tessera
