#include "gen/tool/lint.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gen/lexer.h"
#include "gen/method_text.h"
#include "gen/tool/format.h"

namespace kidl::tool {
namespace {

constexpr std::size_t kMostColumns = 160;
constexpr int kMostCapitals = 2;  // "CNode", "quotaKiB"; but "Url", not "URL"

void unused_imports(const std::string& path, const std::vector<Token>& tokens,
                    Diagnostics& diagnostics) {
  for (std::size_t at = 0; at + 3 < tokens.size(); ++at) {
    if (tokens[at].text != "using" || tokens[at + 2].text != "=") continue;
    const Token& name = tokens[at + 1];
    const auto uses = std::count_if(tokens.begin(), tokens.end(), [&](const Token& each) {
      return each.kind == Token::Kind::kWord && each.text == name.text;
    });
    if (uses > 1) continue;
    diagnostics.report(Code::kUnusedImport, {path, name.line, name.column},
                       absl::StrCat("nothing uses '", name.text, "'"));
  }
}

void long_lines(const std::string& path, absl::string_view source, Diagnostics& diagnostics) {
  int number = 0;
  for (const absl::string_view line : absl::StrSplit(source, '\n')) {
    ++number;
    if (line.size() <= kMostColumns) continue;
    diagnostics.report(
        Code::kLineTooLong, {path, number, static_cast<int>(kMostColumns) + 1},
        absl::StrCat("the line has ", line.size(), " columns, more than ", kMostColumns));
  }
}

void formatting(const std::string& path, absl::string_view source, Diagnostics& diagnostics) {
  const std::optional<std::string> formatted = format(path, source, diagnostics);
  if (!formatted || *formatted == source) return;
  const std::vector<absl::string_view> is = absl::StrSplit(source, '\n');
  const std::vector<absl::string_view> wanted = absl::StrSplit(*formatted, '\n');
  std::size_t line = 0;
  while (line + 1 < std::min(is.size(), wanted.size()) && is[line] == wanted[line]) ++line;
  diagnostics.report(Code::kNotFormatted, {path, static_cast<int>(line) + 1, 1},
                     "the file is not formatted from here on; run kidl fmt");
}

class Linter {
 public:
  Linter(const System& system, const Sources& sources, Diagnostics& diagnostics)
      : sources_(sources), diagnostics_(diagnostics) {
    for (const auto& file : system.files) know(*file);
  }

  void file(const File& file) {
    for (const auto& each : file.interfaces) interface(*each);
    for (const auto& each : file.enums) {
      name(each->name, each->position);
      for (const Enumerant& enumerant : each->enumerants) {
        const Position position =
            sources_.position(file.path, absl::StrCat(each->name, ".", enumerant.name));
        member(each->name, enumerant.name, position);
        text(enumerant.doc, Code::kEnumerantText, position, "enumerant", enumerant.name);
      }
    }
    for (const auto& each : file.structs) {
      name(each->name, each->position);
      for (const Field& field : each->fields) {
        member(each->name, field.name, field.position);
        text(field.doc, Code::kFieldText, field.position, "field", field.name);
      }
    }
    for (const Constant& each : file.constants) name(each.name, each.position);
  }

 private:
  // Names that a comment may begin a line with: errors, enumerants, what else is declared.
  void know(const File& file) {
    for (const auto& each : file.interfaces) {
      for (const Method& method : each->methods) known_.insert(method.name);
      known_.insert(each->rights.begin(), each->rights.end());
    }
    for (const auto& each : file.enums) {
      for (const Enumerant& enumerant : each->enumerants) known_.insert(enumerant.name);
    }
    for (const auto& each : file.structs) {
      for (const Field& field : each->fields) known_.insert(field.name);
    }
    for (const Constant& each : file.constants) known_.insert(each.name);
  }

  void report(Code code, const Position& position, const std::string& message) {
    diagnostics_.report(code, position, message);
  }

  void interface(const Interface& interface) {
    name(interface.name, interface.position);
    sentence(interface.doc, interface.position, interface.name);
    for (const Method& each : interface.methods) {
      if (!each.removed) method(interface, each);
    }
  }

  void method(const Interface& interface, const Method& method) {
    member(interface.name, method.name, method.position);
    const MethodText text = method_text(method);
    sentence(text.about, method.position, method.name);
    for (std::size_t each = 0; each < method.parameters.size(); ++each) {
      value(method.parameters[each], text.parameters[each], Code::kParameterText, "parameter");
    }
    for (std::size_t each = 0; each < method.results.size(); ++each) {
      value(method.results[each], text.results[each], Code::kResultText, "result");
    }
    for (const std::string& each : text.strangers) {
      if (known_.contains(each)) continue;
      report(Code::kTextOfNothing, method.position,
             absl::StrCat("the comment of '", method.name, "' tells of '", each,
                          "', which is nothing of it"));
    }
  }

  void value(const Parameter& each, const std::string& about, Code code, absl::string_view what) {
    name(each.name, each.position);
    text(about, code, each.position, what, each.name);
  }

  void text(absl::string_view about, Code code, const Position& position, absl::string_view what,
            absl::string_view name) {
    if (absl::StripAsciiWhitespace(about).empty()) {
      report(code, position, absl::StrCat(what, " '", name, "' has no text"));
    } else {
      sentence(about, position, name);
    }
  }

  void sentence(absl::string_view text, const Position& position, absl::string_view what) {
    while (!text.empty() && absl::StrContains("`)\" \n", text.back())) text.remove_suffix(1);
    if (text.empty() || absl::StrContains(".?!:", text.back())) return;
    report(Code::kNotASentence, position,
           absl::StrCat("what is said of '", what, "' does not end as a sentence does"));
  }

  void name(const std::string& name, const Position& position) {
    int capitals = 0;
    for (const char each : name) {
      capitals = absl::ascii_isupper(static_cast<unsigned char>(each)) ? capitals + 1 : 0;
      if (capitals <= kMostCapitals) continue;
      report(Code::kNameStyle, position,
             absl::StrCat("'", name, "' has more than two capitals in a row"));
      return;
    }
  }

  void member(const std::string& owner, const std::string& name, const Position& position) {
    this->name(name, position);
    if (name.size() > owner.size() &&
        absl::StartsWith(absl::AsciiStrToLower(name), absl::AsciiStrToLower(owner)) &&
        absl::ascii_isupper(static_cast<unsigned char>(name[owner.size()]))) {
      report(Code::kNameRepeats, position,
             absl::StrCat("'", name, "' repeats the name of '", owner, "'"));
    }
  }

  const Sources& sources_;
  Diagnostics& diagnostics_;
  std::set<std::string> known_;
};

}  // namespace

void lint_source(const std::string& path, absl::string_view source, Diagnostics& diagnostics) {
  unused_imports(path, tokenize(source), diagnostics);
  long_lines(path, source, diagnostics);
  formatting(path, source, diagnostics);
}

void lint_system(const System& system, const std::vector<std::string>& files,
                 const Sources& sources, Diagnostics& diagnostics) {
  Linter linter(system, sources, diagnostics);
  for (const auto& each : system.files) {
    if (std::find(files.begin(), files.end(), each->path) != files.end()) linter.file(*each);
  }
}

}  // namespace kidl::tool
