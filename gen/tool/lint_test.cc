// Every rule of lint: its bad sample has that finding alone, its good sample has none; and the
// tree's own files have none.
#include "gen/tool/lint.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gen/compiler.h"
#include "gen/diagnostics.h"
#include "gen/testing.h"

namespace kidl::tool {
namespace {

void lint(Compiled& compiled, const std::vector<std::string>& files) {
  for (const std::string& each : files) {
    lint_source(each, compiled.sources.text(each), compiled.diagnostics);
  }
  lint_system(*compiled.system, files, compiled.sources, compiled.diagnostics);
}

// The usual first lines of samples import more than each of them uses.
std::string lint_sample(absl::string_view sample) {
  std::vector<SampleFile> files = sample_files(sample);
  for (const auto& [name, path] :
       {std::pair{"Abi", "abi.idl"}, std::pair{"N", "kernel/notification.idl"},
        std::pair{"V", "kernel/vmo.idl"}, std::pair{"M", "manifest.idl"}}) {
    const std::string import = absl::StrCat("using ", name, " = import \"/idl/", path, "\";");
    if (absl::StrContains(sample, absl::StrCat(name, "."))) continue;
    // On a line of its own, after another on its line, or before one.
    files[0].text = absl::StrReplaceAll(
        files[0].text, {{absl::StrCat(" ", import), ""}, {import + "\n", ""}, {import + " ", ""}});
  }
  // What nobody imports is in the system only when it is named: abi.idl has the errors.
  const testing::Folder folder;
  for (const SampleFile& each : files) folder.write(each.path, each.text);
  Compiled compiled = folder.compile(
      {files[0].path, "idl/abi.idl", "idl/kernel/endpoint.idl", "idl/kernel/reply.idl"});
  EXPECT_EQ(compiled.messages(), "") << sample;
  lint(compiled, {"sample.idl"});
  return compiled.messages();
}

class EachFinding : public ::testing::TestWithParam<Explanation> {};

TEST_P(EachFinding, BadSampleHasItAlone) {
  const std::string messages = lint_sample(GetParam().bad);
  const std::string code = absl::StrCat("[", code_name(GetParam().code), "]\n");
  EXPECT_TRUE(absl::StrContains(messages, code)) << messages;
  const std::string others = absl::StrReplaceAll(messages, {{code, ""}});
  EXPECT_FALSE(absl::StrContains(others, "[KIDL")) << messages;
}

TEST_P(EachFinding, GoodSampleHasNone) { EXPECT_EQ(lint_sample(GetParam().good), ""); }

TEST_P(EachFinding, HasAdvice) { EXPECT_FALSE(GetParam().advice.empty()); }

INSTANTIATE_TEST_SUITE_P(Findings, EachFinding,
                         ::testing::ValuesIn(lint_explanations().begin(),
                                             lint_explanations().end()),
                         [](const auto& info) { return code_name(info.param.code); });

TEST(LintTest, FindingsStandWhereTheyAre) {
  EXPECT_EQ(lint_sample("interface Clock $K.service(0x7f01) {\n  # A clock.\n\n"
                        "  set @0 (time :UInt64,\n          zone :UInt8) -> (was :UInt64);\n"
                        "  # Sets it.\n  # time: when.\n}\n"),
            "sample.idl:8:11: error: parameter 'zone' has no text [KIDL0300]\n"
            "          zone :UInt8) -> (was :UInt64);\n"
            "          ^\n"
            "sample.idl:8:28: error: result 'was' has no text [KIDL0301]\n"
            "          zone :UInt8) -> (was :UInt64);\n"
            "                           ^\n");
}

TEST(LintTest, NamesThatMeanSomethingBeginALine) {
  EXPECT_EQ(
      lint_sample("interface Clock $K.service(0x7f01) {\n  # A clock.\n\n"
                  "  stop @0 () -> ();\n  # Stops it.\n  # einval, badRange: it has not run.\n}\n"),
      "");
}

// "Every public method and parameter has its text", for the whole tree.
TEST(LintTest, TheTreeHasNoFindings) {
  std::vector<std::string> files = {"bootimage/manifest.idl"};
  for (const auto& entry : std::filesystem::recursive_directory_iterator("idl")) {
    if (entry.path().extension() == ".idl") files.push_back(entry.path().string());
  }
  EXPECT_GT(files.size(), 10U);
  absl::StatusOr<Compiled> compiled = compile_files("/usr/bin/capnp", ".", files);
  ASSERT_TRUE(compiled.ok()) << compiled.status();
  ASSERT_EQ(compiled->messages(), "");
  lint(*compiled, files);
  EXPECT_EQ(compiled->messages(), "");
}

}  // namespace
}  // namespace kidl::tool
