// What the token pass says (token_pass.h), with samples as in explanations_types.cc.
#include "gen/diagnostics.h"

namespace kidl {
namespace {

const Explanation kExplanations[] = {
    {Code::kMissingSemicolon, "a missing ';' or '{'",
     "Every declaration ends with a ';', or with what stands between '{' and '}'.",
     R"(enum Colour {
  red @0
  green @1;
}
const most :UInt8 = 3
)",
     R"(enum Colour {
  red @0;
  green @1;
}
const most :UInt8 = 3;
)",
     "end the line with what is missing"},
    {Code::kUnclosed, "a bracket that is not closed",
     "Every '(', '[' and '{' is closed by the bracket of its kind, in the same declaration.",
     R"(interface Log $K.service(0x7f01) {
  # A log.
  note @0 (what :UInt64 -> ();
  # Notes it.
)",
     R"(interface Log $K.service(0x7f01) {
  # A log.
  note @0 (what :UInt64) -> ();
  # Notes it.
}
)",
     "close it where the list or the block ends"},
    {Code::kClosesNothing, "a bracket too many",
     "Nothing is open that this ')', ']' or '}' could close.",
     R"(enum Colour {
  red @0;
}
}
)",
     R"(enum Colour {
  red @0;
}
)",
     "remove it, or open the bracket that it is to close"},
    {Code::kUnderscore, "a name with an underscore",
     "Names are lowerCamelCase, those of types UpperCamelCase. kidl makes C++ names with "
     "underscores\n"
     "of them: two names could become one.",
     R"(struct Image {
  stack_size @0 :UInt32;
}
)",
     R"(struct Image {
  stackSize @0 :UInt32;
}
)",
     "write the words together, each but the first with a capital"},
    {Code::kUnfinishedText, "a text that is not closed",
     "A text ends on the line that it begins on.",
     R"(const greeting :Text = "hello;
)",
     R"(const greeting :Text = "hello";
)",
     "close it with a '\"'"},
    {Code::kBadCharacter, "a character without a meaning",
     "Outside of comments and texts, names and numbers, only @ ; : ( ) { } [ ] $ . , = -> - and * "
     "mean\n"
     "something.",
     R"(enum Colour {
  red @0;  // Red.
}
)",
     R"(enum Colour {
  red @0;  # Red.
}
)",
     "remove it; a comment begins with '#'"},
};

}  // namespace

std::span<const Explanation> token_explanations() { return kExplanations; }

}  // namespace kidl
