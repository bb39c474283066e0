// The whole way from .idl files to the checked system: the Cap'n Proto compiler, reader, sources,
// checks.
#ifndef GEN_COMPILER_H_
#define GEN_COMPILER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "gen/diagnostics.h"
#include "gen/model.h"
#include "gen/sources.h"

namespace kidl {

struct Compiled {
  std::unique_ptr<System> system;  // to be used only when there are no diagnostics
  Diagnostics diagnostics;
  Sources sources;

  std::string messages() const { return diagnostics.render(sources); }
};

// A status is not about the files' content: capnp cannot be run, a file cannot be read.
absl::StatusOr<Compiled> compile_files(const std::string& capnp, const std::string& root,
                                       const std::vector<std::string>& files);

// From what `capnp compile -o-` wrote.
absl::StatusOr<Compiled> compile_request(const std::string& request, const std::string& root);

}  // namespace kidl

#endif  // GEN_COMPILER_H_
