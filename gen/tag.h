// A message's tag and an answer's shape. The field widths are those of idl/abi.idl's tag constants,
// which the golden test holds against these.
#ifndef GEN_TAG_H_
#define GEN_TAG_H_

#include <cstdint>

#include "gen/model.h"

namespace kidl {

constexpr std::uint32_t shape_of(int capabilities, int words) {
  return static_cast<std::uint32_t>(capabilities) << 6 | static_cast<std::uint32_t>(words);
}

inline std::uint32_t tag_of(const Method& method) {
  return static_cast<std::uint32_t>(method.interface->service_number) << 16 |
         static_cast<std::uint32_t>(method.ordinal) << 8 |
         shape_of(method.capabilities_in, method.words_in);
}

inline std::uint32_t shape_of(const Method& method) {
  return shape_of(method.capabilities_out, method.words_out);
}

}  // namespace kidl

#endif  // GEN_TAG_H_
