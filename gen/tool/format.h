// The one layout of an .idl. Lines stay lines: what it sets is indentation, the spaces between
// tokens, blank lines, and the column of the comments that follow code. docs/kidl.md has the rules.
#ifndef GEN_TOOL_FORMAT_H_
#define GEN_TOOL_FORMAT_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "gen/diagnostics.h"

namespace kidl::tool {

// Nothing when the token pass finds something wrong, which goes to `diagnostics`. Formatting what
// is formatted changes nothing, and never does it change a token.
std::optional<std::string> format(const std::string& path, absl::string_view source,
                                  Diagnostics& diagnostics);

}  // namespace kidl::tool

#endif  // GEN_TOOL_FORMAT_H_
