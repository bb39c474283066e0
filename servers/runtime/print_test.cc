// Lines to a console that takes them, refuses them, or is dead.
#include "servers/runtime/print.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "gen/loopback.h"
#include "idl/service/console.h"
#include "idl/service/console_fake.h"
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
