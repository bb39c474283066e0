// A message's tag and an answer's shape. The field widths are those of idl/abi.idl's tag constants,
// which the golden test holds against these. Of a message whose length varies the words are left 0.
#ifndef GEN_TAG_H_
#define GEN_TAG_H_

#include <cstdint>

#include "gen/model.h"

namespace kidl {

inline constexpr int kMessageRegisters = 6;  // a0 to a5
inline constexpr int kMessageWords = 120;    // of the longest message

// The field that tells so many words: abi::message_code.
constexpr int word_code(int words) {
  return words <= kMessageRegisters ? words
                                    : kMessageRegisters + (words - kMessageRegisters + 1) / 2;
}

constexpr std::uint32_t shape_of(int capabilities, const Layout& layout) {
  return static_cast<std::uint32_t>(capabilities) << 6 |
         static_cast<std::uint32_t>(layout.fixed() ? word_code(layout.most) : 0);
}

inline std::uint32_t tag_of(const Method& method) {
  return static_cast<std::uint32_t>(method.interface->service_number) << 16 |
         static_cast<std::uint32_t>(method.ordinal) << 8 |
         shape_of(method.capabilities_in, method.in);
}

inline std::uint32_t shape_of(const Method& method) {
  return shape_of(method.capabilities_out, method.out);
}

}  // namespace kidl

#endif  // GEN_TAG_H_
