#include "gen/tool/files.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "gen/tool/skipped.h"

namespace kidl::tool {

namespace fs = std::filesystem;

std::string join(const std::string& root, const std::string& path) {
  return (fs::path(root) / path).string();
}

absl::StatusOr<std::string> read_file(const std::string& path) {
  // A folder opens like a file, and throws when it is read.
  std::error_code none;
  std::ifstream stream(path, std::ios::binary);
  if (!stream || fs::is_directory(path, none)) {
    return absl::NotFoundError(absl::StrCat("cannot read ", path));
  }
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

absl::Status write_file(const std::string& path, const std::string& content) {
  std::error_code ignored;  // the stream tells
  if (fs::path(path).has_parent_path())
    fs::create_directories(fs::path(path).parent_path(), ignored);
  std::ofstream stream(path, std::ios::binary);
  stream << content;
  stream.close();
  if (!stream) return absl::PermissionDeniedError(absl::StrCat("cannot write ", path));
  return absl::OkStatus();
}

int fail(const absl::Status& status) {
  std::cerr << "kidl: error: " << status.message() << "\n";
  return kExitErrors;
}

absl::StatusOr<std::vector<std::string>> idl_files(const std::string& root,
                                                   const std::string& folder) {
  std::vector<std::string> result;
  std::error_code error;
  const fs::path base = fs::path(root) / folder;
  fs::recursive_directory_iterator each(base, error);
  for (; !error && each != fs::recursive_directory_iterator(); each.increment(error)) {
    if (each->path().extension() == ".idl") {
      result.push_back((fs::path(folder) / each->path().lexically_relative(base)).string());
    }
  }
  if (error) return absl::NotFoundError(absl::StrCat("cannot read ", base.string()));
  std::sort(result.begin(), result.end());
  return result;
}

absl::StatusOr<Compiled> compile(const Invocation& invocation,
                                 const std::vector<std::string>& files) {
  return compile_below(invocation, invocation.get("root"), files);
}

absl::StatusOr<Compiled> compile_below(const Invocation& invocation, const std::string& root,
                                       const std::vector<std::string>& files) {
  absl::StatusOr<Compiled> compiled = compile_files(invocation.get("capnp"), root, files);
  if (compiled.ok() && !compiled->diagnostics.empty()) {
    compiled->diagnostics = name_skipped(root, compiled->diagnostics, compiled->sources);
  }
  return compiled;
}

absl::StatusOr<Compiled> compile_system(const Invocation& invocation,
                                        std::vector<std::string> files) {
  const absl::StatusOr<std::vector<std::string>> others =
      idl_files(invocation.get("root"), invocation.get("idl"));
  if (others.ok()) files.insert(files.end(), others->begin(), others->end());
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
  return compile(invocation, files);
}

int tell(const Invocation& invocation, const Diagnostics& diagnostics, const Sources& sources) {
  if (invocation.get("format") == "json") {
    std::cout << diagnostics.render_json();
  } else {
    std::cerr << diagnostics.render(sources);
  }
  return diagnostics.empty() ? EXIT_SUCCESS : kExitErrors;
}

}  // namespace kidl::tool
