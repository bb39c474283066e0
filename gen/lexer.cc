#include "gen/lexer.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace kidl {
namespace {

bool starts_word(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }
bool continues_word(char c) { return starts_word(c) || is_digit(c); }

class Scanner {
 public:
  explicit Scanner(absl::string_view source) : source_(source) {
    // capnp passes over a byte order mark, too.
    if (absl::StartsWith(source, "\xef\xbb\xbf")) at_ = 3;
  }

  std::vector<Token> scan() {
    std::vector<Token> tokens;
    while (at_ < source_.size()) {
      const char c = source_[at_];
      if (std::isspace(static_cast<unsigned char>(c)) != 0) {
        step();
      } else {
        tokens.push_back(next(c));
      }
    }
    return tokens;
  }

 private:
  void step() {
    if (source_[at_] == '\n') {
      ++line_;
      column_ = 0;
    }
    ++column_;
    ++at_;
  }

  template <class Predicate>
  void step_while(Predicate holds) {
    while (at_ < source_.size() && holds(source_[at_])) step();
  }

  Token next(char c) {
    Token token;
    token.line = line_;
    token.column = column_;
    const std::size_t begin = at_;
    if (c == '#') {
      token.kind = Token::Kind::kComment;
      step_while([](char each) { return each != '\n'; });
      token.text = source_.substr(begin + 1, at_ - begin - 1);
      if (absl::StartsWith(token.text, " ")) token.text.remove_prefix(1);
      return token;
    }
    if (c == '"') {
      token.kind = Token::Kind::kString;
      scan_string();
    } else if (starts_word(c)) {
      token.kind = Token::Kind::kWord;
      step_while(continues_word);
    } else if (is_digit(c) ||
               (c == '-' && begin + 1 < source_.size() && is_digit(source_[begin + 1]))) {
      token.kind = Token::Kind::kNumber;
      step();
      step_while([](char each) { return continues_word(each) || each == '.'; });
    } else {
      step();
      if (c == '-' && at_ < source_.size() && source_[at_] == '>') step();
    }
    token.text = source_.substr(begin, at_ - begin);
    return token;
  }

  void scan_string() {
    step();
    while (at_ < source_.size() && source_[at_] != '"' && source_[at_] != '\n') {
      if (source_[at_] == '\\' && at_ + 1 < source_.size() && source_[at_ + 1] != '\n') step();
      step();
    }
    if (at_ < source_.size() && source_[at_] == '"') step();
  }

