#include "bootimage/flags/flag_table.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace bootimage {
namespace {

struct Parsed {
  bool loud = false;
  std::string name = "nobody";
  std::vector<Flag> table = {
      {"loud", "", "speak up", set_true(&loud)},
      {"name", "NAME", "whom to greet", set_text(&name)},
      {"hidden", "X", "", set_text(&name)},
  };

  absl::StatusOr<std::vector<std::string>> parse(const std::vector<std::string>& arguments) {
    return parse_flags(table, arguments);
  }
  std::string error(const std::vector<std::string>& arguments) {
    const auto result = parse(arguments);
    return result.ok() ? "" : std::string(result.status().message());
  }
};

TEST(FlagTable, NothingGivenKeepsDefaults) {
  Parsed parsed;
  EXPECT_TRUE(parsed.parse({}).ok());
  EXPECT_FALSE(parsed.loud);
  EXPECT_EQ(parsed.name, "nobody");
}

TEST(FlagTable, SwitchesValuesAndPositionals) {
  Parsed parsed;
  const auto positional = parsed.parse({"one", "--loud", "--name=a=b", "two"});
  ASSERT_TRUE(positional.ok());
  EXPECT_EQ(*positional, (std::vector<std::string>{"one", "two"}));
  EXPECT_TRUE(parsed.loud);
  EXPECT_EQ(parsed.name, "a=b");
}

TEST(FlagTable, TheLastValueCounts) {
  Parsed parsed;
  ASSERT_TRUE(parsed.parse({"--name=a", "--name=b"}).ok());
  EXPECT_EQ(parsed.name, "b");
}

TEST(FlagTable, TwoDashesEndTheFlags) {
  Parsed parsed;
  const auto positional = parsed.parse({"--", "--loud", "-x"});
  ASSERT_TRUE(positional.ok());
  EXPECT_EQ(*positional, (std::vector<std::string>{"--loud", "-x"}));
  EXPECT_FALSE(parsed.loud);
}

TEST(FlagTable, ErrorsNameTheArgument) {
  Parsed parsed;
  EXPECT_EQ(parsed.error({"--nope"}), "--nope: no such flag");
  EXPECT_EQ(parsed.error({"--=x"}), "--=x: no such flag");
  EXPECT_EQ(parsed.error({"--lou"}), "--lou: no such flag");
  EXPECT_EQ(parsed.error({"-l"}), "-l: no such flag");
  EXPECT_EQ(parsed.error({"--loud=1"}), "--loud=1: takes no value");
  EXPECT_EQ(parsed.error({"--name"}), "--name: wants a value: --name=NAME");
  EXPECT_EQ(parsed.error({"--name="}), "--name=: wants a text that is not empty");
}

TEST(FlagTable, HelpHasALineForEachShownFlag) {
  Parsed parsed;
  EXPECT_EQ(flag_help(parsed.table),
            "  --loud             speak up\n"
            "  --name=NAME        whom to greet\n");
}

}  // namespace
}  // namespace bootimage
