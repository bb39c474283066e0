// Lines to a console that takes them, refuses them, or is dead.
#include "servers/runtime/print.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "gen/loopback.h"
#include "idl/abi.h"
#include "idl/service/console.h"
#include "idl/service/console_fake.h"
#include "idl/system_call.h"
#include "servers/runtime/ipc.h"
#include "servers/runtime/slots.h"

namespace tessera::rt {
namespace {

class PrintTest : public ::testing::Test {
 protected:
  PrintTest() {
    kernel.server_at[start::console().index] = std::ref(console);
    console.on.write = [this](const Caller&, service::Console::WriteCompleter completer,
                              std::string_view text) {
      pieces.emplace_back(text);
      EXPECT_TRUE(completer.complete());
    };
  }

  gen::Loopback kernel;
  service::FakeConsole console;
  std::vector<std::string> pieces;
};

TEST_F(PrintTest, ALineGoesInAsFewPiecesAsHoldIt) {
  print("woke at ", 12, " of ", hex(0xff));
  EXPECT_EQ(pieces, std::vector<std::string>{"woke at 12 of 0xff\n"});
  pieces.clear();
  const std::string line(kChunkBytes + 1, 'x');
  print(std::string_view(line));
  EXPECT_EQ(pieces, (std::vector<std::string>{std::string(kChunkBytes, 'x'), "x\n"}));
}

// Nobody is left to tell: print comes back, and the next line is tried again.
TEST_F(PrintTest, ARefusalIsNotTheWritersEnd) {
  console.on.write = [this](const Caller&, service::Console::WriteCompleter completer,
                            std::string_view) {
    if (console.executed == 1) {
      EXPECT_TRUE(completer.fail(service::ConsoleStatus::kNotAttached));
    } else {
      EXPECT_TRUE(completer.complete());
    }
  };
  print("lost");
  print("printed");
  EXPECT_EQ(console.executed, 2);
}

// A console that takes `room` pieces and then hangs.
class HangingTest : public PrintTest {
 protected:
  HangingTest() {
    kernel.intercept = [this](Registers& r) { return on_call(r); };
  }
  bool on_call(Registers& r) {
    const auto call = static_cast<abi::SystemCall>(r.a7);
    if (call == abi::SystemCall::kSelfNow) {
      r.a0 = now;
      r.a6 = 0;
      return true;
    }
    if (call != abi::SystemCall::kEndpointCallWith || room-- > 0) return false;
    ++given_up;
    now = r.t1;
    r.a6 = abi::word(gen::kTimedOut.status);
    r.a7 = gen::kTimedOut.detail;
    r.a0 = 0;
    r.t0 = 0;
    return true;
  }
  void print_long() {
    print(std::string_view(half), std::string_view(half), std::string_view(half), "end");
  }

  static constexpr std::uint64_t kSecond = 1'000'000'000;
  const std::string half = std::string(kChunkBytes, 'x');
  std::uint64_t now = 7;
  int room = 0;
  int given_up = 0;
};

TEST_F(HangingTest, ALineIsGivenUpAsAWhole) {
  print_long();
  EXPECT_EQ(given_up, 1) << "the rest is not tried";
  EXPECT_EQ(now, 7 + kSecond);
  room = 100;
  print("next");
  EXPECT_EQ(pieces, std::vector<std::string>{"next\n"}) << "nothing was begun";
}

TEST_F(HangingTest, WhatWasBegunIsALineOfItsOwn) {
  room = 1;
  print_long();
  print_long();
  EXPECT_EQ(given_up, 2);
  EXPECT_EQ(now, 7 + 2 * kSecond);
  room = 100;
  print("next");
  print("last");
  EXPECT_EQ(pieces, (std::vector<std::string>{half, "\n", "next\n", "last\n"}));
}

TEST_F(PrintTest, NorIsTheConsolesDeath) {
  kernel.failure = gen::kPeerDied;
  print("lost");
  EXPECT_EQ(console.executed, 0);
  kernel.failure.reset();
  print("printed");
  EXPECT_EQ(pieces, std::vector<std::string>{"printed\n"});
}

}  // namespace
}  // namespace tessera::rt
