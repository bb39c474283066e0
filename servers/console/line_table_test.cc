#include "servers/console/line_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "servers/runtime/text.h"

namespace tessera::console {
namespace {

using Line = std::pair<std::uint64_t, std::string>;
using Lines = std::vector<Line>;

class LineTableTest : public testing::Test {
 protected:
  std::optional<Line> take() {
    rt::FixedText<kLineLength> text;
    const auto sender = table_.take(text);
    EXPECT_FALSE(text.cut());
    if (!sender) return std::nullopt;
    return Line{*sender, text.text()};
  }
  Lines take_all() {
    Lines lines;
    while (const auto line = take()) lines.push_back(*line);
    return lines;
  }
  // In pieces as clients send them; all are taken.
  void add(std::uint64_t identity, std::string_view bytes) {
    for (; !bytes.empty(); bytes.remove_prefix(std::min(bytes.size(), kWriteBytes))) {
      ASSERT_TRUE(table_.write(identity, bytes.substr(0, kWriteBytes)));
    }
  }
  // The lines that can be taken afterwards.
  Lines write(std::uint64_t identity, std::string_view bytes) {
    add(identity, bytes);
    return take_all();
  }
  // How many lines of a sender there is room for.
  std::size_t flood(std::uint64_t identity, std::string_view line) {
    std::size_t count = 0;
    while (table_.write(identity, line)) ++count;
    return count;
  }

