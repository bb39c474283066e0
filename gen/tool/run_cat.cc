// kidl cat.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "gen/tool/commands.h"
#include "gen/tool/decode.h"
#include "gen/tool/files.h"
#include "gen/tool/record.h"

namespace kidl::tool {
namespace {

// Whether all lines were well.
bool cat(const System& system, std::istream& stream) {
  bool well = true;
  std::string line;
  for (int number = 1; std::getline(stream, line); ++number) {
    if (absl::StripAsciiWhitespace(line).empty()) continue;
    const absl::StatusOr<Record> record = parse_record(line);
    if (!record.ok()) {
      std::cout << "line " << number << ": no record: " << record.status().message() << "\n";
      well = false;
      continue;
    }
    const Decoded decoded = decode(system, *record);
    std::cout << decoded.text << "\n";
    for (const std::string& each : decoded.wrong) std::cout << "  wrong: " << each << "\n";
    well = well && decoded.wrong.empty();
  }
  return well;
}

}  // namespace

int run_cat(const Invocation& invocation) {
  const absl::StatusOr<std::vector<std::string>> files =
      idl_files(invocation.get("root"), invocation.get("idl"));
  if (!files.ok()) return fail(files.status());
  const absl::StatusOr<Compiled> compiled = compile(invocation, *files);
  if (!compiled.ok()) return fail(compiled.status());
  if (tell(invocation, compiled->diagnostics, compiled->sources) != 0) return kExitErrors;
  if (invocation.words.empty())
    return cat(*compiled->system, std::cin) ? EXIT_SUCCESS : kExitErrors;
  bool well = true;
  for (const std::string& path : invocation.words) {
    if (path == "-") {
      well = cat(*compiled->system, std::cin) && well;
      continue;
    }
    // A folder opens like a file, and has no lines.
    std::error_code none;
    std::ifstream stream(path, std::ios::binary);
    if (!stream || std::filesystem::is_directory(path, none))
      return fail(absl::NotFoundError(absl::StrCat("cannot read ", path)));
    well = cat(*compiled->system, stream) && well;
  }
  return well ? EXIT_SUCCESS : kExitErrors;
}

}  // namespace kidl::tool
