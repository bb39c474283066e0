// Runs the Cap'n Proto compiler, and turns what it complains about into kidl's own diagnostics.
#ifndef GEN_FRONT_END_H_
#define GEN_FRONT_END_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gen/diagnostics.h"
#include "gen/sources.h"

namespace kidl {

// The request's bytes for `files` (paths from `root`). Errors in them go to `diagnostics`; the
// status tells what kept capnp from running at all.
absl::StatusOr<std::string> run_capnp(const std::string& capnp, const std::string& root,
                                      const std::vector<std::string>& files, const Sources& sources,
                                      Diagnostics& diagnostics);

// Reports what the token pass finds in the sources, and each "file:line:column-column: error: text"
// of capnp's output that is not said by it. What has another form is reported against `fallback`.
void report_capnp_errors(absl::string_view output, const std::string& fallback,
                         const Sources& sources, Diagnostics& diagnostics);

}  // namespace kidl

#endif  // GEN_FRONT_END_H_
