// What is more than a word, from its words, as an .idl writes such a value: (x = 1, y = -2), [1,
// 2], "text", 0x"61 62". Part of decode.cc.
#ifndef GEN_TOOL_DECODE_CONTENT_H_
#define GEN_TOOL_DECODE_CONTENT_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "gen/model.h"

namespace kidl::tool {

using Words = std::span<const std::uint64_t>;
using Findings = std::vector<std::string>;  // what is wrong, never with a value

// `words`: all that the struct has. `name`: of the value, for what is wrong.
std::string struct_text(const Struct& structure, Words words, const std::string& name,
                        Findings& wrong);

// Of a Text, Data, List or extensible struct with a head of `length`.
std::string content_text(const Type& type, std::uint64_t length, Words words,
                         const std::string& name, Findings& wrong);

}  // namespace kidl::tool

#endif  // GEN_TOOL_DECODE_CONTENT_H_
