// kidl compile and kidl explain.
#include <cstdlib>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "gen/compiler.h"
#include "gen/diagnostics.h"
#include "gen/emit.h"
#include "gen/tool/commands.h"
#include "gen/tool/files.h"

namespace kidl::tool {
namespace {

// Leaves a file alone that has the right content already, so that what depends on it is not built
// anew.
absl::Status write_output(const std::string& root, const Output& output) {
  for (const auto& [path, content] : output) {
    const absl::StatusOr<std::string> present = read_file(join(root, path));
    if (present.ok() && *present == content) continue;
    if (absl::Status written = write_file(join(root, path), content); !written.ok()) return written;
  }
  return absl::OkStatus();
}

}  // namespace

int run_compile(const Invocation& invocation) {
  const std::string request = invocation.get("request");
  if (invocation.words.empty() == request.empty()) {
    return usage_error(invocation.command, "compile needs the files to compile, or --request");
  }
  absl::StatusOr<Compiled> compiled;
  if (request.empty()) {
    compiled = compile(invocation, invocation.words);
  } else {
    const absl::StatusOr<std::string> bytes = read_file(request);
    if (!bytes.ok()) return fail(bytes.status());
    compiled = compile_request(*bytes, invocation.get("root"));
  }
  if (!compiled.ok()) return fail(compiled.status());
  if (const int told = tell(invocation, compiled->diagnostics, compiled->sources); told != 0) {
    return told;
  }
  const std::string out = invocation.get("out");
  if (out.empty()) return EXIT_SUCCESS;
  Output output;
  if (invocation.get("emit") != "docs") emit_cxx(*compiled->system, output);
  if (invocation.get("emit") != "cxx") emit_docs(*compiled->system, output);
  const absl::Status written = write_output(out, output);
  return written.ok() ? EXIT_SUCCESS : fail(written);
}

int run_explain(const Invocation& invocation) {
  if (invocation.words.size() != 1) {
    return usage_error(invocation.command, "explain needs one code");
  }
  const Explanation* found = find_explanation(invocation.words[0]);
  if (found == nullptr) {
    return usage_error(invocation.command, absl::StrCat("no such code: ", invocation.words[0]));
  }
  std::cout << explain(*found);
  return EXIT_SUCCESS;
}

}  // namespace kidl::tool
