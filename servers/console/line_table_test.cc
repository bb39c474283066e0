#include "servers/console/line_table.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace tessera::console {
namespace {

using Printed = std::vector<std::pair<std::uint64_t, std::string>>;

class LineTableTest : public testing::Test {
 protected:
  Printed write(std::uint64_t identity, std::string_view bytes) {
    Printed printed;
    table_.write(identity, bytes, [&](std::uint64_t from, std::string_view line) {
      printed.emplace_back(from, line);
    });
    return printed;
  }

  LineTable table_;
};

TEST_F(LineTableTest, ANewlinePrintsTheLine) {
  EXPECT_EQ(write(1, "half "), Printed());
  EXPECT_EQ(write(1, "a line\nand"), (Printed{{1, "half a line"}}));
  EXPECT_EQ(write(1, "\n\n"), (Printed{{1, "and"}, {1, ""}}));
}

TEST_F(LineTableTest, SendersDoNotMix) {
  EXPECT_EQ(write(1, "one"), Printed());
  EXPECT_EQ(write(2, "two"), Printed());
  EXPECT_EQ(write(0, "none"), Printed());
  EXPECT_EQ(write(1, "\n"), (Printed{{1, "one"}}));
  EXPECT_EQ(write(0, "\n"), (Printed{{0, "none"}}));
  EXPECT_EQ(write(2, "\n"), (Printed{{2, "two"}}));
}

TEST_F(LineTableTest, WhatIsNotPrintableBecomesAQuestionMark) {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    if (c == '\n') continue;
    const std::string expected(1, byte >= 0x20 && byte < 0x7f ? c : '?');
    ASSERT_EQ(write(1, std::string{c, '\n'}), (Printed{{1, expected}})) << byte;
  }
}

TEST_F(LineTableTest, ALongLineComesInPieces) {
  const std::string full(kLineLength, 'x');
  EXPECT_EQ(write(1, full), Printed());
  EXPECT_EQ(write(1, "\n"), (Printed{{1, full}})) << "exactly full is one piece";
  EXPECT_EQ(write(1, full + "y"), (Printed{{1, full}}));
  EXPECT_EQ(write(1, full + "\n"), (Printed{{1, "y" + full.substr(1)}, {1, "x"}}));
}

TEST_F(LineTableTest, TheLeastRecentLineMakesRoom) {
  for (std::uint64_t sender = 1; sender <= kSenders; ++sender) {
    ASSERT_EQ(write(sender, "a"), Printed());
  }
  ASSERT_EQ(write(1, "b"), Printed()) << "1 is now more recent than 2";
  EXPECT_EQ(write(100, "new"), (Printed{{2, "a"}}));
  EXPECT_EQ(write(1, "\n"), (Printed{{1, "ab"}}));
  EXPECT_EQ(write(2, "\n"), (Printed{{2, ""}})) << "2 begins anew, in the place that 1 left";
  EXPECT_EQ(write(100, "\n"), (Printed{{100, "new"}}));
}

TEST_F(LineTableTest, AFinishedLineNeedsNoRoom) {
  for (std::uint64_t sender = 1; sender <= 100 * kSenders; ++sender) {
    ASSERT_EQ(write(sender, "x\n"), (Printed{{sender, "x"}}));
  }
}

// Whatever senders write in whatever order, each one's bytes come out, in order, and under no other
// name.
TEST_F(LineTableTest, NothingIsLostOrTakenForAnothers) {
  std::mt19937 random(1);
  std::map<std::uint64_t, std::string> in;
  std::map<std::uint64_t, std::string> out;
  const auto note = [&](const Printed& printed) {
    for (const auto& [sender, line] : printed) {
      ASSERT_LE(line.size(), kLineLength);
      out[sender] += line;
    }
  };
  constexpr std::uint64_t kMany = 2 * kSenders;
  for (int step = 0; step < 20'000; ++step) {
    const std::uint64_t sender = random() % kMany;
    std::string bytes(1 + random() % 40, static_cast<char>('A' + sender));
    in[sender] += bytes;
    if (random() % 4 == 0) bytes.push_back('\n');
    note(write(sender, bytes));
  }
  for (std::uint64_t sender = 0; sender < kMany; ++sender) note(write(sender, "\n"));
  EXPECT_EQ(out, in);
}

}  // namespace
}  // namespace tessera::console
