// How a failed call reads in a line: "einval badRange argument 2", or "status 3" of a service's
// own.
#ifndef SERVERS_RUNTIME_ERROR_TEXT_H_
#define SERVERS_RUNTIME_ERROR_TEXT_H_

#include <string_view>

#include "idl/abi.h"
#include "servers/runtime/ipc.h"
#include "servers/runtime/text.h"

namespace tessera::rt {

// Empty for a status that is not the kernel's or the transport's.
constexpr std::string_view status_name(std::int32_t status) {
  switch (status) {
    case abi::kEperm:
      return "eperm";
    case abi::kEbadf:
      return "ebadf";
    case abi::kEagain:
      return "eagain";
    case abi::kEnomem:
      return "enomem";
    case abi::kEbusy:
      return "ebusy";
    case abi::kEexist:
      return "eexist";
    case abi::kEinval:
      return "einval";
    case abi::kEnospc:
      return "enospc";
    case abi::kEpipe:
      return "epipe";
    case abi::kEtimedout:
      return "etimedout";
    case abi::kEcanceled:
      return "ecanceled";
    default:
      return {};
  }
}

constexpr void write_error(Sink auto& sink, const Error& error) {
  const std::string_view status = status_name(error.status);
  if (status.empty()) {
    write(sink, "status ", error.status);
  } else {
    write(sink, status);
  }
  const abi::Detail what = abi::detail_what(error.detail);
  const std::uint32_t argument = abi::detail_argument(error.detail);
  if (what != abi::Detail::kNone) write(sink, ' ', abi::to_string(what));
  if (argument != 0) write(sink, " argument ", argument);
}

}  // namespace tessera::rt

#endif  // SERVERS_RUNTIME_ERROR_TEXT_H_
