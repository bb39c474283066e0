// What a behaviour says of the kernel. The first statement that does not hold is written into the
// report, with its place, and ends the task that made it: that behaviour has failed.
//
//   EXPECT(info.free == 0);
//   const auto info = OK(memory().info());
//   REFUSED(own().copy(taken, own(), from), occupied(1));
#ifndef SERVERS_CONTRACT_EXPECT_H_
#define SERVERS_CONTRACT_EXPECT_H_

#include <cstdint>
#include <source_location>
#include <string_view>
#include <type_traits>

#include "idl/abi.h"
#include "idl/wire.h"
#include "servers/runtime/ipc.h"

namespace tessera::contract {

// Records the failure, unless one is recorded already, and ends the calling thread's task with
// kFailed. `error`: of the call that failed; status 0: it was no call.
[[noreturn]] void fail(std::string_view what, rt::Error error, std::source_location where);

inline constexpr std::int32_t kPassed = 0;
inline constexpr std::int32_t kFailed = 1;
// Nothing is said: the machine was too slow for what the behaviour tries. The runner runs it again.
inline constexpr std::int32_t kTooLate = 2;

inline void expect(bool holds, std::string_view what, std::source_location where) {
  if (!holds) [[unlikely]] {
    fail(what, {}, where);
  }
}

// The result of a call that must succeed.
template <class T>
T must(const rt::Result<T>& result, std::string_view what, std::source_location where) {
  if (!result) [[unlikely]] {
    fail(what, result.error(), where);
  }
  if constexpr (!std::is_void_v<T>) return *result;
}

// A call that must be refused, with exactly that status, detail and argument.
template <class T>
void refused(const rt::Result<T>& result, const rt::Error& expected, std::string_view what,
             std::source_location where) {
  if (result) [[unlikely]] {
    fail(what, {}, where);
  }
  if (result.error() != expected) [[unlikely]] {
    fail(what, result.error(), where);
  }
}

// --- The ways to be refused, named. `argument`: which, from 1; 0: the invoked capability
// ----------

constexpr rt::Error refusal(std::int32_t status, abi::Detail what, std::uint32_t argument = 0) {
  return {.status = status, .detail = abi::detail(what, argument)};
}
constexpr rt::Error no_capability(std::uint32_t argument) {
  return refusal(abi::kEbadf, abi::Detail::kBadCap, argument);
}
constexpr rt::Error another_type(std::uint32_t argument) {
  return refusal(abi::kEbadf, abi::Detail::kBadType, argument);
}
constexpr rt::Error lacks_right(std::uint32_t argument) {
  return refusal(abi::kEperm, abi::Detail::kBadRights, argument);
}
constexpr rt::Error occupied(std::uint32_t argument) {
  return refusal(abi::kEexist, abi::Detail::kOccupied, argument);
}
constexpr rt::Error out_of_range(std::uint32_t argument) {
  return refusal(abi::kEinval, abi::Detail::kBadRange, argument);
}
constexpr rt::Error misaligned(std::uint32_t argument) {
  return refusal(abi::kEinval, abi::Detail::kBadAlignment, argument);
}
constexpr rt::Error bad_length(std::uint32_t argument) {
  return refusal(abi::kEinval, abi::Detail::kBadLength, argument);
}
constexpr rt::Error bad_state(std::uint32_t argument = 0) {
  return refusal(abi::kEbusy, abi::Detail::kBadState, argument);
}
inline constexpr rt::Error kNoMemory = refusal(abi::kEnomem, abi::Detail::kNoMemory);
inline constexpr rt::Error kTimedOut = refusal(abi::kEtimedout, abi::Detail::kTimedOut);
inline constexpr rt::Error kCancelled = refusal(abi::kEcanceled, abi::Detail::kCancelled);
inline constexpr rt::Error kPeerDied = refusal(abi::kEpipe, abi::Detail::kPeerDied);
inline constexpr rt::Error kNoReply = refusal(abi::kEinval, abi::Detail::kNoReply);
inline constexpr rt::Error kNothingToTake = refusal(abi::kEagain, abi::Detail::kNone);

}  // namespace tessera::contract

// Macros, because the expression's own text is what the report shows.
#define EXPECT(...) \
  tessera::contract::expect((__VA_ARGS__), #__VA_ARGS__, std::source_location::current())
#define OK(...) \
  tessera::contract::must((__VA_ARGS__), #__VA_ARGS__, std::source_location::current())
#define REFUSED(call, expected) \
  tessera::contract::refused((call), (expected), #call, std::source_location::current())

#endif  // SERVERS_CONTRACT_EXPECT_H_