  LineTable table_;
};

TEST_F(LineTableTest, WhatIsWantedNoMoreIsNotAdded) {
  int asked = 0;
  const auto gone = [&asked] {
    ++asked;
    return false;
  };
  EXPECT_TRUE(table_.write(1, "a line\n", gone)) << "there was room";
  EXPECT_EQ(take_all(), Lines());
  flood(1, "a line\n");
  EXPECT_FALSE(table_.write(1, "a line\n", gone));
  EXPECT_EQ(asked, 1) << "where there is room only";
}

TEST_F(LineTableTest, ANewlineEndsTheLine) {
  EXPECT_EQ(write(1, "half "), Lines());
  EXPECT_EQ(write(1, "a line\nand"), (Lines{{1, "half a line"}}));
  EXPECT_EQ(write(1, "\n\n"), (Lines{{1, "and"}, {1, ""}}));
}

TEST_F(LineTableTest, SendersDoNotMix) {
  EXPECT_EQ(write(1, "one"), Lines());
  EXPECT_EQ(write(2, "two"), Lines());
  EXPECT_EQ(write(0, "none"), Lines());
  EXPECT_EQ(write(1, "\n"), (Lines{{1, "one"}}));
  EXPECT_EQ(write(0, "\n"), (Lines{{0, "none"}}));
  EXPECT_EQ(write(2, "\n"), (Lines{{2, "two"}}));
}

// The upper half of an identity tells which task of an image it is.
TEST_F(LineTableTest, TasksOfOneImageDoNotMix) {
  constexpr std::uint64_t kFirst = std::uint64_t{1} << 32 | 0x22;
  constexpr std::uint64_t kSecond = std::uint64_t{2} << 32 | 0x22;
  EXPECT_EQ(write(kFirst, "one "), Lines());
  EXPECT_EQ(write(kSecond, "two "), Lines());
  EXPECT_EQ(write(kFirst, "line\n"), (Lines{{kFirst, "one line"}}));
  EXPECT_EQ(write(kSecond, "line\n"), (Lines{{kSecond, "two line"}}));
}

TEST_F(LineTableTest, WhatIsNotPrintableBecomesAQuestionMark) {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    if (c == '\n') continue;
    const std::string expected(1, byte >= 0x20 && byte < 0x7f ? c : '?');
    ASSERT_EQ(write(1, std::string{c, '\n'}), (Lines{{1, expected}})) << byte;
  }
}

TEST_F(LineTableTest, ALongLineComesInPieces) {
  const std::string full(kLineLength, 'x');
  EXPECT_EQ(write(1, full), Lines());
  EXPECT_EQ(write(1, "\n"), (Lines{{1, full}})) << "exactly full is one piece";
  EXPECT_EQ(write(1, full + "y"), (Lines{{1, full}}));
  EXPECT_EQ(write(1, full + "\n"), (Lines{{1, "y" + full.substr(1)}, {1, "x"}}));
}

TEST_F(LineTableTest, SendersTakeTurnsALineEach) {
  add(1, "a\nb\nc\nd\n");
  add(2, "e\nf\n");
  EXPECT_EQ(take(), (Line{1, "a"}));
  add(3, "g\n");
  EXPECT_EQ(take(), (Line{2, "e"}));
  EXPECT_EQ(take_all(), (Lines{{3, "g"}, {1, "b"}, {2, "f"}, {1, "c"}, {1, "d"}}));
}

// Whatever the others have, a sender's first line comes within one of theirs each.
TEST_F(LineTableTest, AFloodIsOneLineAhead) {
  const std::string long_line(kWriteBytes - 1, 'x');
  ASSERT_GT(flood(1, long_line + "\n"), 20u);
  for (std::uint64_t sender = 2; sender <= kSenders; ++sender) add(sender, "mine\n");
  std::map<std::uint64_t, std::size_t> lines;
  for (std::size_t i = 0; i < kSenders; ++i) ++lines[take()->first];
  EXPECT_EQ(lines.size(), kSenders);
}

TEST_F(LineTableTest, AFullRingTakesNothingOfAWrite) {
  const std::size_t count = flood(1, "ten bytes\n");
  EXPECT_GE(count, (kRingBytes - kWriteBytes) / 10);
  EXPECT_FALSE(table_.write(1, "more bytes"));
  EXPECT_TRUE(table_.write(2, "another\n")) << "it is that sender's alone";
  ASSERT_EQ(take(), (Line{1, "ten bytes"}));
  ASSERT_EQ(take(), (Line{2, "another"}));
  EXPECT_TRUE(table_.write(1, "more bytes"));
  EXPECT_EQ(take_all(), Lines(count - 1, Line{1, "ten bytes"}));
  EXPECT_EQ(write(1, "\n"), (Lines{{1, "more bytes"}}));
}

// With lines of any length: whoever is refused has a line to be taken.
TEST_F(LineTableTest, ARingWithoutRoomHasALine) {
  for (std::size_t length = 1; length <= kWriteBytes; ++length) {
    flood(1, std::string(length, 'x'));
    ASSERT_TRUE(take()) << length;
    take_all();
    ASSERT_TRUE(table_.write(1, std::string(kWriteBytes, 'x')));
    add(1, "\n");
    take_all();
  }
}

TEST_F(LineTableTest, TheLineThatWaitedLongestMakesRoom) {
  for (std::uint64_t sender = 1; sender <= kSenders; ++sender) {
    ASSERT_EQ(write(sender, "a"), Lines());
  }
  ASSERT_EQ(write(1, "b"), Lines()) << "1 is now more recent than 2";
  EXPECT_FALSE(table_.write(100, "new"));
  EXPECT_FALSE(table_.write(101, "newer")) << "one makes room at a time";
  EXPECT_FALSE(table_.write(2, "c")) << "what it had comes first";
  EXPECT_TRUE(table_.write(3, "c"));
  EXPECT_EQ(take_all(), (Lines{{2, "a"}}));
  EXPECT_TRUE(table_.write(100, "new"));
  EXPECT_EQ(write(1, "\n"), (Lines{{1, "ab"}}));
  EXPECT_EQ(write(2, "\n"), (Lines{{2, ""}})) << "2 begins anew, in the place that 1 left";
  EXPECT_EQ(write(100, "\n"), (Lines{{100, "new"}}));
  EXPECT_EQ(write(3, "\n"), (Lines{{3, "ac"}}));
}

// Sixteen who never stop cannot keep out the seventeenth, if it comes first when there is room.
TEST_F(LineTableTest, OneMoreSenderThanThereIsRoomForGetsSome) {
  for (std::uint64_t sender = 1; sender <= kSenders; ++sender) flood(sender, "a flood of lines\n");
  std::size_t taken = 0;
  while (!table_.write(100, "new\n")) {
    for (std::uint64_t sender = 1; sender <= kSenders; ++sender) {
      flood(sender, "a flood of lines\n");
    }
    ASSERT_TRUE(take());
    ASSERT_LE(++taken, kSenders * kRingBytes / 17);
  }
  for (std::size_t i = 0; i <= kSenders; ++i) {
    if (take()->first == 100) return;
  }
  FAIL() << "it got a place and no turn";
}

TEST_F(LineTableTest, AFinishedLineNeedsNoRoom) {
  for (std::uint64_t sender = 1; sender <= 100 * kSenders; ++sender) {
    ASSERT_EQ(write(sender, "x\n"), (Lines{{sender, "x"}}));
    ASSERT_TRUE(table_.write(sender, "")) << "nothing needs none either";
  }
}

// Whatever senders write in whatever order, each one's bytes come out, in order, and under no other
// name.
TEST_F(LineTableTest, NothingIsLostOrTakenForAnothers) {
  std::mt19937 random(1);
  std::map<std::uint64_t, std::string> in;
  std::map<std::uint64_t, std::string> out;
  const auto note = [&] {
    const auto line = take();
    if (line) out[line->first] += line->second;
    return line.has_value();
  };
  constexpr std::uint64_t kMany = 2 * kSenders;
  int refused = 0;
  for (int step = 0; step < 50'000; ++step) {
    const std::uint64_t sender = random() % kMany;
    std::string bytes(1 + random() % (kWriteBytes - 1), static_cast<char>('A' + sender));
    const std::string without = bytes;
    if (random() % 4 == 0) bytes.push_back('\n');
    for (; !table_.write(sender, bytes); ++refused) ASSERT_TRUE(note());
    in[sender] += without;
    if (random() % 4 == 0) note();
  }
  for (std::uint64_t sender = 0; sender < kMany; ++sender) {
    while (!table_.write(sender, "\n")) ASSERT_TRUE(note());
  }
  while (note()) {
  }
  EXPECT_EQ(out, in);
  EXPECT_GT(refused, 1000);
}

}  // namespace
}  // namespace tessera::console
