#include "servers/runtime/text.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "servers/runtime/chunks.h"

namespace tessera::rt {
namespace {

template <class... Args>
std::string written(const Args&... args) {
  FixedText<128> text;
  write(text, args...);
  return std::string(text.text());
}

TEST(Text, Numbers) {
  EXPECT_EQ(written(0U), "0");
  EXPECT_EQ(written(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
  EXPECT_EQ(written(std::uint8_t{7}), "7");
  EXPECT_EQ(written(-1), "-1");
  EXPECT_EQ(written(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(written(std::numeric_limits<std::int32_t>::min()), "-2147483648");
  EXPECT_EQ(written(42), "42");
}

TEST(Text, Hexadecimal) {
  EXPECT_EQ(written(hex(0)), "0x0");
  EXPECT_EQ(written(hex(0x10a)), "0x10a");
  EXPECT_EQ(written(hex16(0x10a)), "0x000000000000010a");
  EXPECT_EQ(written(hex16(~std::uint64_t{0})), "0xffffffffffffffff");
}

TEST(Text, EverythingElse) {
  EXPECT_EQ(written("a ", "text", ' ', std::string_view("view"), true, '\n'), "a text viewtrue\n");
  static_assert([] {
    FixedText<8> in_constant;
    write(in_constant, "n=", 200);
    return in_constant.text() == "n=200";
  }());
}

TEST(Text, FixedTextTellsWhatItLost) {
  FixedText<4> text;
  write(text, "1234");
  EXPECT_FALSE(text.cut());
  write(text, "5");
  EXPECT_TRUE(text.cut());
  EXPECT_EQ(text.text(), "1234");
}

std::vector<std::string> sent(std::string_view text) {
  std::vector<std::string> pieces;
  Chunks chunks([&](const Chunk& chunk) { pieces.emplace_back(chunk.view()); });
  write(chunks, text);
  chunks.flush();
  return pieces;
}

TEST(Chunks, AsFewMessagesAsHoldTheText) {
  EXPECT_TRUE(sent("").empty());
  EXPECT_EQ(sent("short"), std::vector<std::string>{"short"});
  const std::string forty(40, 'x');
  EXPECT_EQ(sent(forty), std::vector<std::string>{forty});
  EXPECT_EQ(sent(forty + "y"), (std::vector<std::string>{forty, "y"}));
  EXPECT_EQ(sent(forty + forty), (std::vector<std::string>{forty, forty}));
}

TEST(Chunks, SendsTheRestWhenItEnds) {
  std::string all;
  {
    Chunks chunks([&](const Chunk& chunk) { all += chunk.view(); });
    write(chunks, "rest");
    EXPECT_TRUE(all.empty());
  }
  EXPECT_EQ(all, "rest");
}

}  // namespace
}  // namespace tessera::rt
