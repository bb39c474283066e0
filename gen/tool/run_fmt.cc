// kidl fmt and kidl lint.
#include <cstdlib>
#include <iostream>
#include <optional>

#include "absl/strings/str_cat.h"
#include "gen/diagnostics.h"
#include "gen/sources.h"
#include "gen/tool/commands.h"
#include "gen/tool/files.h"
#include "gen/tool/format.h"
#include "gen/tool/lint.h"

namespace kidl::tool {

int run_fmt(const Invocation& invocation) {
  if (invocation.words.empty()) {
    return usage_error(invocation.command, "fmt needs the files to format");
  }
  const std::string root = invocation.get("root");
  const bool check = invocation.has("check");
  Sources sources;
  Diagnostics diagnostics;
  for (const std::string& path : invocation.words) {
    if (absl::Status loaded = sources.load(root, path); !loaded.ok()) return fail(loaded);
    if (check) {
      // Formatting alone; and what keeps a file from being formatted.
      Diagnostics found;
      lint_source(path, sources.text(path), found);
      for (const Diagnostic& each : found.sorted()) {
        if (each.code == Code::kNotFormatted || phase_of(each.code) == Phase::kCompile) {
          diagnostics.report(each.code, each.position, each.message);
        }
      }
      continue;
    }
    const std::optional<std::string> formatted = format(path, sources.text(path), diagnostics);
    if (!formatted || *formatted == sources.text(path)) continue;
    if (absl::Status written = write_file(join(root, path), *formatted); !written.ok()) {
      return fail(written);
    }
    if (invocation.get("format") == "text") std::cout << path << ": formatted\n";
  }
  return tell(invocation, diagnostics, sources);
}

int run_lint(const Invocation& invocation) {
  if (invocation.words.empty()) {
    return usage_error(invocation.command, "lint needs the files to look at");
  }
  // The whole system: a comment may tell of what another file declares.
  absl::StatusOr<Compiled> compiled = compile_system(invocation, invocation.words);
  if (!compiled.ok()) return fail(compiled.status());
  if (compiled->diagnostics.empty()) {
    for (const std::string& path : invocation.words) {
      lint_source(path, compiled->sources.text(path), compiled->diagnostics);
    }
    lint_system(*compiled->system, invocation.words, compiled->sources, compiled->diagnostics);
  }
  return tell(invocation, compiled->diagnostics, compiled->sources);
}

}  // namespace kidl::tool
