// Services that may be restarted: that one is gone, and where it is now.
//
//   const auto sum = reaching(rt::start::peer(0), "adder", [&] { return adder.add(1, 2); });
#ifndef SERVERS_RUNTIME_REACH_H_
#define SERVERS_RUNTIME_REACH_H_

#include <cstdint>
#include <string_view>

#include "idl/abi.h"
#include "servers/runtime/ipc.h"

namespace tessera::rt {

// Whether a call failed because its service is gone: it died with the call, or before it, when its
// endpoint and all capabilities to it went.
constexpr bool is_gone(const Error& error) {
  return error.status == abi::kEpipe ||
         (error.status == abi::kEbadf && error.detail == abi::detail(abi::Detail::kBadCap, 0));
}

// Asks init for a capability to the service of that name, and puts it into `slot` in the place of
// what is there. As Routes.find; etimedout when init does not answer until `until` (nanoseconds,
// absolute): whom init asks must not wait for it for ever.
Result<void> find_again(Slot slot, std::string_view service,
                        std::uint64_t until = abi::kNoDeadline);

// Calls; and when the service at `slot` is gone, finds it again and calls once more. For calls that
// may be made twice: the service may have died after it did what it was asked.
template <class Call>
auto reaching(Slot slot, std::string_view service, Call call,
              std::uint64_t until = abi::kNoDeadline) {
  auto result = call();
  if (result || !is_gone(result.error()) || !find_again(slot, service, until)) return result;
  return call();
}

}  // namespace tessera::rt

#endif  // SERVERS_RUNTIME_REACH_H_
