// testdata/names.idl has every name that could get into the generated code's way: each identifier
// of the code that kidl makes of it, if an .idl can have a name that becomes it.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "gen/cxx.h"

namespace kidl {
namespace {

std::string read(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  EXPECT_TRUE(stream) << path;
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

// A line's identifiers that begin with a small letter; not those in comments, literals and
// directives.
void collect(absl::string_view line, std::set<std::string>& found) {
  if (absl::StartsWith(line, "#")) return;
  bool quoted = false;
  for (std::size_t at = 0; at < line.size();) {
    if (line[at] == '"') quoted = !quoted;
    if (!quoted && absl::StartsWith(line.substr(at), "//")) return;
    std::size_t end = at;
    const auto is_part = [&line](std::size_t index) {
      return index < line.size() && (absl::ascii_isalnum(line[index]) || line[index] == '_');
    };
    while (is_part(end)) ++end;
    if (end > at && !quoted && absl::ascii_islower(line[at])) {
      found.emplace(line.substr(at, end - at));
    }
    at = end > at ? end : at + 1;
  }
}

// The name that becomes `identifier`; empty when there is none.
std::string name_of(absl::string_view identifier) {
  std::string name;
  for (const absl::string_view word : absl::StrSplit(identifier, '_')) {
    absl::StrAppend(&name, name.empty() ? word : upper_first(word));
  }
  return snake(name) == identifier ? name : "";
}

// Functions that are called after methods, which no other name becomes.
bool is_derived(absl::string_view identifier) {
  return absl::StartsWith(identifier, "on_") || absl::StartsWith(identifier, "decode_") ||
         absl::StartsWith(identifier, "serve_") || absl::StartsWith(identifier, "valid_") ||
         absl::StartsWith(identifier, "null_") || absl::EndsWith(identifier, "_until");
}

// The methods' own.
bool is_counted(absl::string_view identifier) {
  return identifier.size() > 1 && absl::ascii_isdigit(identifier[1]) &&
         (identifier[0] == 'm' || identifier[0] == 'a' || identifier[0] == 't');
}

// Its enum Name, which has them all.
std::set<std::string> listed() {
  const std::string source = read("gen/testdata/names.idl");
  absl::string_view list = source;
  list = list.substr(list.find("enum Name {"));
  list = list.substr(0, list.find('}'));
  std::set<std::string> names;
  for (const absl::string_view line : absl::StrSplit(list, '\n')) {
    if (absl::StartsWith(line, "  ")) names.emplace(line.substr(2, line.find(" @") - 2));
  }
  return names;
}

std::size_t count(absl::string_view text, absl::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != absl::string_view::npos;
       at = text.find(part, at + 1)) {
    // Not the end of a longer name.
    if (at > 0 && absl::ascii_isalnum(static_cast<unsigned char>(text[at - 1]))) continue;
    ++found;
  }
  return found;
}

// As a parameter and a result of each kind of method, as a field, an enumerant, and a method. A
// method cannot have the four names that are functions of the generated classes already.
TEST(NamesIdl, HasEveryNameInEveryPlace) {
  const std::set<std::string> functions = {"slot", "endpoint", "onNotification", "replySlot"};
  const std::string names = read("gen/testdata/names.idl");
  const std::string calls = read("gen/testdata/calls.idl");
  for (const std::string& each : listed()) {
    const bool is_method = !functions.contains(each);
    EXPECT_GE(count(names, each + " @"), is_method ? 3U : 2U) << each;
    EXPECT_GE(count(names, each + " :UInt32"), 5U) << each;
    EXPECT_GE(count(names, each + " :N.Notification"), 2U) << each;
    EXPECT_GE(count(calls, each + " @"), is_method ? 1U : 0U) << each;
    EXPECT_GE(count(calls, each + " :UInt32"), 2U) << each;
    EXPECT_GE(count(calls, each + " :N.Notification"), 1U) << each;
  }
}

TEST(NamesIdl, HasEveryIdentifierOfTheGeneratedCode) {
  std::set<std::string> identifiers;
  for (const char* header :
       {"names.h", "names_client.h", "names_message.h", "names_server.h", "calls.h"}) {
    const std::string code = read(absl::StrCat("gen/testdata/", header));
    // In a struct's own functions every name of the .idl stands behind a dot.
    bool is_codec = false;
    for (const absl::string_view line : absl::StrSplit(code, '\n')) {
      is_codec = is_codec || absl::StrContains(line, " write_words(") ||
                 absl::StrContains(line, " read_words(");
      if (!is_codec) collect(line, identifiers);
      is_codec = is_codec && line != "}";
    }
  }
  // The decoders' header is the whole kernel's: only those of calls.idl.
  bool is_ours = false;
  const std::string decoders = read("gen/names/idl/kernel_decode.h");
  for (const absl::string_view line : absl::StrSplit(decoders, '\n')) {
    is_ours = is_ours || absl::StartsWith(line, "void null_");
    if (is_ours) collect(line, identifiers);
    is_ours = is_ours && line != "}";
  }
  EXPECT_GT(identifiers.size(), 150U);
  const std::set<std::string> names = listed();
  for (const std::string& each : identifiers) {
    const std::string name = name_of(each);
    if (name.empty() || is_derived(each) || is_counted(each)) continue;
    EXPECT_TRUE(names.contains(name))
        << each << ": add '" << name << "' to names.idl and calls.idl";
  }
}

}  // namespace
}  // namespace kidl
