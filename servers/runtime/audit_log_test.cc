#include "servers/runtime/audit_log.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "gen/loopback.h"
#include "idl/abi.h"
#include "idl/service/console_fake.h"
#include "idl/service/routes_fake.h"
#include "idl/system_call.h"
#include "servers/runtime/ipc.h"
#include "servers/runtime/slots.h"

namespace tessera::rt {
namespace {

// Takes `room` pieces, then none.
struct Port {
  void begin() { ++lines; }
  Sent send(const Chunk& piece, bool begun) {
    EXPECT_EQ(begun, !text.empty() && !text.ends_with('\n'));
    if (room == 0) {
      if (otherwise == Sent::kGone) of_the_last += std::exchange(text, "");
      return otherwise;
    }
    --room;
    text += piece.view();
    return Sent::kTaken;
  }
  int room = 1000;
  Sent otherwise = Sent::kNot;
  int lines = 0;
  std::string text;
  std::string of_the_last;  // who is gone; the next one knows nothing of it
};

// A first piece, which is full, and more.
constexpr std::string_view kPiece = "0123456789012345678901234567890123456789";

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
  EXPECT_EQ(log.port().text, "audit lost=3\nline 3\n") << "nothing was begun";
  EXPECT_EQ(log.lost(), 0U);
  log.write("line ", 4);
  EXPECT_EQ(log.port().text, "audit lost=3\nline 3\nline 4\n") << "once";
}

// A piece was taken and the rest was not: the line is lost, and the next one does not go on in it.
TEST(AuditLog, ALineThatIsCutIsLost) {
  AuditLog<Port> log;
  log.port().room = 1;
  log.write(kPiece, "rest");
  EXPECT_EQ(log.lost(), 1U);
  log.write("it is still begun");
  log.port().room = 1;  // for its end
  log.write("there is no more to end");
  EXPECT_EQ(log.lost(), 3U);
  log.port().room = 1000;
  log.write("next");
  EXPECT_EQ(log.port().text, std::string(kPiece) + "\naudit lost=3\nnext\n");
}

// Who took its begin is gone: the next one neither gets its rest nor an end of what it has not.
TEST(AuditLog, ALineThatGoesWithTheConsoleIsLost) {
  AuditLog<Port> log;
  log.port().room = 1;
  log.port().otherwise = Sent::kGone;
  log.write(kPiece, "rest");
  EXPECT_EQ(log.port().of_the_last, kPiece);
  log.port().room = 1000;
  log.write("next");
  EXPECT_EQ(log.port().text, "audit lost=1\nnext\n");
}

TEST(AuditLog, ALineThatIsCutAndGoesWithTheConsoleIsLost) {
  AuditLog<Port> log;
  log.port().room = 1;
  log.write(kPiece, "rest");
  log.port().otherwise = Sent::kGone;
  log.write("second");
  EXPECT_EQ(log.port().of_the_last, kPiece);
  log.port().room = 1000;
  log.write("next");
  EXPECT_EQ(log.port().text, "audit lost=2\nnext\n");
}

TEST(AuditLog, ALossThatCannotBeSaidStaysCounted) {
  AuditLog<Port> log;
  log.port().room = 0;
  log.write("first");
  log.write("second");
  log.port().room = 1;  // for the loss alone
  log.write("third");
  EXPECT_EQ(log.port().text, "audit lost=2\n");
  EXPECT_EQ(log.lost(), 1U);
}

TEST(AuditLog, LinesTogetherHaveTheTimeOfOne) {
  AuditLog<Port> log;
  const auto report = [&log] {
    for (int i = 0; i < 3; ++i) log.write("report ", i);
  };
  log.write_together(report);
  EXPECT_EQ(log.port().lines, 1);
  log.write("line");
  EXPECT_EQ(log.port().lines, 2);
  EXPECT_EQ(log.port().text, "report 0\nreport 1\nreport 2\nline\n");
  log.port().room = 1;
  log.write_together(report);
  EXPECT_EQ(log.lost(), 2U) << "each line counts";
  log.port() = Port();
  log.write("line");
  EXPECT_EQ(log.port().text, "audit lost=2\nline\n");
}

// The console at StartSlot.console, and init, who knows of another one.
class ConsolePortTest : public testing::Test {
 protected:
  ConsolePortTest() {
    kernel_.server_at[start::console().index] = std::ref(console_);
    kernel_.server_at[start::slot(abi::StartSlot::kRoutes).index] = std::ref(routes_);
    kernel_.held[window_slot(0).index] = {abi::ObjectType::kEndpoint, 1};
    kernel_.intercept = [this](Registers& r) { return on_call(r); };
    console_.on.write = [this](const Caller&, service::Console::WriteCompleter completer,
                               std::string_view text) {
      printed_ += text;
      EXPECT_TRUE(completer.complete());
    };
    routes_.on.find = [this](const Caller&, std::string_view) -> Result<kernel::Endpoint> {
      failure_.reset();
      printed_ += '|';
      return kernel::Endpoint(Slot{99});
    };
    port_.begin();
  }

  bool on_call(Registers& r) {
    const auto call = static_cast<abi::SystemCall>(r.a7);
    if (call == abi::SystemCall::kSelfNow) {
      r.a0 = kNow;
      r.a6 = 0;
      return true;
    }
    if (call != abi::SystemCall::kEndpointCallWith || r.t0 != start::console().index) return false;
    EXPECT_EQ(r.t1, kNow + kAuditWithin);
    if (!failure_) return false;
    r.a6 = abi::word(failure_->status);
    r.a7 = failure_->detail;
    r.a0 = 0;
    r.t0 = 0;
    return true;
  }
  Sent send(bool begun) { return port_.send(*Chunk::of("text"), begun); }

  static constexpr std::uint64_t kNow = 5'000'000'000;
  gen::Loopback kernel_;
  service::FakeConsole console_;
  service::FakeRoutes routes_;
  std::optional<Error> failure_;
  std::string printed_;  // and where another one was found: '|'
  ConsolePort port_;
};

TEST_F(ConsolePortTest, APieceIsTakenOrNot) {
  EXPECT_EQ(send(false), Sent::kTaken);
  EXPECT_EQ(send(true), Sent::kTaken);
  failure_ = gen::kTimedOut;
  EXPECT_EQ(send(false), Sent::kNot);
  EXPECT_EQ(send(true), Sent::kNot);
  EXPECT_EQ(printed_, "texttext");
}

TEST_F(ConsolePortTest, ALineThatBeginsGoesToTheNextConsole) {
  failure_ = gen::kPeerDied;
  EXPECT_EQ(send(false), Sent::kTaken);
  EXPECT_EQ(printed_, "|text");
}

TEST_F(ConsolePortTest, ALineThatHasBegunGoesToNoOther) {
  failure_ = gen::kPeerDied;
  EXPECT_EQ(send(true), Sent::kGone);
  EXPECT_EQ(printed_, "");
  failure_ = Error{abi::kEbadf, abi::detail(abi::Detail::kBadCap, 0)};
  EXPECT_EQ(send(true), Sent::kGone);
  EXPECT_EQ(send(false), Sent::kTaken);
}

}  // namespace
}  // namespace tessera::rt
