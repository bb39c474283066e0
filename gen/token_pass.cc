#include "gen/token_pass.h"

#include <cstddef>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gen/lexer.h"

namespace kidl {
namespace {

constexpr absl::string_view kPunctuation[] = {"@", ";", ":", "(", ")", "{",  "}", "[",
                                              "]", "$", ".", ",", "=", "->", "-", "*"};

bool is_punctuation(absl::string_view text) {
  for (const absl::string_view each : kPunctuation) {
    if (each == text) return true;
  }
  return false;
}

bool is_keyword(absl::string_view word) {
  return word == "const" || word == "enum" || word == "struct" || word == "interface" ||
         word == "annotation" || word == "using";
}

absl::string_view closing(absl::string_view open) {
  return open == "(" ? ")" : open == "[" ? "]" : "}";
}

class Pass {
 public:
  Pass(std::string path, absl::string_view source, Diagnostics& diagnostics)
      : path_(std::move(path)), diagnostics_(diagnostics) {
    for (const Token& each : tokenize(source)) {
      if (each.kind != Token::Kind::kComment) tokens_.push_back(each);
    }
  }

  void run() {
    for (at_ = 0; at_ < tokens_.size(); ++at_) {
      characters();
      if (starts_declaration()) declaration();
      bracket();
    }
    while (in_parentheses()) unclosed("the end of the file");
    if (statement_ > 0) missing_semicolon();
    if (!open_.empty()) unclosed_block();
  }

 private:
  const Token& here() const { return tokens_[at_]; }
  absl::string_view text(std::size_t index) const {
    return index < tokens_.size() ? tokens_[index].text : absl::string_view();
  }
  bool is_word(std::size_t index) const {
    return index < tokens_.size() && tokens_[index].kind == Token::Kind::kWord;
  }
  bool begins_line() const { return at_ == 0 || tokens_[at_ - 1].line < here().line; }
  bool in_parentheses() const { return !open_.empty() && tokens_[open_.back()].text != "{"; }

  void report(Code code, int line, int column, const std::string& message) {
    diagnostics_.report(code, Position{path_, line, column}, message);
  }
  void report(Code code, const Token& token, const std::string& message) {
    report(code, token.line, token.column, message);
  }

  void characters() {
    const Token& token = here();
    if (token.kind == Token::Kind::kString &&
        (token.text.size() < 2 || !absl::EndsWith(token.text, "\""))) {
      report(Code::kUnfinishedText, token, "the text is not closed on its line; add a '\"'");
      spoilt_line_ = token.line;
    }
    if (token.kind == Token::Kind::kPunctuation && !is_punctuation(token.text) &&
        token.line != spoilt_line_) {
      report(Code::kBadCharacter, token,
             absl::StrCat("'", absl::CHexEscape(token.text), "' means nothing here"));
      spoilt_line_ = token.line;
    }
    // Where it is declared; capnp knows no other place.
    const bool declared =
        at_ > 0 && is_keyword(text(at_ - 1)) ? true : text(at_ + 1) == "@" || text(at_ + 1) == ":";
    if (token.kind == Token::Kind::kWord && declared && absl::StrContains(token.text, '_')) {
      report(Code::kUnderscore, token,
             absl::StrCat("'", token.text, "' has an underscore; write it in lowerCamelCase"));
    }
  }

  // A token that can only begin a declaration, on a line of its own.
  bool starts_declaration() const {
    if (!begins_line() || !is_word(at_)) {
      // After an import or the file's id an annotation is a statement of its own.
      return begins_line() && statement_ > 0 && here().text == "$" &&
             (text(at_ - statement_) == "using" || text(at_ - statement_) == "@");
    }
    if (is_keyword(here().text) && is_word(at_ + 1)) return true;
    if (text(at_ + 1) == "@") return true;
    return !in_parentheses() && text(at_ + 1) == ":";
  }

