// Every command and flag of the table is parsed, helped with and completed, because all three read
// it; and wrong usage is told.
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "gen/tool/commands.h"

namespace kidl::tool {
namespace {

constexpr std::size_t kLines = 24;
constexpr std::size_t kColumns = 80;

std::string error_of(const std::vector<std::string>& arguments) {
  const absl::StatusOr<Invocation> invocation = parse(arguments);
  return invocation.ok() ? "" : std::string(invocation.status().message());
}

bool has(absl::string_view text, absl::string_view part) {
  return text.find(part) != absl::string_view::npos;
}

void expect_fits(absl::string_view text, std::size_t lines) {
  const std::vector<absl::string_view> all = absl::StrSplit(text, '\n');
  EXPECT_LE(all.size() - 1, lines) << text;
  for (const absl::string_view line : all) EXPECT_LE(line.size(), kColumns) << line;
}

TEST(CommandLineTest, MainHelpFitsAScreenAndNamesAllCommands) {
  expect_fits(help(), kLines);
  for (const Command& each : commands()) {
    EXPECT_TRUE(has(help(), absl::StrCat("\n  ", each.name, " "))) << each.name;
  }
}

class EachCommand : public ::testing::TestWithParam<Command> {};

TEST_P(EachCommand, HelpFitsAScreenAndNamesAllFlags) {
  expect_fits(help(GetParam()), kLines);
  for (const Flag& each : GetParam().flags) {
    EXPECT_TRUE(has(help(GetParam()), absl::StrCat("\n  --", each.name))) << each.name;
  }
}

TEST_P(EachCommand, IsParsedWithEachOfItsFlags) {
  for (const Flag& each : GetParam().flags) {
    const std::vector<std::string> all = choices(each.metavar);
    const std::string value = all.empty() ? "some/value=x" : all.back();
    const std::string flag = each.metavar.empty() ? absl::StrCat("--", each.name)
                                                  : absl::StrCat("--", each.name, "=", value);
    const absl::StatusOr<Invocation> invocation = parse({std::string(GetParam().name), flag, "w"});
    ASSERT_TRUE(invocation.ok()) << invocation.status();
    EXPECT_EQ(invocation->get(each.name), each.metavar.empty() ? "true" : value);
    EXPECT_EQ(invocation->words, std::vector<std::string>{"w"});
  }
}

TEST_P(EachCommand, HasPresetsAmongItsChoices) {
  for (const Flag& each : GetParam().flags) {
    const std::vector<std::string> all = choices(each.metavar);
    if (all.empty()) continue;
    EXPECT_NE(std::find(all.begin(), all.end(), each.preset), all.end()) << each.name;
  }
}

TEST_P(EachCommand, IsCompletedWithEachOfItsFlags) {
  for (const char* shell : {"bash", "zsh"}) {
    const std::string script = completion(shell);
    EXPECT_TRUE(
        has(script, absl::StrCat("\n", shell[0] == 'b' ? "      " : "    ", GetParam().name, ") ")))
        << shell << script;
    for (const Flag& each : GetParam().flags) {
      EXPECT_TRUE(has(script, absl::StrCat("--", each.name))) << shell;
    }
  }
}

TEST_P(EachCommand, RefusesAFlagThatItDoesNotHave) {
  EXPECT_EQ(error_of({std::string(GetParam().name), "--no-such-flag=1"}),
            "no such flag: --no-such-flag");
  EXPECT_EQ(error_of({std::string(GetParam().name), "-x"}), "no such flag: -x");
}

INSTANTIATE_TEST_SUITE_P(Commands, EachCommand,
                         ::testing::ValuesIn(commands().begin(), commands().end()),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(CommandLineTest, CommandsAndFlagsAreDistinct) {
  std::set<absl::string_view> names;
  for (const Command& each : commands()) {
    EXPECT_TRUE(names.insert(each.name).second) << each.name;
    std::set<absl::string_view> flags;
    for (const Flag& flag : each.flags) EXPECT_TRUE(flags.insert(flag.name).second) << flag.name;
  }
}

TEST(CommandLineTest, WrongUsageIsTold) {
  EXPECT_EQ(error_of({}), "nothing to do");
  EXPECT_EQ(error_of({"frob"}), "no such command: frob");
  EXPECT_EQ(error_of({"--root=."}), "no such flag: --root=.; a command comes first");
  EXPECT_EQ(error_of({"compile", "--out"}), "--out needs a value: --out=DIR");
  EXPECT_EQ(error_of({"compile", "--out="}), "--out= needs a value: --out=DIR");
  EXPECT_EQ(error_of({"compile", "--emit=none"}),
            "wrong value: --emit=none; wants --emit=all|cxx|docs");
  EXPECT_EQ(error_of({"freeze", "--check=yes"}), "takes no value: --check=yes");
}

TEST(CommandLineTest, WordsAfterTwoDashesAreNoFlags) {
  const absl::StatusOr<Invocation> invocation = parse({"cat", "a", "--", "-"});
  ASSERT_TRUE(invocation.ok());
  EXPECT_EQ(invocation->words, (std::vector<std::string>{"a", "-"}));
}

// Nor flags of the programs that kidl runs.
TEST(CommandLineTest, WordsThatWouldBeAnothersFlagsAreRefused) {
  for (const char* word : {"--out=x", "-o/bin/sh", "--"}) {
    EXPECT_TRUE(has(error_of({"compile", "a", "--", word}), "no file's name may begin with '-'"))
        << word;
  }
}

TEST(CommandLineTest, TheLastOfAFlagCounts) {
  const absl::StatusOr<Invocation> invocation = parse({"compile", "--out=a", "--out=b", "x"});
  ASSERT_TRUE(invocation.ok());
  EXPECT_EQ(invocation->get("out"), "b");
  EXPECT_EQ(invocation->get("root"), ".");
}

}  // namespace
}  // namespace kidl::tool
