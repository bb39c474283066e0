// kidl: the IDL compiler. `kidl --help` says how it is used.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/reflection.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gen/compiler.h"
#include "gen/diagnostics.h"
#include "gen/emit.h"

ABSL_FLAG(std::string, request, "", "the CodeGeneratorRequest that capnp wrote");
ABSL_FLAG(std::string, root, ".", "the folder that the sources' paths start from");
ABSL_FLAG(std::string, out, "", "the folder to write to; nothing is written without it");
ABSL_FLAG(std::string, emit, "all", "what to write: all, cxx or docs");
ABSL_FLAG(std::string, capnp, "/usr/bin/capnp", "the Cap'n Proto compiler");
ABSL_FLAG(bool, help, false, "prints this");

namespace {

constexpr int kExitErrors = 1;
constexpr int kExitUsage = 2;

constexpr absl::string_view kUsage = R"(usage:
  kidl compile [--root=DIR] [--out=DIR] [--emit=all|cxx|docs] [--capnp=PATH] FILE.idl...
      Checks all files together (paths from the root) and writes what is generated from them.
  kidl --request=FILE.req [--root=DIR] [--out=DIR] [--emit=all|cxx|docs]
      The same from what `capnp compile --no-standard-import -I. -o- FILE.idl...` wrote.
  kidl explain CODE
      What an error's code means, with a sample that is refused and one that is accepted.
  kidl --help
Exit status: 0; 1 when there were errors; 2 for wrong usage.
)";

int usage_error(absl::string_view message) {
  std::cerr << "kidl: " << message << "\n" << kUsage;
  return kExitUsage;
}

// Sets the flags that `arguments` has; the others, in order, stay in it. Every flag is --name=value
// or --name.
absl::Status take_flags(std::vector<std::string>& arguments) {
  std::vector<std::string> others;
  for (const std::string& each : arguments) {
    if (!absl::StartsWith(each, "-") || each == "-") {
      others.push_back(each);
      continue;
    }
    const std::size_t equals = each.find('=');
    const std::string name = each.substr(0, equals);
    absl::CommandLineFlag* flag =
        absl::StartsWith(name, "--") ? absl::FindCommandLineFlag(name.substr(2)) : nullptr;
    if (flag == nullptr) return absl::InvalidArgumentError(absl::StrCat("no such flag: ", name));
    const bool has_value = equals != std::string::npos;
    if (!has_value && !flag->IsOfType<bool>()) {
      return absl::InvalidArgumentError(absl::StrCat(name, " needs a value: ", name, "=..."));
    }
    std::string error;
    if (!flag->ParseFrom(has_value ? each.substr(equals + 1) : "true", &error)) {
      return absl::InvalidArgumentError(absl::StrCat("wrong value: ", each, " ", error));
    }
  }
  arguments = others;
  return absl::OkStatus();
}

absl::StatusOr<std::string> read_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return absl::NotFoundError(absl::StrCat("cannot read ", path));
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

// Leaves a file alone that has the right content already, so that what depends on it is not built
// anew.
absl::Status write_output(const std::string& root, const kidl::Output& output) {
  for (const auto& [path, content] : output) {
    const std::filesystem::path full = std::filesystem::path(root) / path;
    const absl::StatusOr<std::string> present = read_file(full.string());
    if (present.ok() && *present == content) continue;
    std::error_code ignored;  // the stream tells
    std::filesystem::create_directories(full.parent_path(), ignored);
    std::ofstream stream(full, std::ios::binary);
    stream << content;
    stream.close();
    if (!stream) return absl::PermissionDeniedError(absl::StrCat("cannot write ", full.string()));
  }
  return absl::OkStatus();
}

int fail(const absl::Status& status) {
  std::cerr << "kidl: error: " << status.message() << "\n";
  return kExitErrors;
}

int generate(const absl::StatusOr<kidl::Compiled>& compiled) {
  if (!compiled.ok()) return fail(compiled.status());
  if (!compiled->diagnostics.empty()) {
    std::cerr << compiled->messages();
    return kExitErrors;
  }
  const std::string out = absl::GetFlag(FLAGS_out);
  if (out.empty()) return EXIT_SUCCESS;
  kidl::Output output;
  const std::string emit = absl::GetFlag(FLAGS_emit);
  if (emit != "docs") kidl::emit_cxx(*compiled->system, output);
  if (emit != "cxx") kidl::emit_docs(*compiled->system, output);
  const absl::Status written = write_output(out, output);
  return written.ok() ? EXIT_SUCCESS : fail(written);
}

int compile(const std::vector<std::string>& files) {
  if (files.empty()) return usage_error("compile needs the files to compile");
  return generate(
      kidl::compile_files(absl::GetFlag(FLAGS_capnp), absl::GetFlag(FLAGS_root), files));
}

int explain(const std::vector<std::string>& codes) {
  if (codes.size() != 1) return usage_error("explain needs one code");
  const kidl::Explanation* found = kidl::find_explanation(codes[0]);
  if (found == nullptr) return usage_error(absl::StrCat("no such code: ", codes[0]));
  std::cout << kidl::explain(*found);
  return EXIT_SUCCESS;
}

int run(std::vector<std::string> arguments) {
  if (const absl::Status flags = take_flags(arguments); !flags.ok()) {
    return usage_error(flags.message());
  }
  if (absl::GetFlag(FLAGS_help)) {
    std::cout << kUsage;
    return EXIT_SUCCESS;
  }
  const std::string emit = absl::GetFlag(FLAGS_emit);
  if (emit != "all" && emit != "cxx" && emit != "docs") {
    return usage_error(absl::StrCat("wrong value: --emit=", emit));
  }
  const std::string command = arguments.empty() ? "" : arguments[0];
  const std::vector<std::string> rest(arguments.begin() + (arguments.empty() ? 0 : 1),
                                      arguments.end());
  if (command == "compile") return compile(rest);
  if (command == "explain") return explain(rest);
  if (!command.empty()) return usage_error(absl::StrCat("no such command: ", command));
  const std::string path = absl::GetFlag(FLAGS_request);
  if (path.empty()) return usage_error("nothing to do");
  const absl::StatusOr<std::string> request = read_file(path);
  if (!request.ok()) return fail(request.status());
  return generate(kidl::compile_request(*request, absl::GetFlag(FLAGS_root)));
}

}  // namespace

int main(int argc, char** argv) { return run(std::vector<std::string>(argv + 1, argv + argc)); }
