// Files, and the compiler, as the commands use them.
#ifndef GEN_TOOL_FILES_H_
#define GEN_TOOL_FILES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gen/compiler.h"
#include "gen/tool/commands.h"

namespace kidl::tool {

std::string join(const std::string& root, const std::string& path);
absl::StatusOr<std::string> read_file(const std::string& path);
// Makes the folders that it needs.
absl::Status write_file(const std::string& path, const std::string& content);

// "kidl: error: ...", and the status to end with.
int fail(const absl::Status& status);

// The .idl files below `root`/`folder`, from the root, sorted.
absl::StatusOr<std::vector<std::string>> idl_files(const std::string& root,
                                                   const std::string& folder);

absl::StatusOr<Compiled> compile(const Invocation& invocation,
                                 const std::vector<std::string>& files);
// Below another root than --root.
absl::StatusOr<Compiled> compile_below(const Invocation& invocation, const std::string& root,
                                       const std::vector<std::string>& files);
// With all files below --idl as well, where there is such a folder.
absl::StatusOr<Compiled> compile_system(const Invocation& invocation,
                                        std::vector<std::string> files);
// The diagnostics, as --format has it. 0 when there are none.
int tell(const Invocation& invocation, const Diagnostics& diagnostics, const Sources& sources);

}  // namespace kidl::tool

#endif  // GEN_TOOL_FILES_H_
