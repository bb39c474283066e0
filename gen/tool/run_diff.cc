// kidl diff: two locks, or two .idl files, or one of each.
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <optional>

#include "absl/strings/str_cat.h"
#include "gen/lock/lock.h"
#include "gen/lock/rules.h"
#include "gen/tool/commands.h"
#include "gen/tool/files.h"

namespace kidl::tool {
namespace {

// The .idl's elements; all of the system is compiled with it, as its types come from there. Nothing
// when it has errors: they are told.
absl::StatusOr<std::optional<Lock>> lock_of_idl(const Invocation& invocation,
                                                const std::string& root, const std::string& path) {
  absl::StatusOr<std::vector<std::string>> files = idl_files(root, invocation.get("idl"));
  if (!files.ok()) files = std::vector<std::string>{};
  if (std::find(files->begin(), files->end(), path) == files->end()) files->push_back(path);
  absl::StatusOr<Compiled> compiled = compile_below(invocation, root, *files);
  if (!compiled.ok()) return compiled.status();
  if (tell(invocation, compiled->diagnostics, compiled->sources) != 0) return std::nullopt;
  for (const auto& file : compiled->system->files) {
    if (file->path == path) return lock_of(*file);
  }
  return absl::NotFoundError(absl::StrCat(path, " declares nothing that a lock could hold"));
}

absl::StatusOr<std::optional<Lock>> read_lock(const Invocation& invocation, const std::string& root,
                                              const std::string& path) {
  // A lock may be anywhere, as <(git show HEAD:idl/x.idl.lock) is; an .idl is below its root.
  const absl::StatusOr<std::string> text = read_file(path);
  if (!text.ok() || !is_lock(*text)) {
    const absl::StatusOr<std::string> below = read_file(join(root, path));
    if (!below.ok()) return below.status();
    if (!is_lock(*below)) return lock_of_idl(invocation, root, path);
  }
  const absl::StatusOr<Lock> lock =
      parse_lock(text.ok() && is_lock(*text) ? *text : *read_file(join(root, path)));
  if (!lock.ok()) {
    return absl::DataLossError(absl::StrCat(path, ": ", lock.status().message(), " [",
                                            code_name(Code::kLockDamaged), "]"));
  }
  return *lock;
}

}  // namespace

int run_diff(const Invocation& invocation) {
  if (invocation.words.size() != 2) {
    return usage_error(invocation.command, "diff needs the old and the new");
  }
  const std::string root = invocation.get("root");
  const std::string old_root = invocation.get("old-root");
  const auto before =
      read_lock(invocation, old_root.empty() ? root : old_root, invocation.words[0]);
  if (!before.ok()) return fail(before.status());
  const auto after = read_lock(invocation, root, invocation.words[1]);
  if (!after.ok()) return fail(after.status());
  if (!before->has_value() || !after->has_value()) return kExitErrors;
  const std::vector<Change> changes = compare(**before, **after);
  std::cout << (invocation.get("format") == "json" ? render_json(invocation.words[1], changes)
                                                   : render(changes));
  return breaks(changes) ? kExitErrors : EXIT_SUCCESS;
}

}  // namespace kidl::tool
