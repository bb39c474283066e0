// The layout: each rule of it by a sample; and that files that are wrong are left alone.
#include "gen/tool/format.h"

#include <gtest/gtest.h>

#include <string>

#include "gen/diagnostics.h"

namespace kidl::tool {
namespace {

std::string formatted(const std::string& source) {
  Diagnostics diagnostics;
  const std::optional<std::string> once = format("x.idl", source, diagnostics);
  EXPECT_TRUE(once.has_value()) << source;
  if (!once) return "";
  // Formatting what is formatted changes nothing.
  EXPECT_EQ(format("x.idl", *once, diagnostics), once);
  return *once;
}

TEST(FormatTest, SpacesBetweenTokens) {
  EXPECT_EQ(formatted("@0x1 ;\nusing K=import \"k.idl\" ;\n$K . namespace( \"x\" );\n"
                      "const  a:UInt8=1;const b :S=(x=[1,2 ],y=-1 , z=( w = \"a  b\"));\n"),
            "@0x1;\nusing K = import \"k.idl\";\n$K.namespace(\"x\");\n"
            "const a :UInt8 = 1; const b :S = (x = [1, 2], y = -1, z = (w = \"a  b\"));\n");
  EXPECT_EQ(formatted("interface A@0x2$K.service( 1 ){\nm@0(a:UInt8$K.max( 2 ),b :List( UInt8 "
                      "))->(c:T.U)$K.oneWay;\n"
                      "n @1()->();\n}\n"),
            "interface A @0x2 $K.service(1) {\n"
            "  m @0 (a :UInt8 $K.max(2), b :List(UInt8)) -> (c :T.U) $K.oneWay;\n"
            "  n @1 () -> ();\n"
            "}\n");
  EXPECT_EQ(formatted("interface A extends( B,C ) {\n}\nconst d :Data = 0x\"00 01\";\n"),
            "interface A extends(B, C) {\n}\nconst d :Data = 0x\"00 01\";\n");
}

// Together they are one operator to capnp.
TEST(FormatTest, OperatorsAreNeitherJoinedNorParted) {
  EXPECT_EQ(formatted("const a :M = (b = .c,  d=  .e);\nconst f : .G = - inf;\n"),
            "const a :M = (b = .c, d = .e);\nconst f : .G = - inf;\n");
}

TEST(FormatTest, IndentsByBlocksListsAndContinuations) {
  EXPECT_EQ(formatted("interface A\n$K.service(1) {\n# A.\nm @0 (a :UInt8,\nb :UInt8)\n-> (c "
                      ":UInt8,\nd :UInt8);\n"
                      "# M.\nstruct B {\nx @0 :UInt8;\n}\n}\n"),
            "interface A\n"
            "    $K.service(1) {\n"
            "  # A.\n"
            "  m @0 (a :UInt8,\n"
            "        b :UInt8)\n"
            "      -> (c :UInt8,\n"
            "          d :UInt8);\n"
            "  # M.\n"
            "  struct B {\n"
            "    x @0 :UInt8;\n"
            "  }\n"
            "}\n");
  EXPECT_EQ(formatted("const a :M = (images = [\n(name = \"x\",\ny = 1),\n]);\n"),
            "const a :M = (images = [\n"
            "  (name = \"x\",\n"
            "   y = 1),\n"
            "]);\n");
}

TEST(FormatTest, BlankLinesAndEnds) {
  EXPECT_EQ(formatted("\n\n@0x1;\n\n\n\nenum A {\n  a @0;\n\n}\n\n\n"),
            "@0x1;\n\nenum A {\n  a @0;\n}\n");
  EXPECT_EQ(formatted("enum A {\r\n\ta @0;  \r\n}"), "enum A {\n  a @0;\n}\n");
  EXPECT_EQ(formatted(""), "");
  EXPECT_EQ(formatted("\n \n"), "");
  EXPECT_EQ(formatted("#one\n#   two \n#\n"), "# one\n#   two\n#\n");
}

TEST(FormatTest, CommentsAfterCodeShareAColumn) {
  EXPECT_EQ(formatted("enum A {\n  a @0; # One.\n  long @1;\n  longer @2;# Two\n  # and more.\n\n  "
                      "b @3;    # Three.\n}\n"),
            "enum A {\n"
            "  a @0;       # One.\n"
            "  long @1;\n"
            "  longer @2;  # Two\n"
            "  # and more.\n"
            "\n"
            "  b @3;  # Three.\n"
            "}\n");
  // A comment below another, where it stands, goes on with it.
  EXPECT_EQ(
      formatted("const a :T = 1; # One,\n                # two.\nconst long :T = 2; # Three.\n"),
      "const a :T = 1;     # One,\n"
      "                    # two.\n"
      "const long :T = 2;  # Three.\n");
}

TEST(FormatTest, CommentsInLists) {
  EXPECT_EQ(
      formatted("interface A {\n  m @0 (a :UInt8, # One.\n    bcd :UInt8 # Two.\n  ) -> ();\n}\n"),
      "interface A {\n"
      "  m @0 (a :UInt8,  # One.\n"
      "        bcd :UInt8  # Two.\n"
      "  ) -> ();\n"
      "}\n");
}

TEST(FormatTest, WhatIsWrongIsToldAndLeftAlone) {
  for (const char* source : {"enum A {\n", "enum A {\n  a @0\n}\n", "const a :Text = \"x;\n",
                             "const a :UInt8 = 1 + 2;\n", "}\n", "const a :T = (1;\n"}) {
    Diagnostics diagnostics;
    EXPECT_EQ(format("x.idl", source, diagnostics), std::nullopt) << source;
    EXPECT_FALSE(diagnostics.empty()) << source;
  }
}

}  // namespace
}  // namespace kidl::tool
