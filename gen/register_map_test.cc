#include "gen/register_map.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace kidl {
namespace {

TEST(RegisterMapTest, ABoxAsWideAsItsTexts) {
  EXPECT_EQ(register_map("in", {{"a7", "10"}, {"t1", "deadline"}, {"window 0", "who"}}),
            "in   +----+----------+----------+\n"
            "     | a7 | t1       | window 0 |\n"
            "     | 10 | deadline | who      |\n"
            "     +----+----------+----------+\n");
}

TEST(RegisterMapTest, NothingIsNoBox) { EXPECT_EQ(register_map("out", {}), ""); }

TEST(RegisterMapTest, WhatIsTooWideGoesBelow) {
  const std::string map =
      register_map("out", std::vector<RegisterCell>(30, RegisterCell{"a0", "something"}));
  int boxes = 0;
  int names = 0;
  for (const absl::string_view line : absl::StrSplit(map, '\n')) {
    EXPECT_LE(line.size(), 100U);
    if (line.find("something") == absl::string_view::npos) continue;
    ++boxes;
    for (std::size_t at = line.find("something"); at != absl::string_view::npos;
         at = line.find("something", at + 1)) {
      ++names;
    }
  }
  EXPECT_EQ(boxes, 5);  // seven each: 6 columns and 12 a cell
  EXPECT_EQ(names, 30);
  EXPECT_EQ(map.find("out"), 0U);
  EXPECT_EQ(map.rfind("out"), 0U);
}

TEST(RegisterMapTest, OneThatIsWiderThanAllStandsAlone) {
  const std::string wide(200, 'x');
  EXPECT_NE(register_map("in", {{"a0", "y"}, {"a1", wide}}).find(wide), std::string::npos);
}

}  // namespace
}  // namespace kidl
