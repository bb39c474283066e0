// What compiles and should be better. Each finding has a code (KIDL0300 and after) that `kidl
// explain` tells of.
#ifndef GEN_TOOL_LINT_H_
#define GEN_TOOL_LINT_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "gen/diagnostics.h"
#include "gen/model.h"
#include "gen/sources.h"

namespace kidl::tool {

// Of a file's text alone: unused imports, long lines, formatting. Takes any bytes.
void lint_source(const std::string& path, absl::string_view source, Diagnostics& diagnostics);

// Of what `files` declare: texts and names. Needs a system without errors.
void lint_system(const System& system, const std::vector<std::string>& files,
                 const Sources& sources, Diagnostics& diagnostics);

}  // namespace kidl::tool

#endif  // GEN_TOOL_LINT_H_
