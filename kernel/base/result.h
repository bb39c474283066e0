// Failure is a value (R8). An Error is what the caller of a system call is told: status, detail and
// which argument. TRY unwraps a Result or returns its error.
#pragma once

#include <cstdint>
#include <expected>
#include <utility>

#include "idl/abi.h"

namespace tessera {

struct Error {
  std::int32_t status = 0;
  abi::Detail detail = abi::Detail::kNone;
  std::uint8_t argument = 0;  // counted from 1; 0: the invoked capability, or none in particular

  constexpr bool operator==(const Error&) const = default;
};

// An Error, put together out of line: where most calls go on, they do not pass by its parts.
[[gnu::noinline, gnu::cold]] inline Error refused(std::int32_t status, abi::Detail detail,
                                                  std::uint8_t argument) {
  return {status, detail, argument};
}

// Not errors of user space: the call has no result yet. Neither status ever reaches a register.
inline constexpr Error kWaiting{1};  // the thread waits; whoever ends the wait completes the call
inline constexpr Error kPreempted{
    2};  // the call is made again from its start, with what it did kept

template <class T>
class [[nodiscard]] Result : public std::expected<T, Error> {
 public:
  using std::expected<T, Error>::expected;
  constexpr Result(Error error) : std::expected<T, Error>(std::unexpect, error) {}
};

}  // namespace tessera

#define TESSERA_TRY_NAME2(line) try_result_##line
#define TESSERA_TRY_NAME(line) TESSERA_TRY_NAME2(line)

// TRY(expression): for Result<void>. TRY_ASSIGN(declaration, expression): takes the value.
#define TRY(...)                                                                 \
  do {                                                                           \
    if (auto try_result = (__VA_ARGS__); !try_result.has_value()) [[unlikely]] { \
      return try_result.error();                                                 \
    }                                                                            \
  } while (false)

#define TRY_ASSIGN(declaration, ...)                          \
  auto TESSERA_TRY_NAME(__LINE__) = (__VA_ARGS__);            \
  if (!TESSERA_TRY_NAME(__LINE__).has_value()) [[unlikely]] { \
    return TESSERA_TRY_NAME(__LINE__).error();                \
  }                                                           \
  declaration = *std::move(TESSERA_TRY_NAME(__LINE__))
