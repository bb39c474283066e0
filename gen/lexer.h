// The sources' tokens and outline. capnp 0.9.2 gives neither positions nor the comments of
// parameters, so a light pass over brackets finds them; the grammar itself is capnp's business.
#ifndef GEN_LEXER_H_
#define GEN_LEXER_H_

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "gen/model.h"

namespace kidl {

struct Token {
  enum class Kind { kWord, kNumber, kString, kPunctuation, kComment };
  Kind kind = Kind::kPunctuation;
  absl::string_view text;  // of a comment: after '#' and one space
  int line = 1;
  int column = 1;
};

// Never fails: what is no token is passed as punctuation, an unfinished string ends with its line.
std::vector<Token> tokenize(absl::string_view source);

struct Place {
  int line = 1;
  int column = 1;
  std::string doc;      // the comment lines after the declaration, joined by '\n'
  std::string literal;  // of a constant: its value, when it is one number
  std::string name;     // of a value: the constant that it is, as the source names it
};

// Where things stand in one file. Keys: "Timed", "Timed.register" (also enumerants and fields),
// "Timed.register(deadline" a parameter, "Timed.register)id" a result; with "$max" after any of
// these an annotation, with "$max$2" where it stands again; "small=" a constant's value, with
// ".images", "[2]" and so on after it what is within; "" is the file itself.
using Outline = std::map<std::string, Place>;

Outline outline(absl::string_view source);

}  // namespace kidl

#endif  // GEN_LEXER_H_
