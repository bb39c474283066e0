#include "gen/diagnostics.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "gen/json.h"

namespace kidl {
namespace {

std::string indent(absl::string_view text) {
  std::string result;
  for (const absl::string_view line : absl::StrSplit(absl::StripSuffix(text, "\n"), '\n')) {
    absl::StrAppend(&result, line.empty() ? "" : "  ", line, "\n");
  }
  return result;
}

// What is shown of a line: all of it, or as much around the column as a wide screen has. A file may
// be one line, and each message shows its own.
constexpr std::size_t kWidest = 200;
struct Excerpt {
  std::string text;
  int column;
};
Excerpt excerpt(absl::string_view line, int column) {
  if (line.size() <= kWidest) return {std::string(line), column};
  constexpr absl::string_view kCut = "...";
  const auto at = std::min(static_cast<std::size_t>(column - 1), line.size());
  const std::size_t begin =
      std::min(at < kWidest / 2 ? 0 : at - kWidest / 2, line.size() - kWidest);
  const absl::string_view before = begin == 0 ? "" : kCut;
  const absl::string_view after = begin + kWidest == line.size() ? "" : kCut;
  return {absl::StrCat(before, line.substr(begin, kWidest), after),
          static_cast<int>(at - begin + before.size()) + 1};
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
      "using V = import \"/idl/kernel/vmo.idl\"; "
      "using M = import \"/idl/manifest.idl\";\n"
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
  std::string result = absl::StrCat(code_name(explanation.code), ": ", explanation.title, "\n\n",
                                    explanation.text, "\n");
  if (!explanation.advice.empty())
    absl::StrAppend(&result, "\nInstead: ", explanation.advice, "\n");
  if (!explanation.released.empty()) {
    absl::StrAppend(&result, "\nReleased:\n\n", indent(explanation.released));
  }
  if (!explanation.bad.empty()) absl::StrAppend(&result, "\nRefused:\n\n", indent(explanation.bad));
  if (!explanation.good.empty()) {
    absl::StrAppend(&result, "\nAccepted:\n\n", indent(explanation.good));
  }
  return result;
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

std::span<const Explanation> explanations() {
  static const auto* const kAll = [] {
    auto* all = new std::vector<Explanation>();
    for (const auto part : {type_explanations(), interface_explanations(), method_explanations(),
                            manifest_explanations(), token_explanations(), lock_explanations(),
                            lock_member_explanations(), lint_explanations()}) {
      all->insert(all->end(), part.begin(), part.end());
    }
    std::sort(all->begin(), all->end(),
              [](const Explanation& a, const Explanation& b) { return a.code < b.code; });
    return all;
  }();
  return *kAll;
}

std::string advice(Code code) {
  for (const Explanation& each : explanations()) {
    if (each.code != code) continue;
    const absl::string_view text = each.advice.empty() ? each.text : each.advice;
    return absl::StrReplaceAll(text, {{"\n", " "}});
  }
  return "";
}

bool Diagnostics::has(Code code) const {
  return std::any_of(found_.begin(), found_.end(),
                     [code](const Diagnostic& each) { return each.code == code; });
}

std::vector<Diagnostic> Diagnostics::sorted() const {
  std::vector<Diagnostic> sorted = found_;
  const auto key = [](const Diagnostic& each) {
    return std::tie(each.position.file, each.position.line, each.position.column, each.code,
                    each.message);
  };
  std::sort(sorted.begin(), sorted.end(),
            [&](const Diagnostic& a, const Diagnostic& b) { return key(a) < key(b); });
  const auto end =
      std::unique(sorted.begin(), sorted.end(),
                  [&](const Diagnostic& a, const Diagnostic& b) { return key(a) == key(b); });
  sorted.erase(end, sorted.end());
  return sorted;
}

std::string Diagnostics::render(const Sources& sources) const {
  std::string result;
  for (const Diagnostic& each : sorted()) {
    const Position& at = each.position;
    absl::StrAppend(&result, at.file, ":", at.line, ":", at.column, ": error: ", each.message, " [",
                    code_name(each.code), "]\n");
    const absl::string_view line = sources.line(at.file, at.line);
    if (line.empty()) continue;
    const Excerpt shown = excerpt(line, at.column);
    absl::StrAppend(&result, shown.text, "\n", caret(shown.text, shown.column), "\n");
  }
  return result;
}

std::string Diagnostics::render_json() const {
  std::string result;
  for (const Diagnostic& each : sorted()) {
    absl::StrAppend(&result, "{\"file\":", json_text(each.position.file),
                    ",\"line\":", each.position.line, ",\"column\":", each.position.column,
                    ",\"code\":", json_text(code_name(each.code)),
                    ",\"message\":", json_text(each.message),
                    ",\"advice\":", json_text(advice(each.code)), "}\n");
  }
  return result;
}

}  // namespace kidl