  void declaration() {
    while (in_parentheses()) unclosed(absl::StrCat("line ", here().line));
    if (statement_ == 0) return;
    const Token& last = tokens_[at_ - 1];
    const bool complete = last.kind != Token::Kind::kPunctuation || last.text == ")" ||
                          last.text == "]" || closed_ == at_;
    // "struct" and its name on two lines.
    if (!complete || (statement_ == 1 && is_keyword(last.text))) return;
    missing_semicolon();
  }

  void missing_semicolon() {
    const Token& last = tokens_[at_ - 1];
    const absl::string_view first = text(at_ - statement_);
    const bool opens = first == "struct" || first == "enum" || first == "interface";
    if (last.line != spoilt_line_) {
      report(Code::kMissingSemicolon, last.line, last.column + static_cast<int>(last.text.size()),
             absl::StrCat(opens ? "'{'" : "';'", " is missing after '", last.text, "'"));
    }
    statement_ = 0;
  }

  // The innermost '(' or '['.
  void unclosed(const std::string& before) {
    const Token& open = tokens_[open_.back()];
    if (open.line != spoilt_line_) {
      report(Code::kUnclosed, open,
             absl::StrCat("'", open.text, "' is not closed before ", before));
    }
    open_.pop_back();
    closed_ = at_;
  }

  void bracket() {
    const absl::string_view token = here().kind == Token::Kind::kPunctuation ? here().text : "";
    if (token == "(" || token == "[") {
      open_.push_back(at_);
    } else if (token == ")" || token == "]") {
      close();
    } else if (token == ";" || token == "{" || token == "}") {
      while (in_parentheses()) {
        unclosed(absl::StrCat("the '", token, "' on line ", here().line));
      }
      if (token == "}") {
        close_block();
      } else if (token == "{") {
        open_.push_back(at_);
      }
      statement_ = 0;
      return;
    }
    ++statement_;
  }

  void close() {
    if (!in_parentheses()) {
      report(Code::kClosesNothing, here(), absl::StrCat("'", here().text, "' closes nothing"));
      return;
    }
    const Token& open = tokens_[open_.back()];
    if (closing(open.text) != here().text) {
      report(
          Code::kUnclosed, open,
          absl::StrCat("'", open.text, "' is closed by '", here().text, "' on line ", here().line));
    }
    open_.pop_back();
  }

  void close_block() {
    if (statement_ > 0) missing_semicolon();
    if (open_.empty()) {
      report(Code::kClosesNothing, here(), "'}' closes nothing");
    } else {
      open_.pop_back();
    }
  }

  // Which of the blocks it is that has no end: the one before a line that stands no deeper than the
  // line that opened it, if lines are indented at all.
  void unclosed_block() {
    // And the column of their declaration, which may be of several lines.
    std::vector<std::pair<std::size_t, int>> blocks;
    int column = 1;
    for (at_ = 0; at_ < tokens_.size(); ++at_) {
      const bool begins = at_ == 0 || absl::StrContains(";{}", tokens_[at_ - 1].text);
      if (begins_line() && begins) column = here().column;
      if (begins_line() && !blocks.empty() && column <= blocks.back().second &&
          (here().text != "}" || column < blocks.back().second) && here().text != "{") {
        return report_block(blocks.back().first, absl::StrCat("line ", here().line));
      }
      if (here().text == "{") blocks.emplace_back(at_, column);
      if (here().text == "}" && !blocks.empty()) blocks.pop_back();
    }
    report_block(open_.back(), "the end of the file");
  }

  void report_block(std::size_t open, const std::string& before) {
    report(Code::kUnclosed, tokens_[open], absl::StrCat("'{' is not closed before ", before));
  }

  std::string path_;
  Diagnostics& diagnostics_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  int spoilt_line_ = 0;            // what misses on it may be in what could not be read
  std::size_t statement_ = 0;      // tokens of the statement before this one
  std::size_t closed_ = 0;         // where a bracket was taken as closed
  std::vector<std::size_t> open_;  // brackets
};

}  // namespace

void token_pass(const std::string& path, absl::string_view source, Diagnostics& diagnostics) {
  Pass(path, source, diagnostics).run();
}

}  // namespace kidl
