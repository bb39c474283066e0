#include "gen/lexer.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace kidl {
namespace {

std::string texts(absl::string_view source) {
  std::string result;
  for (const Token& token : tokenize(source)) absl::StrAppend(&result, "[", token.text, "]");
  return result;
}

std::string place(const Outline& outline, const std::string& key) {
  const auto found = outline.find(key);
  if (found == outline.end()) return "nowhere";
  return absl::StrCat(found->second.line, ":", found->second.column);
}

TEST(LexerTest, Tokens) {
  EXPECT_EQ(texts("m @0 (a :UInt64) -> ();"), "[m][@][0][(][a][:][UInt64][)][->][(][)][;]");
  EXPECT_EQ(texts("-1 0x1f 1.5e3 -x"), "[-1][0x1f][1.5e3][-][x]");
  EXPECT_EQ(texts("\"a \\\" # b\" # comment"), "[\"a \\\" # b\"][comment]");
}

TEST(LexerTest, PositionsCountFromOne) {
  const std::vector<Token> tokens = tokenize("a\n  b\n\tc");
  ASSERT_EQ(tokens.size(), 3U);
  EXPECT_EQ(tokens[1].line, 2);
  EXPECT_EQ(tokens[1].column, 3);
  EXPECT_EQ(tokens[2].line, 3);
  EXPECT_EQ(tokens[2].column, 2);
}

TEST(LexerTest, WhatIsNoTokenDoesNotStopIt) {
  EXPECT_EQ(texts("\"open\nx"), "[\"open][x]");
  EXPECT_EQ(texts("\"open\\"), "[\"open\\]");
  EXPECT_EQ(texts("\x01\xff~"), "[\x01][\xff][~]");
  EXPECT_EQ(texts(""), "");
  EXPECT_EQ(texts("-"), "[-]");
}

constexpr char kSource[] = R"(@0xd1a7e55e7a000022;
# The file.
# Second line.

using K = import "/idl/kidl.idl";
const limit :UInt32 = 64;  # How many.
enum Level { low @0; high @1; # Up.
}
interface Timed @0x1 $K.service(0x0102) {
  # Timers.

  # Not about Timers.
  register @0 (deadline :UInt64,  # When.
               class :Level $K.range((min = 0, max = 1)) # Which.
              ) -> (id :UInt64) $K.number(1) $K.number(2);
  # Registers.
  struct Inner {
    name @0 :Text $K.max(4);
  }
}
)";

TEST(OutlineTest, Positions) {
  const Outline found = outline(kSource);
  EXPECT_EQ(place(found, "limit"), "6:7");
  EXPECT_EQ(place(found, "Level"), "7:6");
  EXPECT_EQ(place(found, "Level.high"), "7:22");
  EXPECT_EQ(place(found, "Timed"), "9:11");
  EXPECT_EQ(place(found, "Timed$service"), "9:22");
  EXPECT_EQ(place(found, "Timed.register"), "13:3");
  EXPECT_EQ(place(found, "Timed.register(deadline"), "13:16");
  EXPECT_EQ(place(found, "Timed.register(class"), "14:16");
  EXPECT_EQ(place(found, "Timed.register(class$range"), "14:29");
  EXPECT_EQ(place(found, "Timed.register)id"), "15:21");
  EXPECT_EQ(place(found, "Timed.register$number"), "15:33");
  EXPECT_EQ(place(found, "Timed.register$number$2"), "15:46");
  EXPECT_EQ(place(found, "Timed.Inner.name$max"), "18:19");
  EXPECT_EQ(place(found, "Timed.register(min"), "nowhere");
}

TEST(OutlineTest, Comments) {
  const Outline found = outline(kSource);
  EXPECT_EQ(found.at("").doc, "The file.\nSecond line.");
  EXPECT_EQ(found.at("limit").doc, "How many.");
  EXPECT_EQ(found.at("Level.high").doc, "Up.");
  EXPECT_EQ(found.at("Timed").doc, "Timers.");
  EXPECT_EQ(found.at("Timed.register").doc, "Registers.");
  EXPECT_EQ(found.at("Timed.register(deadline").doc, "When.");
  EXPECT_EQ(found.at("Timed.register(class").doc, "Which.");
  EXPECT_EQ(found.at("Level.low").doc, "");
}

TEST(OutlineTest, Literals) {
  EXPECT_EQ(outline(kSource).at("limit").literal, "64");
  EXPECT_EQ(outline("const a :Int32 = -0x1f;").at("a").literal, "-0x1f");
  EXPECT_EQ(outline("const a :Text = \"x\";").at("a").literal, "");
  EXPECT_EQ(outline("const a :S = (x = 5);").at("a").literal, "");
}

TEST(OutlineTest, Values) {
  const Outline found = outline(
      "using S = import \"s.idl\";\n"
      "const c :List(T) = [\n"
      "  (a = 1, b = [\"x\", \"y\"]),  # One.\n"
      "  # Two.\n"
      "  .other,\n"
      "  (a = (b = S.more)),\n"
      "];\n"
      "struct In { const d :UInt8 = 7; }\n");
  EXPECT_EQ(place(found, "c="), "2:20");
  EXPECT_EQ(place(found, "c=[0]"), "3:3");
  EXPECT_EQ(place(found, "c=[0].a"), "3:8");
  EXPECT_EQ(place(found, "c=[0].b[1]"), "3:21");
  EXPECT_EQ(place(found, "c=[1]"), "5:3");
  EXPECT_EQ(found.at("c=[1]").name, ".other");
  EXPECT_EQ(place(found, "c=[2].a.b"), "6:13");
  EXPECT_EQ(found.at("c=[2].a.b").name, "S.more");
  EXPECT_EQ(found.at("c=[0].a").name, "");
  EXPECT_EQ(place(found, "c=[3]"), "nowhere");
  EXPECT_EQ(place(found, "In.d="), "8:30");
  outline(absl::StrCat("const c :T = ", std::string(100000, '[')));
}

// Sources that capnp refuses are outlined too, for the lines under its messages.
TEST(OutlineTest, ACommentApartFromAParameterIsNotItsText) {
  const Outline found =
      outline("interface A {\n  m @0 (a :Bool\n\n\n  # Of nothing.\n  ) -> ();\n}\n");
  EXPECT_EQ(found.at("A.m(a").doc, "");
}

TEST(OutlineTest, BrokenSourcesEnd) {
  const std::string source = kSource;
  for (std::size_t length = 0; length < source.size(); ++length) {
    outline(absl::string_view(source).substr(0, length));
    outline(absl::string_view(source).substr(length));
  }
  outline("}}}} ((( ,,, $$$ @@@ ;;;");
  std::string deep;
  for (int each = 0; each < 100000; ++each) deep += "struct a {";
  outline(deep);
  outline("m @0 (");
  outline("a @");
  outline("$K.");
}

// The outline ends, and the comment is nobody's.
TEST(OutlineTest, ACommentAfterAnEmptyLineInAList) {
  const Outline places = outline("interface A {\n  m @0 (a :UInt8\n\n  # x\n  ) -> ();\n}\n");
  ASSERT_TRUE(places.contains("A.m(a"));
  EXPECT_EQ(places.at("A.m(a").doc, "");
}

}  // namespace
}  // namespace kidl
