// Services that may be restarted: that one is gone, and where it is now.
//
//   const auto sum = reaching(rt::start::peer(0), "adder", [&] { return adder.add(1, 2); });
#ifndef SERVERS_RUNTIME_REACH_H_
#define SERVERS_RUNTIME_REACH_H_

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
// what is there. As Routes.find; einval, noReply and the like when init cannot be asked.
Result<void> find_again(Slot slot, std::string_view service);

// Calls; and when the service at `slot` is gone, finds it again and calls once more. For calls that
// may be made twice: the service may have died after it did what it was asked.
template <class Call>
auto reaching(Slot slot, std::string_view service, Call call) {
  auto result = call();
  if (result || !is_gone(result.error()) || !find_again(slot, service)) return result;
  return call();
}

}  // namespace tessera::rt

#endif  // SERVERS_RUNTIME_REACH_H_
