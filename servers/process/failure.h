// Why a step on the way to a task could not be done, as a value: what was being done, and what was
// answered.
#ifndef SERVERS_PROCESS_FAILURE_H_
#define SERVERS_PROCESS_FAILURE_H_

#include <expected>
#include <string_view>

#include "servers/runtime/error_text.h"
#include "servers/runtime/ipc.h"
#include "servers/runtime/text.h"
#include "servers/runtime/try.h"

namespace tessera::process {

struct Failure {
  std::string_view step;    // "retype the stack"
  rt::Error error{};        // of the call that failed; status 0: it was no call, and
  std::string_view reason;  // this says why

  constexpr void write(rt::Sink auto& sink) const {
    rt::write(sink, step, ": ");
    if (error.status != 0) {
      rt::write_error(sink, error);
    } else {
      rt::write(sink, reason);
    }
  }
};

template <class T>
using Result = std::expected<T, Failure>;

// Names the step that a call belongs to.
template <class T>
constexpr Result<T> step(std::string_view name, const rt::Result<T>& result) {
  if (!result) return std::unexpected(Failure{.step = name, .error = result.error(), .reason = {}});
  if constexpr (std::is_void_v<T>) {
    return {};
  } else {
    return *result;
  }
}

constexpr std::unexpected<Failure> failed(std::string_view name, std::string_view reason) {
  return std::unexpected(Failure{.step = name, .error = {}, .reason = reason});
}

}  // namespace tessera::process

#endif  // SERVERS_PROCESS_FAILURE_H_
