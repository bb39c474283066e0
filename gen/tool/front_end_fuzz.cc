// The front end on any bytes: lexer, outline, token pass, formatter, lint. Nothing crashes;
// formatting keeps every token, and formatting again changes nothing.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "gen/diagnostics.h"
#include "gen/lexer.h"
#include "gen/sources.h"
#include "gen/tool/format.h"
#include "gen/tool/lint.h"

namespace {

bool same_tokens(absl::string_view a, absl::string_view b) {
  const std::vector<kidl::Token> left = kidl::tokenize(a);
  const std::vector<kidl::Token> right = kidl::tokenize(b);
  if (left.size() != right.size()) return false;
  for (std::size_t each = 0; each < left.size(); ++each) {
    // The white space at a comment's ends is the formatter's.
    if (left[each].kind != right[each].kind) return false;
    if (left[each].kind != kidl::Token::Kind::kComment && left[each].text != right[each].text) {
      return false;
    }
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  kidl::Sources sources;
  sources.add("fuzz.idl", text);
  kidl::Diagnostics diagnostics;
  kidl::tool::lint_source("fuzz.idl", text, diagnostics);
  if (diagnostics.render(sources).empty() != diagnostics.empty()) std::abort();
  (void)diagnostics.render_json();
  kidl::Diagnostics first;
  const std::optional<std::string> once = kidl::tool::format("fuzz.idl", text, first);
  if (!once) return first.empty() ? (std::abort(), 0) : 0;
  if (!same_tokens(text, *once)) std::abort();
  kidl::Diagnostics second;
  const std::optional<std::string> twice = kidl::tool::format("fuzz.idl", *once, second);
  if (!twice || *twice != *once) std::abort();
  return 0;
}
