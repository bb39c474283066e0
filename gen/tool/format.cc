#include "gen/tool/format.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gen/lexer.h"
#include "gen/token_pass.h"

namespace kidl::tool {
namespace {

constexpr int kBlock = 2;         // what stands in a block, or in a bracket that ends its line
constexpr int kContinuation = 4;  // the lines of a declaration after its first
constexpr std::size_t kBeforeComment = 2;

// One line of the output.
struct Line {
  int indent = 0;
  std::string code;
  std::string comment;     // with its '#'; empty: none
  bool continues = false;  // a comment alone that goes on with the one after code above it
  std::size_t depth = 0;   // of open brackets at its begin
  bool blank_before = false;

  std::size_t width() const { return static_cast<std::size_t>(indent) + code.size(); }
};

struct Open {
  bool is_block = false;
  int indent = 0;  // of its line
  int inside = 0;  // of the lines within it
};

bool is(const Token& token, absl::string_view text) {
  return token.kind == Token::Kind::kPunctuation && token.text == text;
}

bool is_open(const Token& token) { return is(token, "(") || is(token, "[") || is(token, "{"); }
bool is_close(const Token& token) { return is(token, ")") || is(token, "]") || is(token, "}"); }

bool adjacent(const Token& before, const Token& token) {
  return before.line == token.line &&
         before.column + static_cast<int>(before.text.size()) == token.column;
}

// Capnp's lexer takes as many of these as stand together.
constexpr absl::string_view kOperators = "!$%&*+-./:<=>?@^|~";

bool ends_in_operator(const Token& token) {
  return token.kind == Token::Kind::kPunctuation &&
         absl::StrContains(kOperators, token.text.back());
}

bool begins_with_operator(const Token& token) {
  return token.kind == Token::Kind::kPunctuation &&
         absl::StrContains(kOperators, token.text.front());
}

// Whether a space stands between two tokens of a line. `third` is the one before them.
bool spaced(const Token* third, const Token& before, const Token& token) {
  // Operators side by side are one operator to capnp ("=." is not "= ."), 0x"bytes" is one thing,
  // and so is a number with a dot: what is together stays together, what is not does not.
  if ((ends_in_operator(before) && begins_with_operator(token)) || before.text == "0x" ||
      (before.kind == Token::Kind::kNumber && is(token, "."))) {
    return !adjacent(before, token);
  }
  for (const absl::string_view each : {",", ";", ")", "]"}) {
    if (is(token, each)) return false;
  }
  // Between names; or at the start of one from the file's own scope, in a list.
  if (is(token, ".")) return is(before, ",");
  for (const absl::string_view each : {"(", "[", "@", "$", ":", "."}) {
    if (is(before, each)) return false;
  }
  // A method's list stands apart from its ordinal, an argument beside its name.
  const bool is_ordinal = third != nullptr && is(*third, "@");
  if (is(token, "(")) return is_ordinal || before.kind != Token::Kind::kWord;
  return true;
}

std::string comment_text(absl::string_view text) {
  while (!text.empty() && absl::ascii_isspace(static_cast<unsigned char>(text.back()))) {
    text.remove_suffix(1);
  }
  return text.empty() ? "#" : absl::StrCat("# ", text);
}

class Formatter {
 public:
  explicit Formatter(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  std::string run() {
    while (at_ < tokens_.size()) line();
    std::string result;
    for (std::size_t begin = 0; begin < lines_.size();) begin = print_run(begin, result);
    return result;
  }

 private:
  // Lines that stand together: their comments share a column.
  std::size_t print_run(std::size_t begin, std::string& result) const {
    std::size_t end = begin + 1;
    while (end < lines_.size() && goes_on(lines_[begin], lines_[end])) ++end;
    std::size_t column = 0;
    for (std::size_t each = begin; each < end; ++each) {
      if (!lines_[each].comment.empty()) column = std::max(column, lines_[each].width());
    }
    for (std::size_t each = begin; each < end; ++each) print(lines_[each], column, result);
    return end;
  }

  static bool goes_on(const Line& first, const Line& line) {
    if (line.blank_before || first.code.empty()) return false;
    return line.continues ||
           (!line.code.empty() && line.indent == first.indent && line.depth == first.depth);
  }

  static void print(const Line& line, std::size_t column, std::string& result) {
    if (line.blank_before) result += '\n';
    std::string text(static_cast<std::size_t>(line.continues ? 0 : line.indent), ' ');
    text += line.code;
    if (!line.comment.empty()) {
      if (!line.code.empty() || line.continues) text.resize(column + kBeforeComment, ' ');
      text += line.comment;
    }
    absl::StrAppend(&result, text, "\n");
  }

  int indent_of(const Token& first) const {
    if (is_close(first) && !open_.empty()) return open_.back().indent;
    const int base = open_.empty() ? 0 : open_.back().inside;
    const bool in_block = open_.empty() || open_.back().is_block;
    return in_block && in_statement_ ? base + kContinuation : base;
  }

  // All tokens of one line of the source.
  void line() {
    const Token& first = tokens_[at_];
    const int number = first.line;
    Line made;
    made.indent = indent_of(first);
    made.depth = open_.size();
    made.blank_before = !lines_.empty() && number > last_line_ + 1 && !is(first, "}");
    last_line_ = number;
    const std::size_t begin = at_;
    for (; at_ < tokens_.size() && tokens_[at_].line == number; ++at_) {
      const Token& token = tokens_[at_];
      if (token.kind == Token::Kind::kComment) {
        made.comment = comment_text(token.text);
        comment_column(made, token);
      } else {
        add(made, token, at_ - begin);
      }
    }
    lines_.push_back(std::move(made));
  }

  // A comment below one that follows code, where that one stands, goes on with it.
  void comment_column(Line& made, const Token& token) {
    if (made.code.empty()) {
      made.continues = comment_column_ > 0 && token.column == comment_column_ &&
                       !made.blank_before && token.column > made.indent + 1;
      if (!made.continues) comment_column_ = 0;
    } else {
      comment_column_ = token.column;
    }
  }

  // `index`: the token's number in its line.
  void add(Line& made, const Token& token, std::size_t index) {
    if (index > 0) {
      const Token* third = index > 1 ? &tokens_[at_ - 2] : nullptr;
      if (spaced(third, tokens_[at_ - 1], token)) made.code += ' ';
    }
    if (index == 0) comment_column_ = 0;
    if (!in_statement_) statement_indent_ = made.indent;
    absl::StrAppend(&made.code, token.text);
    if (is_open(token)) {
      open(made, token);
    } else if (is_close(token) && !open_.empty()) {
      open_.pop_back();
    }
    const bool ends = is(token, ";") || is(token, "{") || is(token, "}");
    in_statement_ = !ends;
  }

  void open(const Line& made, const Token& token) {
    const bool ends_line = at_ + 1 >= tokens_.size() || tokens_[at_ + 1].line != token.line ||
                           tokens_[at_ + 1].kind == Token::Kind::kComment;
    Open opened;
    opened.is_block = is(token, "{");
    // A block belongs to its declaration, wherever in it the brace stands.
    opened.indent = opened.is_block ? statement_indent_ : made.indent;
    opened.inside =
        opened.is_block || ends_line ? opened.indent + kBlock : static_cast<int>(made.width());
    open_.push_back(opened);
  }

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  std::vector<Line> lines_;
  std::vector<Open> open_;
  bool in_statement_ = false;
  int statement_indent_ = 0;  // of its first line
  int last_line_ = 0;
  int comment_column_ = 0;  // of the last comment after code, in the source; 0: none
};

}  // namespace

std::optional<std::string> format(const std::string& path, absl::string_view source,
                                  Diagnostics& diagnostics) {
  Diagnostics found;
  token_pass(path, source, found);
  for (const Diagnostic& each : found.sorted()) {
    diagnostics.report(each.code, each.position, each.message);
  }
  if (!found.empty()) return std::nullopt;
  return Formatter(tokenize(source)).run();
}

}  // namespace kidl::tool
