#include "gen/diagnostics.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace kidl {
namespace {

std::string indent(absl::string_view text) {
  std::string result;
  for (const absl::string_view line : absl::StrSplit(absl::StripSuffix(text, "\n"), '\n')) {
    absl::StrAppend(&result, line.empty() ? "" : "  ", line, "\n");
  }
  return result;
}

// A caret under column `column`; tabs stay tabs, so that it stands right in any terminal.
std::string caret(absl::string_view line, int column) {
  std::string result;
  for (int each = 1; each < column; ++each) {
    const auto index = static_cast<std::size_t>(each - 1);
    result += index < line.size() && line[index] == '\t' ? '\t' : ' ';
  }
  return result + "^";
}

std::string prelude(std::size_t file) {
  return absl::StrFormat(
      "@0xd1a7e55e7affff%02x;\n"
      "using K = import \"/idl/kidl.idl\";\n"
      "using Abi = import \"/idl/abi.idl\";\n"
      "using N = import \"/idl/kernel/notification.idl\"; "
      "using V = import \"/idl/kernel/vmo.idl\";\n"
      "$K.namespace(\"sample\");\n",
      file);
}

std::string many_methods() {
  std::string result;
  for (int each = 0; each <= 256; ++each) {
    absl::StrAppend(&result, "  m", each, " @", each, " () -> ();  # Number ", each, ".\n");
  }
  return result;
}

}  // namespace

std::string code_name(Code code) { return absl::StrFormat("KIDL%04d", static_cast<int>(code)); }

const Explanation* find_explanation(absl::string_view code) {
  int number = 0;
  if (!absl::SimpleAtoi(absl::StripPrefix(code, "KIDL"), &number)) return nullptr;
  for (const Explanation& each : explanations()) {
    if (static_cast<int>(each.code) == number) return &each;
  }
  return nullptr;
}

std::string explain(const Explanation& explanation) {
  return absl::StrCat(code_name(explanation.code), ": ", explanation.title, "\n\n",
                      explanation.text, "\n\nRefused:\n\n", indent(explanation.bad),
                      "\nAccepted:\n\n", indent(explanation.good));
}

std::vector<SampleFile> sample_files(absl::string_view sample) {
  std::vector<SampleFile> files = {{"sample.idl", ""}};
  for (const absl::string_view line : absl::StrSplit(absl::StripSuffix(sample, "\n"), '\n')) {
    if (absl::StartsWith(line, "=== ")) {
      files.push_back({std::string(absl::StripPrefix(line, "=== ")), ""});
      continue;
    }
    std::string& text = files.back().text;
    if (text.empty() && !absl::StartsWith(line, "@")) text = prelude(files.size());
    absl::StrAppend(&text, line == "  ..." ? many_methods() : std::string(line), "\n");
  }
  return files;
}

void Diagnostics::report(Code code, Position position, std::string message) {
  found_.push_back({std::move(position), code, std::move(message)});
}

bool Diagnostics::has(Code code) const {
  return std::any_of(found_.begin(), found_.end(),
                     [code](const Diagnostic& each) { return each.code == code; });
}

std::string Diagnostics::render(const Sources& sources) const {
  std::vector<Diagnostic> sorted = found_;
  std::sort(sorted.begin(), sorted.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::tie(a.position.file, a.position.line, a.position.column, a.code, a.message) <
           std::tie(b.position.file, b.position.line, b.position.column, b.code, b.message);
  });
  std::string result;
  for (const Diagnostic& each : sorted) {
    const Position& at = each.position;
    absl::StrAppend(&result, at.file, ":", at.line, ":", at.column, ": error: ", each.message, " [",
                    code_name(each.code), "]\n");
    const absl::string_view line = sources.line(at.file, at.line);
    if (!line.empty()) absl::StrAppend(&result, line, "\n", caret(line, at.column), "\n");
  }
  return result;
}

}  // namespace kidl
