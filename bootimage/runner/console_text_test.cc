#include "bootimage/runner/console_text.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace bootimage {
namespace {

using Lines = std::vector<std::string>;

struct Console {
  Lines lines;
  ConsoleText text{[this](absl::string_view line) { lines.emplace_back(line); }};
};

TEST(ConsoleText, LinesEndAtNewlines) {
  Console console;
  console.text.append("one\ntw");
  EXPECT_EQ(console.lines, (Lines{"one"}));
  console.text.append("o\n\nthree");
  EXPECT_EQ(console.lines, (Lines{"one", "two", ""}));
  EXPECT_EQ(console.text.last_lines(), (Lines{"one", "two", "", "three"}));
}

TEST(ConsoleText, OnlyTheLastLinesAreKept) {
  Console console;
  for (int i = 0; i < 100; ++i) console.text.append(std::to_string(i) + "\n");
  EXPECT_EQ(console.lines.size(), 100U);
  EXPECT_EQ(console.text.last_lines().size(), 20U);
  EXPECT_EQ(console.text.last_lines().front(), "80");
  console.text.append("unfinished");
  EXPECT_EQ(console.text.last_lines().size(), 20U);
  EXPECT_EQ(console.text.last_lines().front(), "81");
  EXPECT_EQ(console.text.last_lines().back(), "unfinished");
}

TEST(ConsoleText, AnEndlessLineIsCut) {
  Console console;
  for (int i = 0; i < 100; ++i) console.text.append(std::string(1000, 'x'));
  console.text.append("\nnext\n");
  EXPECT_EQ(console.lines[0].size(), ConsoleText::kMaxLine);
  EXPECT_EQ(console.lines[1], "next");
}

TEST(ConsoleText, AnyByteMayCome) {
  Console console;
  console.text.append(absl::string_view("a\0b\xff\n", 5));
  EXPECT_EQ(console.lines[0], std::string("a\0b\xff", 4));
}

}  // namespace
}  // namespace bootimage