  absl::string_view source_;
  std::size_t at_ = 0;
  int line_ = 1;
  int column_ = 1;
};

// Walks statements. Comments stay in the token list, because where they stand says what they
// document.
class Outliner {
 public:
  explicit Outliner(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  Outline walk() {
    result_[""] = Place{};
    block("");
    return std::move(result_);
  }

 private:
  bool done() const { return at_ >= tokens_.size(); }
  absl::string_view text(std::size_t index) const {
    return index < tokens_.size() && tokens_[index].kind != Token::Kind::kComment
               ? tokens_[index].text
               : absl::string_view();
  }
  bool is_word(std::size_t index) const {
    return index < tokens_.size() && tokens_[index].kind == Token::Kind::kWord;
  }

  // The first of two declarations with one key keeps its place.
  void record(const std::string& key, const Token& token) {
    result_.try_emplace(key, Place{token.line, token.column, "", "", ""});
  }

  // The comment after token `last`: it begins on the same line or the next, and has no empty line
  // in it.
  void take_doc(const std::string& key, std::size_t last) {
    std::string doc;
    int line = tokens_[last].line;
    std::size_t index = last + 1;
    for (; index < tokens_.size() && tokens_[index].kind == Token::Kind::kComment &&
           tokens_[index].line <= line + 1;
         ++index) {
      line = tokens_[index].line;
      absl::StrAppend(&doc, doc.empty() ? "" : "\n", tokens_[index].text);
    }
    Place& place = result_[key];
    if (place.doc.empty()) place.doc = std::move(doc);
    at_ = index;
  }

  // Statements up to the bracket that closes the block, or the end.
  void block(const std::string& scope) {
    while (!done()) {
      if (tokens_[at_].kind == Token::Kind::kComment) {
        ++at_;
      } else if (text(at_) == "}") {
        ++at_;
        return;
      } else {
        statement(scope);
      }
    }
  }

  static std::string join(const std::string& scope, absl::string_view name) {
    return scope.empty() ? std::string(name) : absl::StrCat(scope, ".", name);
  }

  void statement(const std::string& scope) {
    const absl::string_view first = text(at_);
    if (is_word(at_) && is_word(at_ + 1) &&
        (first == "const" || first == "enum" || first == "struct" || first == "interface" ||
         first == "annotation" || first == "using")) {
      const std::string key = join(scope, text(at_ + 1));
      record(key, tokens_[at_ + 1]);
      at_ += 2;
      if (first == "const") constant(key);
      header(key);
    } else if (is_word(at_) && (text(at_ + 1) == "@" || text(at_ + 1) == ":")) {
      const std::string key = join(scope, first);
      record(key, tokens_[at_]);
      ++at_;
      if (text(at_) == "@") at_ += 2;
      if (text(at_) == "(") parameters(key + "(");
      if (text(at_) == "->") {
        ++at_;
        if (text(at_) == "(") parameters(key + ")");
      }
      header(key);
    } else {
      header(scope);  // the file's id or annotation, an unnamed union
    }
  }

  // The rest of a statement: its annotations, then ';' or a block.
  void header(const std::string& key) {
    int depth = 0;
    while (!done()) {
      const absl::string_view token = text(at_);
      if (token == "(" || token == "[") ++depth;
      if (token == ")" || token == "]") --depth;
      if (token == "$") annotation(key);
      if (token == "=" && text(at_ + 2) == ";" && tokens_[at_ + 1].kind == Token::Kind::kNumber) {
        result_[key].literal = std::string(text(at_ + 1));
      }
      if (token == "}") return;  // the ';' is missing: capnp says so
      if (token == ";" || (token == "{" && depth <= 0)) {
        take_doc(key, at_);
        // Deeper than any real file: what is in there counts as outside. Recursion has an end.
        if (token == "{" && depth_ < kDeepest) {
          ++depth_;
          block(key);
          --depth_;
        }
        return;
      }
      ++at_;
    }
  }

  // Before a constant's type: records its value and what is in that. at_ stays.
  void constant(const std::string& key) {
    const auto ends = [](absl::string_view token) {
      return token == "=" || token == ";" || token == "{" || token == "}";
    };
    std::size_t index = at_;
    while (index < tokens_.size() && !ends(text(index))) ++index;
    if (text(index) == "=") value(key + "=", index + 1, 0);
  }

  // The index of what stands after the value; the end's when it has none.
  std::size_t value(const std::string& key, std::size_t index, int depth) {
    index = past_comments(index);
    if (index >= tokens_.size() || depth > kDeepest) return tokens_.size();
    record(key, tokens_[index]);
    if (text(index) == "(" || text(index) == "[") return parts(key, index, depth);
    const std::size_t begin = index;
    std::string name;
    while (is_word(index) || text(index) == ".") absl::StrAppend(&name, text(index++));
    if (!name.empty() && name != "import") result_[key].name = name;
    return past_comments(std::max(index, begin + 1));
  }

  // From '(' or '[' to what stands after the bracket that closes it.
  std::size_t parts(const std::string& key, std::size_t index, int depth) {
    const bool list = text(index) == "[";
    for (int count = 0;; ++count) {
      index = past_comments(index + 1);
      if (text(index) == (list ? "]" : ")")) return past_comments(index + 1);
      std::string part = absl::StrCat(key, "[", count, "]");
      if (!list) {
        const std::size_t sign = past_comments(index + 1);
        if (!is_word(index) || text(sign) != "=") return tokens_.size();
        part = absl::StrCat(key, ".", text(index));
        index = sign + 1;
      }
      index = value(part, index, depth + 1);
      if (text(index) == (list ? "]" : ")")) return past_comments(index + 1);
      if (text(index) != ",") return tokens_.size();
    }
  }

  std::size_t past_comments(std::size_t index) const {
    while (index < tokens_.size() && tokens_[index].kind == Token::Kind::kComment) ++index;
    return index;
  }

  // At '$': records "key$name" for $K.name.
  void annotation(const std::string& key) {
    std::size_t index = at_ + 1;
    while (is_word(index) && text(index + 1) == ".") index += 2;
    if (!is_word(index)) return;
    const std::string name = absl::StrCat(key, "$", text(index));
    record(result_.contains(name) ? name + "$2" : name, tokens_[at_]);
  }

  // At '(': the parameters up to the ')' that closes the list.
  void parameters(const std::string& prefix) {
    int depth = 0;
    bool at_name = false;
    std::string key;
    while (!done()) {
      const absl::string_view token = text(at_);
      if (token == "{" || token == "}" || token == ";") return;
      if (token == ")" && --depth == 0) {
        ++at_;
        return;
      }
      if (token == "(" && ++depth == 1) at_name = true;
      if (token == "$" && !key.empty()) annotation(key);
      if (tokens_[at_].kind == Token::Kind::kComment && !key.empty()) {
        const std::size_t comment = at_;
        take_doc(key, at_ - 1);     // after the last parameter; the others' follow their comma
        if (at_ == comment) ++at_;  // an empty line is before it: it documents nothing
        continue;
      }
      if (at_name && is_word(at_)) {
        key = absl::StrCat(prefix, token);
        record(key, tokens_[at_]);
        at_name = false;
      }
      if (token == "," && depth == 1) {
        take_doc(key, at_);
        at_name = true;
      } else {
        ++at_;
      }
    }
  }

  static constexpr int kDeepest = 64;

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  int depth_ = 0;  // of open blocks
  Outline result_;
};

}  // namespace

std::vector<Token> tokenize(absl::string_view source) { return Scanner(source).scan(); }

Outline outline(absl::string_view source) { return Outliner(tokenize(source)).walk(); }

}  // namespace kidl
