// A record in words: names of method, parameters, enumerants and errors. What does not fit is told,
// and values that are $sensitive are never shown.
#ifndef GEN_TOOL_DECODE_H_
#define GEN_TOOL_DECODE_H_

#include <string>
#include <vector>

#include "gen/model.h"
#include "gen/tool/record.h"

namespace kidl::tool {

struct Decoded {
  std::string text;                // one line
  std::vector<std::string> wrong;  // what does not fit, a line each
};

Decoded decode(const System& system, const Record& record);

}  // namespace kidl::tool

#endif  // GEN_TOOL_DECODE_H_
