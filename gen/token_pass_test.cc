// What is wrong with a file's tokens is told where it is; files that are right are passed, however
// they are laid out.
#include "gen/token_pass.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "absl/strings/str_cat.h"
#include "gen/sources.h"

namespace kidl {
namespace {

// "line:column code message" a line.
std::string errors_of(const std::string& source) {
  Diagnostics diagnostics;
  token_pass("x.idl", source, diagnostics);
  std::string result;
  for (const Diagnostic& each : diagnostics.sorted()) {
    absl::StrAppend(&result, each.position.line, ":", each.position.column, " ",
                    static_cast<int>(each.code), " ", each.message, "\n");
  }
  return result;
}

TEST(TokenPassTest, TheRealFilesAreRight) {
  int files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator("idl")) {
    if (entry.path().extension() != ".idl") continue;
    std::ifstream stream(entry.path(), std::ios::binary);
    EXPECT_EQ(errors_of(std::string(std::istreambuf_iterator<char>(stream), {})), "")
        << entry.path();
    ++files;
  }
  EXPECT_GT(files, 10);
}

TEST(TokenPassTest, UnusualLayoutIsRight) {
  EXPECT_EQ(errors_of(""), "");
  EXPECT_EQ(errors_of("# Nothing.\n"), "");
  EXPECT_EQ(errors_of("struct\nA {\na @0\n:UInt8\n;\n} enum B { x @0; y @1; }"), "");
  EXPECT_EQ(errors_of("interface A\n  @0x1\n  $K.service(1)\n  $K.errors(\"E\") {\n"
                      "  m @0 (a :UInt8,\n  b :UInt8) -> (\n  c :UInt8\n  )\n  $K.oneWay;\n}\n"),
            "");
  EXPECT_EQ(
      errors_of("const a :S = (b = [1, 2],\n c = \"x;{\",\nd = -1);\nconst b :Data = 0x\"00\";\n"),
      "");
  EXPECT_EQ(errors_of("struct A {\n  union {\n    a @0 :UInt8;\n    g :group {\n      b @1 :Bool;\n"
                      "    }\n  }\n}\n"),
            "");
}

TEST(TokenPassTest, MissingSemicolons) {
  EXPECT_EQ(errors_of("@0x1\nusing K = import \"k.idl\"\n$K.namespace(\"x\")\nstruct A {\n}\n"),
            "1:5 2 ';' is missing after '0x1'\n"
            "2:25 2 ';' is missing after '\"k.idl\"'\n"
            "3:18 2 ';' is missing after ')'\n");
  EXPECT_EQ(
      errors_of(
          "struct A {\n  a @0 :UInt8\n  b @1 :List(UInt8)\n  c @2 :UInt8 }\nconst x :UInt8 = 1"),
      "2:14 2 ';' is missing after 'UInt8'\n"
      "3:20 2 ';' is missing after ')'\n"
      "4:14 2 ';' is missing after 'UInt8'\n"
      "5:19 2 ';' is missing after '1'\n");
  EXPECT_EQ(errors_of("struct A\n  a @0 :UInt8;\n"), "1:9 2 '{' is missing after 'A'\n");
}

TEST(TokenPassTest, BracketsThatAreNotClosed) {
  EXPECT_EQ(
      errors_of(
          "interface A {\n  m @0 (a :UInt8 -> ();\n  n @1 (a :UInt8 -> ()\n  o @2 () -> ();\n}\n"),
      "2:8 3 '(' is not closed before the ';' on line 2\n"
      "3:8 3 '(' is not closed before line 4\n"
      "3:23 2 ';' is missing after ')'\n");
  EXPECT_EQ(errors_of("const a :T = [1, 2;\nconst b :T = (1, 2];\n"),
            "1:14 3 '[' is not closed before the ';' on line 1\n"
            "2:14 3 '(' is closed by ']' on line 2\n");
  EXPECT_EQ(errors_of("const a :T = (1"),
            "1:14 3 '(' is not closed before the end of the file\n"
            "1:16 2 ';' is missing after '1'\n");
}

TEST(TokenPassTest, BlocksThatAreNotClosed) {
  EXPECT_EQ(errors_of("struct A {\n  a @0 :UInt8;\n\nstruct B {\n  b @0 :UInt8;\n}\n"),
            "1:10 3 '{' is not closed before line 4\n");
  EXPECT_EQ(errors_of("struct A {\n  enum B {\n    b @0;\n}\n"),
            "2:10 3 '{' is not closed before line 4\n");
  EXPECT_EQ(errors_of("struct A {\n  a @0 :UInt8;\n"),
            "1:10 3 '{' is not closed before the end of the file\n");
  // Its declaration's second line is indented deeper than what is in it.
  EXPECT_EQ(errors_of("interface A\n    extends(B) {\n  m @0 () -> ();\n}\nenum C {\n"),
            "5:8 3 '{' is not closed before the end of the file\n");
}

TEST(TokenPassTest, BracketsTooMany) {
  EXPECT_EQ(errors_of("enum A {\n  a @0;\n}\n}\n"), "4:1 4 '}' closes nothing\n");
  EXPECT_EQ(errors_of("struct A {\n  a @0 :List(UInt8));\n  b @1 :T];\n}\n"),
            "2:20 4 ')' closes nothing\n"
            "3:10 4 ']' closes nothing\n");
}

TEST(TokenPassTest, NamesTextsAndCharacters) {
  EXPECT_EQ(errors_of("struct a_b {\n  c_d @0 :e_f;\n}\n"),
            "1:8 5 'a_b' has an underscore; write it in lowerCamelCase\n"
            "2:3 5 'c_d' has an underscore; write it in lowerCamelCase\n");
  EXPECT_EQ(errors_of("const a :Text = \"x;\nconst b :Text = \"\\\";\nconst c :Text = \"\\\"\";\n"),
            "1:17 6 the text is not closed on its line; add a '\"'\n"
            "2:17 6 the text is not closed on its line; add a '\"'\n");
  EXPECT_EQ(errors_of("const a :UInt8 = 1 % 2 % 3;\n\xc3\n"),
            "1:20 7 '%' means nothing here\n"
            "2:1 7 '\\xc3' means nothing here\n");
}

}  // namespace
}  // namespace kidl
