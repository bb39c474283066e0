// Failure is a value: RT_TRY returns it from the enclosing function, or goes on. For every
// std::expected, whatever its error is.
//
//   RT_TRY(cnode.move(to, cnode, from));
//   RT_TRY_ASSIGN(const auto info, untyped.info());
#ifndef SERVERS_RUNTIME_TRY_H_
#define SERVERS_RUNTIME_TRY_H_

#include <expected>
#include <utility>

namespace tessera::rt {

// For a call whose failure changes nothing here: the reason stands where it is called. Everywhere
// else a failure is returned.
template <class T, class E>
constexpr void ignore(const std::expected<T, E>&) {}

}  // namespace tessera::rt

#define RT_TRY_NAME2(line) rt_try_##line
#define RT_TRY_NAME(line) RT_TRY_NAME2(line)

#define RT_TRY(...)                                          \
  do {                                                       \
    if (auto rt_try = (__VA_ARGS__); !rt_try) [[unlikely]] { \
      return std::unexpected(std::move(rt_try).error());     \
    }                                                        \
  } while (false)

#define RT_TRY_ASSIGN(declaration, ...)                               \
  auto RT_TRY_NAME(__LINE__) = (__VA_ARGS__);                         \
  if (!RT_TRY_NAME(__LINE__)) [[unlikely]] {                          \
    return std::unexpected(std::move(RT_TRY_NAME(__LINE__)).error()); \
  }                                                                   \
  declaration = *std::move(RT_TRY_NAME(__LINE__))

#endif  // SERVERS_RUNTIME_TRY_H_
