#include "gen/compiler.h"

#include <utility>

#include "absl/status/status.h"
#include "gen/check.h"
#include "gen/front_end.h"
#include "gen/reader.h"

namespace kidl {

absl::StatusOr<Compiled> compile_files(const std::string& capnp, const std::string& root,
                                       const std::vector<std::string>& files) {
  Compiled result;
  // For the lines under capnp's own messages; a file that cannot be read has none.
  for (const std::string& each : files) result.sources.load(root, each).IgnoreError();
  const absl::StatusOr<std::string> request =
      run_capnp(capnp, root, files, result.sources, result.diagnostics);
  if (!result.diagnostics.empty()) return result;
  if (!request.ok()) return request.status();
  return compile_request(*request, root);
}

absl::StatusOr<Compiled> compile_request(const std::string& request, const std::string& root) {
  absl::StatusOr<Request> read = read_request(request);
  if (!read.ok()) return read.status();
  Compiled result;
  for (const auto& [id, node] : read->nodes) {
    if (node.kind != RawNode::Kind::kFile) continue;
    absl::Status loaded = result.sources.load(root, node.file);
    if (!loaded.ok()) return loaded;
  }
  result.system = check(*read, result.sources, result.diagnostics);
  return result;
}

}  // namespace kidl
