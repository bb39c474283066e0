// One word of a message as its type has it. Part of decode.cc.
#ifndef GEN_TOOL_DECODE_VALUE_H_
#define GEN_TOOL_DECODE_VALUE_H_

#include <cstdint>
#include <string>

#include "gen/model.h"

namespace kidl::tool {

struct ValueText {
  std::string text;
  std::string wrong;  // why the whole register is no value of the type; empty: it is
};

ValueText value_text(const Parameter& parameter, std::uint64_t word);
std::string number_text(std::uint64_t number);  // "1000000 (0xf4240)"

}  // namespace kidl::tool

#endif  // GEN_TOOL_DECODE_VALUE_H_
