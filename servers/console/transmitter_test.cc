#include "servers/console/transmitter.h"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <string>

#include "idl/manifest.h"

namespace tessera::console {
namespace {

struct Port {
  std::size_t free = 0;
  std::string sent;
  int asked = 0;
  bool in_line = false;

  void note_line(bool has_begun) { in_line = has_begun; }

  std::size_t room() {
    ++asked;
    return free;
  }
  void put(char c) {
    ASSERT_GT(free, 0u);
    --free;
    sent += c;
  }
};

constexpr std::array<manifest::Image, 1> kImages = {{{.name = "timed", .identity = 0x11}}};
constexpr Names kNames = {.images = kImages, .init_identity = 1, .init_name = "init"};

class TransmitterTest : public testing::Test {
 protected:
  bool pump(std::size_t room) {
    port_.free = room;
    return transmitter_.pump(lines_, kNames, port_);
  }

  LineTable lines_;
  Port port_;
  Transmitter transmitter_;
};

TEST_F(TransmitterTest, NothingToSendAsksForNoRoom) {
  EXPECT_TRUE(pump(0));
  ASSERT_TRUE(lines_.write(1, "begun"));
  EXPECT_TRUE(pump(0));
  EXPECT_EQ(port_.asked, 0);
}

TEST_F(TransmitterTest, EachLineHasItsSendersName) {
  ASSERT_TRUE(lines_.write(1, "start\n\n"));
  ASSERT_TRUE(lines_.write(0x11, "ready\n"));
  EXPECT_TRUE(pump(100));
  EXPECT_EQ(port_.sent, "init: start\ntimed: ready\ninit: \n");
  EXPECT_EQ(port_.asked, 1) << "what is left of the room is used";
}

TEST_F(TransmitterTest, GoesOnWhereItStopped) {
  ASSERT_TRUE(lines_.write(1, "one line\n"));
  EXPECT_FALSE(pump(3));
  EXPECT_EQ(port_.sent, "ini");
  EXPECT_TRUE(port_.in_line);
  ASSERT_TRUE(lines_.write(0x11, "another\n"));
  EXPECT_FALSE(pump(0));
  EXPECT_FALSE(pump(17));
  EXPECT_EQ(port_.sent, "init: one line\ntimed") << "no line is broken by another one";
  EXPECT_TRUE(pump(10));
  EXPECT_EQ(port_.sent, "init: one line\ntimed: another\n");
  EXPECT_FALSE(port_.in_line);
}

TEST_F(TransmitterTest, TheLongestLineOfTheLongestNameIsWhole) {
  constexpr std::uint64_t kLongest = ~std::uint64_t{0};
  for (std::size_t i = 0; i < kLineLength; i += kWriteBytes) {
    ASSERT_TRUE(lines_.write(kLongest, std::string(kWriteBytes, 'x')));
  }
  ASSERT_TRUE(lines_.write(kLongest, "\n"));
  EXPECT_TRUE(pump(1000));
  EXPECT_EQ(port_.sent, "task-0xffffffffffffffff: " + std::string(kLineLength, 'x') + "\n");
}

}  // namespace
}  // namespace tessera::console
