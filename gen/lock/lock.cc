#include "gen/lock/lock.h"

#include <algorithm>
#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace kidl {
namespace {

constexpr absl::string_view kFirst = "# kidl lock ";
constexpr absl::string_view kVersion = "1: ";
constexpr absl::string_view kElements =
    " elements. Written by `bazel run //idl:freeze`, never by hand.";

constexpr absl::string_view kKinds[] = {"constant", "enum",      "enumerant", "field",
                                        "file",     "interface", "method",    "parameter",
                                        "result",   "right",     "struct"};

absl::Status damaged(std::size_t line, absl::string_view why) {
  return absl::DataLossError(absl::StrCat("line ", line, ": ", why));
}

absl::StatusOr<std::size_t> read_count(absl::string_view first) {
  if (!absl::ConsumePrefix(&first, kFirst)) {
    return damaged(1, "no lock begins so; the first line is \"# kidl lock 1: ...\"");
  }
  if (!absl::ConsumePrefix(&first, kVersion)) {
    return damaged(1, "a lock of another version of kidl");
  }
  std::size_t count = 0;
  if (!absl::ConsumeSuffix(&first, kElements) || !absl::SimpleAtoi(first, &count)) {
    return damaged(1, "it does not tell how many elements follow");
  }
  return count;
}

absl::StatusOr<Element> read_element(std::size_t number, absl::string_view line) {
  const std::vector<std::string> words = absl::StrSplit(line, ' ');
  if (words.size() < 2 ||
      std::find(std::begin(kKinds), std::end(kKinds), words[1]) == std::end(kKinds)) {
    return damaged(number, absl::StrCat("no element: \"", line, "\""));
  }
  Element element;
  element.path = words[0];
  element.kind = words[1];
  for (std::size_t each = 2; each < words.size(); ++each) {
    const std::pair<std::string, std::string> parts =
        absl::StrSplit(words[each], absl::MaxSplits('=', 1));
    if (parts.first.empty() || parts.second.empty()) {
      return damaged(number, absl::StrCat("no NAME=VALUE: \"", words[each], "\""));
    }
    element.set(parts.first, parts.second);
  }
  return element;
}

// Where the last part of a path begins: after '.', '(' or "->".
std::size_t last_part(absl::string_view path) {
  const std::size_t at = path.find_last_of(".(>");
  return at == absl::string_view::npos ? 0 : at + 1;
}

}  // namespace

absl::string_view Element::get(absl::string_view attribute) const {
  for (const auto& [name, value] : attributes) {
    if (name == attribute) return value;
  }
  return {};
}

void Element::set(std::string attribute, std::string value) {
  attributes.emplace_back(std::move(attribute), std::move(value));
}

absl::string_view Element::owner() const {
  absl::string_view result = absl::string_view(path).substr(0, last_part(path));
  while (!result.empty() && absl::StrContains(".(->", result.back())) result.remove_suffix(1);
  return result;
}

absl::string_view Element::name() const {
  return absl::StripSuffix(absl::string_view(path).substr(last_part(path)), ")");
}

std::string Element::line() const {
  std::string result = absl::StrCat(path, " ", kind);
  for (const auto& [name, value] : attributes) absl::StrAppend(&result, " ", name, "=", value);
  return result;
}

const Element* Lock::find(absl::string_view path) const {
  const auto found = std::lower_bound(
      elements.begin(), elements.end(), path,
      [](const Element& element, absl::string_view wanted) { return element.path < wanted; });
  return found == elements.end() || found->path != path ? nullptr : &*found;
}

std::string print_lock(const Lock& lock) {
  std::string result = absl::StrCat(kFirst, kVersion, lock.elements.size(), kElements, "\n");
  for (const Element& each : lock.elements) absl::StrAppend(&result, each.line(), "\n");
  return result;
}

bool is_lock(absl::string_view text) { return absl::StartsWith(text, kFirst); }

absl::StatusOr<Lock> parse_lock(absl::string_view text) {
  std::vector<absl::string_view> lines = absl::StrSplit(text, '\n');
  const absl::StatusOr<std::size_t> count = read_count(lines[0]);
  if (!count.ok()) return count.status();
  if (!lines.back().empty()) return damaged(lines.size(), "the last line is cut");
  lines.pop_back();
  Lock lock;
  for (std::size_t each = 1; each < lines.size(); ++each) {
    absl::StatusOr<Element> element = read_element(each + 1, lines[each]);
    if (!element.ok()) return element.status();
    if (!lock.elements.empty() && element->path <= lock.elements.back().path) {
      return damaged(each + 1, absl::StrCat("'", element->path, "' is out of order, or twice"));
    }
    lock.elements.push_back(*std::move(element));
  }
  if (lock.elements.size() != *count) {
    return damaged(1, absl::StrCat("it tells of ", *count, " elements, and ", lock.elements.size(),
                                   " follow"));
  }
  return lock;
}

}  // namespace kidl
