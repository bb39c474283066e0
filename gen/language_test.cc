// What docs/idl_language.md shows is so: its examples are one file that compiles without a word,
// and each line that it says to be refused is refused with that code.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gen/testing.h"

namespace kidl::testing {
namespace {

// The lines of all blocks of that kind.
std::vector<std::string> blocks(absl::string_view kind) {
  std::ifstream stream("docs/idl_language.md");
  const std::string page(std::istreambuf_iterator<char>(stream), {});
  std::vector<std::string> lines;
  bool inside = false;
  for (const absl::string_view line : absl::StrSplit(page, '\n')) {
    if (absl::StartsWith(line, "```")) {
      inside = line == absl::StrCat("```", kind);
    } else if (inside) {
      lines.emplace_back(line);
    }
  }
  return lines;
}

std::string messages(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) absl::StrAppend(&text, line, "\n");
  return compile_sample({{"sample.idl", text}}).messages();
}

TEST(LanguageTest, TheExamplesCompile) {
  const std::vector<std::string> lines = blocks("idl");
  ASSERT_GT(lines.size(), 80U) << "the page has its examples";
  EXPECT_EQ(messages(lines), "");
}

TEST(LanguageTest, WhatIsSaidToBeRefusedIs) {
  const std::vector<std::string> refused = blocks("refused");
  ASSERT_FALSE(refused.empty());
  for (const std::string& each : refused) {
    const std::vector<std::string> parts = absl::StrSplit(each, absl::MaxSplits(' ', 1));
    std::vector<std::string> lines;
    for (const std::string& line : blocks("idl")) {
      lines.push_back(line);
      if (absl::StrContains(line, "# Another store, or none.")) {
        lines.push_back(absl::StrCat(parts[1], "\n  # Wrong."));
      }
    }
    const std::string said = messages(lines);
    EXPECT_TRUE(absl::StrContains(said, absl::StrCat("[", parts[0], "]"))) << each << "\n" << said;
  }
}

}  // namespace
}  // namespace kidl::testing
