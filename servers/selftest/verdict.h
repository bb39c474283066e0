// What a check of the self test comes to: nothing, or why it failed.
#ifndef SERVERS_SELFTEST_VERDICT_H_
#define SERVERS_SELFTEST_VERDICT_H_

#include <cstdint>
#include <expected>
#include <string_view>

#include "servers/runtime/error_text.h"
#include "servers/runtime/ipc.h"
#include "servers/runtime/print.h"
#include "servers/runtime/text.h"
#include "servers/runtime/try.h"

namespace tessera::selftest {

struct Why {
  std::string_view text;
  rt::Error error{};  // of the call that failed; status 0: it was no call
};

template <class T>
using Result = std::expected<T, Why>;

// The result of a call that had to succeed.
template <class T>
constexpr Result<T> must(std::string_view what, const rt::Result<T>& result) {
  if (!result) return std::unexpected(Why{.text = what, .error = result.error()});
  if constexpr (std::is_void_v<T>) {
    return {};
  } else {
    return *result;
  }
}

constexpr Result<void> require(bool holds, std::string_view otherwise) {
  if (!holds) return std::unexpected(Why{.text = otherwise});
  return {};
}

// A call that had to be refused: by the service with `status`, or by the transport.
template <class T, rt::ErrorEnum Status>
constexpr Result<void> refused(std::string_view otherwise, const rt::Result<T>& result,
                               Status status) {
  return require(!result && result.error() == status, otherwise);
}
template <class T>
constexpr Result<void> refused(std::string_view otherwise, const rt::Result<T>& result,
                               std::int32_t status) {
  return require(!result && result.error().status == status, otherwise);
}

// Prints the phase's marker, or why it failed.
inline bool report(std::string_view phase, const Result<void>& result) {
  if (result) {
    rt::print(phase, " ok");
    return true;
  }
  rt::FixedText<64> error;
  if (result.error().error.status != 0) {
    rt::write(error, ": ");
    rt::write_error(error, result.error().error);
  }
  rt::print(phase, " FAIL ", result.error().text, error.text());
  return false;
}

}  // namespace tessera::selftest

#endif  // SERVERS_SELFTEST_VERDICT_H_
