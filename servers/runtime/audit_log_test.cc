#include "servers/runtime/audit_log.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace tessera::rt {
namespace {

// Takes `room` pieces, then none.
struct Port {
  void begin() { ++lines; }
  bool send(const Chunk& piece) {
    if (room == 0) return false;
    --room;
    for (const char c : std::string_view(piece)) text.push_back(c);
    return true;
  }
  int room = 1000;
  int lines = 0;
  std::string text;
};

TEST(AuditLog, WritesALineAPiece) {
  AuditLog<Port> log;
  log.write("audit decision=", std::string_view("deny"), " caller=", hex16(0x20));
  EXPECT_EQ(log.port().text, "audit decision=deny caller=0x0000000000000020\n");
  EXPECT_EQ(log.lost(), 0U);
}

TEST(AuditLog, WhatIsLostIsCountedAndSaid) {
  AuditLog<Port> log;
  log.port().room = 0;
  for (int i = 0; i < 3; ++i) log.write("line ", i);
  EXPECT_EQ(log.lost(), 3U);
  EXPECT_EQ(log.port().text, "");
  log.port().room = 1000;
  log.write("line ", 3);
  EXPECT_EQ(log.port().text, "\naudit lost=3\nline 3\n");
  EXPECT_EQ(log.lost(), 0U);
  log.write("line ", 4);
  EXPECT_EQ(log.port().text, "\naudit lost=3\nline 3\nline 4\n") << "once";
}

// A piece was taken and the rest was not: the line is lost, and the next one does not go on in it.
TEST(AuditLog, ALineThatIsCutIsLost) {
  AuditLog<Port> log;
  log.port().room = 1;
  log.write("0123456789012345678901234567890123456789", "rest");
  EXPECT_EQ(log.lost(), 1U);
  log.port().room = 1000;
  log.write("next");
  EXPECT_EQ(log.port().text, "0123456789012345678901234567890123456789\naudit lost=1\nnext\n");
}

TEST(AuditLog, ALossThatCannotBeSaidStaysCounted) {
  AuditLog<Port> log;
  log.port().room = 0;
  log.write("first");
  log.write("second");
  log.port().room = 1;  // for the loss alone
  log.write("third");
  EXPECT_EQ(log.port().text, "\naudit lost=2\n");
  EXPECT_EQ(log.lost(), 1U);
}

}  // namespace
}  // namespace tessera::rt
