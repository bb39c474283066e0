// Every code: its bad sample is refused with the message in golden/diagnostics.txt and for that
// code alone, its good sample is accepted.
#include "gen/diagnostics.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gen/json.h"
#include "gen/testing.h"

namespace kidl {
namespace {

using testing::compile_sample;
using testing::messages_of;

class EachCode : public ::testing::TestWithParam<Explanation> {};

TEST_P(EachCode, BadSampleIsRefusedForItAlone) {
  const Compiled bad =
      compile_sample(sample_files(GetParam().bad), GetParam().code != Code::kNoTransport);
  EXPECT_TRUE(bad.diagnostics.has(GetParam().code));
  for (const absl::string_view line : absl::StrSplit(bad.messages(), '\n')) {
    if (!absl::StrContains(line, ": error: ")) continue;
    EXPECT_TRUE(absl::EndsWith(line, absl::StrCat("[", code_name(GetParam().code), "]"))) << line;
  }
}

TEST_P(EachCode, GoodSampleIsAccepted) {
  EXPECT_EQ(compile_sample(sample_files(GetParam().good)).messages(), "");
}

TEST_P(EachCode, IsExplained) {
  const std::string code = code_name(GetParam().code);
  ASSERT_NE(find_explanation(code), nullptr);
  const std::string text = explain(*find_explanation(code));
  EXPECT_TRUE(absl::StartsWith(text, absl::StrCat(code, ": "))) << text;
}

// The rules of the lock and of lint have their own tests.
std::vector<Explanation> compiled() {
  std::vector<Explanation> result;
  for (const Explanation& each : explanations()) {
    if (phase_of(each.code) == Phase::kCompile) result.push_back(each);
  }
  return result;
}

INSTANTIATE_TEST_SUITE_P(Codes, EachCode, ::testing::ValuesIn(compiled()),
                         [](const auto& info) { return code_name(info.param.code); });

TEST(DiagnosticsTest, CodesAreDistinct) {
  std::set<Code> seen;
  for (const Explanation& each : explanations()) {
    EXPECT_TRUE(seen.insert(each.code).second) << code_name(each.code);
  }
}

TEST(DiagnosticsTest, MessagesAreAsInTheGoldenFile) {
  std::string all;
  for (const Explanation& each : compiled()) {
    absl::StrAppend(
        &all, compile_sample(sample_files(each.bad), each.code != Code::kNoTransport).messages(),
        "\n");
  }
  const char* const update = std::getenv("KIDL_UPDATE_GOLDEN");
  if (update != nullptr) std::ofstream(absl::StrCat(update, "/diagnostics.txt")) << all;
  std::ifstream stream("gen/golden/diagnostics.txt");
  const std::string golden(std::istreambuf_iterator<char>(stream), {});
  // A code at a time, so that a failure shows what changed.
  const std::vector<std::string> expected = absl::StrSplit(golden, "\n\n");
  const std::vector<std::string> actual = absl::StrSplit(all, "\n\n");
  ASSERT_EQ(expected.size(), actual.size());
  for (std::size_t each = 0; each < actual.size(); ++each) EXPECT_EQ(expected[each], actual[each]);
}

TEST(DiagnosticsTest, UnknownCodesAreNotExplained) {
  EXPECT_EQ(find_explanation("KIDL0999"), nullptr);
  EXPECT_EQ(find_explanation(""), nullptr);
  EXPECT_EQ(find_explanation("KIDL"), nullptr);
  EXPECT_EQ(find_explanation("104"), find_explanation("KIDL0104"));
}

TEST(DiagnosticsTest, AllErrorsAreReportedInTheOrderOfTheFile) {
  EXPECT_EQ(
      messages_of("struct A {\n"
                  "  late @1 :Text;\n"
                  "  early @0 :Float32;\n"
                  "}\n"
                  "interface B $K.service(1) {\n"
                  "  m @0 (x :UInt64 $K.rights(\"x\")) -> ();\n"
                  "}\n"),
      "sample.idl:7:3: error: 'late' has no maximum length; add $max(N) [KIDL0104]\n"
      "  late @1 :Text;\n"
      "  ^\n"
      "sample.idl:8:3: error: 'early' is a floating-point number [KIDL0106]\n"
      "  early @0 :Float32;\n"
      "  ^\n"
      "sample.idl:10:11: error: interface 'B' has no comment that says what it is [KIDL0102]\n"
      "interface B $K.service(1) {\n"
      "          ^\n"
      "sample.idl:10:13: error: service number 0x0001 is outside 0x0100 to 0x7fff [KIDL0122]\n"
      "interface B $K.service(1) {\n"
      "            ^\n"
      "sample.idl:11:3: error: method 'm' has no comment that says what it does [KIDL0102]\n"
      "  m @0 (x :UInt64 $K.rights(\"x\")) -> ();\n"
      "  ^\n"
      "sample.idl:11:19: error: $rights has no meaning on what is no capability [KIDL0132]\n"
      "  m @0 (x :UInt64 $K.rights(\"x\")) -> ();\n"
      "                  ^\n");
}

// capnp would say "Parse error" on line 12 alone.
TEST(DiagnosticsTest, AMissingSemicolonIsToldWhereItIsMissing) {
  EXPECT_EQ(
      messages_of(
          "enum A {\n  x @0;\n}\nconst a :UInt8 = 1  # One.\n\n# Then:\nconst b :UInt8 = 2;\n"),
      "sample.idl:9:19: error: ';' is missing after '1' [KIDL0002]\n"
      "const a :UInt8 = 1  # One.\n"
      "                  ^\n");
}

// capnp stops at the first statement that it cannot read; the token pass goes on, in every file.
TEST(DiagnosticsTest, AllErrorsInTokensAreTold) {
  EXPECT_EQ(
      messages_of("struct A {\n  a_b @0 :UInt8\n}\n=== other.idl\nconst b :UInt8 = (1;\n"),
      "other.idl:6:18: error: '(' is not closed before the ';' on line 6 [KIDL0003]\n"
      "const b :UInt8 = (1;\n"
      "                 ^\n"
      "sample.idl:7:3: error: 'a_b' has an underscore; write it in lowerCamelCase [KIDL0005]\n"
      "  a_b @0 :UInt8\n"
      "  ^\n"
      "sample.idl:7:16: error: ';' is missing after 'UInt8' [KIDL0002]\n"
      "  a_b @0 :UInt8\n"
      "               ^\n");
}

TEST(DiagnosticsTest, JsonHasTheSame) {
  const Compiled compiled = compile_sample(sample_files("const half :Float64 = 0.5;\n"));
  EXPECT_EQ(compiled.diagnostics.render_json(),
            "{\"file\":\"sample.idl\",\"line\":6,\"column\":7,\"code\":\"KIDL0106\",\"message\":"
            "\"'half' is a floating-point number\",\"advice\":\"The kernel and the stubs use no "
            "floating-point registers. Say the unit and use an integer.\"}\n");
}

TEST(DiagnosticsTest, JsonTakesAnyText) {
  EXPECT_EQ(json_text("a\"b\\c\n\x01\x7f"), R"("a\"b\\c\u000a\u0001\u007f")");
  EXPECT_EQ(json_text("\xc3\xa9\xe2\x82\xac"), "\"\xc3\xa9\xe2\x82\xac\"");
  // No UTF-8: a lone byte, a cut sequence, one that is too long.
  EXPECT_EQ(json_text("\xff|\xe2\x82|\xc0\x80"), R"("\ufffd|\ufffd\ufffd|\ufffd\ufffd")");
}

TEST(DiagnosticsTest, ANamespaceIsAFreeName) {
  for (const char* name : {"std", "rt", "class", "Sample", "a::b", "9", "tessera", "a-b"}) {
    const Compiled compiled =
        compile_sample({{"sample.idl", absl::StrCat("@0xd1a7e55e7a00fe78;\n"
                                                    "using K = import \"/idl/kidl.idl\";\n"
                                                    "$K.namespace(\"",
                                                    name, "\");\n")}});
    EXPECT_TRUE(compiled.diagnostics.has(Code::kClash)) << name << compiled.messages();
  }
}

// A file that is one long line has as many of it as errors otherwise.
TEST(DiagnosticsTest, OfALongLineThePartIsShown) {
  std::string line = "struct S { ";
  for (int each = 0; each < 1000; ++each) {
    absl::StrAppend(&line, "f", each, " @", each, " :", each == 500 ? "Text" : "UInt8", "; ");
  }
  const std::string text = messages_of(line + "}\n");
  const std::vector<std::string> lines = absl::StrSplit(text, '\n');
  ASSERT_EQ(lines.size(), 4U) << text;
  EXPECT_TRUE(absl::StrContains(lines[0], "'f500' has no maximum length"));
  EXPECT_EQ(lines[1].size(), 206U);
  EXPECT_TRUE(absl::StartsWith(lines[1], "...") && absl::EndsWith(lines[1], "..."));
  EXPECT_EQ(lines[1].substr(lines[2].find('^'), 14), "f500 @500 :Tex");
}

TEST(DiagnosticsTest, ALongLineBeginsAndEndsAsItIs) {
  const std::string line = absl::StrCat("struct S { a @0 :Text; }  # ", std::string(300, 'x'));
  EXPECT_EQ(
      messages_of(line + "\n"),
      absl::StrCat("sample.idl:6:12: error: 'a' has no maximum length; add $max(N) [KIDL0104]\n",
                   line.substr(0, 200), "...\n           ^\n"));
  const std::string late =
      absl::StrCat("using N0 = N; ", std::string(300, ' '), "struct S { a @0 :Text; }");
  EXPECT_EQ(
      messages_of(late + "\n"),
      absl::StrCat("sample.idl:6:326: error: 'a' has no maximum length; add $max(N) [KIDL0104]\n",
                   "...", late.substr(late.size() - 200), "\n", std::string(190, ' '), "^\n"));
}

TEST(DiagnosticsTest, TabsKeepTheCaretInPlace) {
  EXPECT_EQ(messages_of("struct A {\n\tname @0 :Text;\n}\n"),
            "sample.idl:7:2: error: 'name' has no maximum length; add $max(N) [KIDL0104]\n"
            "\tname @0 :Text;\n"
            "\t^\n");
}

}  // namespace
}  // namespace kidl
