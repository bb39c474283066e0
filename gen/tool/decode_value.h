// One word of a message as its type has it. Part of decode.cc.
#ifndef GEN_TOOL_DECODE_VALUE_H_
#define GEN_TOOL_DECODE_VALUE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "gen/model.h"

namespace kidl::tool {

inline constexpr char kHidden[] = "<hidden>";

struct ValueText {
  std::string text;
  std::string wrong;  // why the whole register is no value of the type; empty: it is
};

ValueText value_text(const Type& type, const std::optional<Range>& range, std::uint64_t word);
// Of a field or an element, the lowest `bits` of `raw`: as a register has the value.
std::uint64_t in_register(const Type& type, std::uint64_t raw, int bits);
std::string number_text(std::uint64_t number);  // "1000000 (0xf4240)"

}  // namespace kidl::tool

#endif  // GEN_TOOL_DECODE_VALUE_H_
