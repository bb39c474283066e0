// The server under its generated loop, called by its generated client, with a UART that moves when
// the test says so.
#include "servers/console/server.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gen/loopback.h"
#include "idl/manifest.h"
#include "idl/service/console.h"
#include "idl/service/console_client.h"
#include "idl/service/console_message.h"
#include "idl/service/console_server.h"
#include "idl/system_call.h"
#include "idl/wire.h"
#include "servers/console/fake_uart.h"
#include "servers/runtime/chunks.h"
#include "servers/runtime/slots.h"

namespace tessera::console {
namespace {

using abi::SystemCall;
using service::ConsoleStatus;

constexpr std::uint64_t kInit = 1;
constexpr std::uint64_t kConsole = 0x10;
constexpr std::uint64_t kTimed = 0x11;
constexpr std::uint64_t kTask = 0x20;
constexpr std::uint64_t kShell = 0x30;
constexpr std::uint64_t kOtherShell = 0x31;
constexpr std::uint64_t kPage = 4096;

constexpr std::array<manifest::Grant, 1> kInput = {manifest::Grant::kInput};
// Others have numbers.
constexpr std::array<manifest::Image, 6> kImages = {{
    {.name = "console", .identity = kConsole},
    {.name = "timed", .identity = kTimed},
    {.name = "SELFTEST", .identity = kTask},
    {.name = "child", .identity = 0x22, .start = manifest::Start::kSpawned},
    {.name = "shell", .identity = kShell, .grants = kInput},
    {.name = "shell-2", .identity = kOtherShell, .grants = kInput},
}};

using TestServer = BasicServer<BasicUart<FakeUartRegisters>>;

// Not attached; the UART stands still.
class ConsoleServerTest : public testing::Test {
 protected:
  ConsoleServerTest() {
    fake_uart = &uart_;
    kernel_.server = [this](const rt::Registers& message) {
      return service::ConsoleServer<TestServer>::dispatch(server_, rt::start::service(), message);
    };
    kernel_.intercept = [this](rt::Registers& r) { return on_call(r); };
  }
  ~ConsoleServerTest() override { fake_uart = nullptr; }

  bool on_call(rt::Registers& r) {
    const rt::Registers asked = r;
    switch (static_cast<SystemCall>(r.a7)) {
      case SystemCall::kVmoInfo:
        r.a6 = info_status_;
        r.a1 = kPage;
        return true;
      case SystemCall::kVmoMap:
        EXPECT_EQ(asked.a2, abi::word(kernel::Access::kRead | kernel::Access::kWrite));
        maps_ += map_status_ == 0 ? 1 : 0;
        r.a6 = map_status_;
        return true;
      case SystemCall::kIrqBind:
        r.a6 = bind_status_;
        return true;
      case SystemCall::kIrqAcknowledge:
        ++acknowledged_;
        EXPECT_FALSE(uart_.line()) << "the UART has let go of its line";
        r.a6 = 0;
        return true;
      case SystemCall::kReplySend:
        // The kernel's word of a caller that is gone.
        if (!callers_are_gone_) return false;
        r = {};
        r.a6 = abi::word(abi::kEinval);
        return true;
      default:
        return false;
    }
  }

  // 0: ok; nothing: the caller waits.
  std::optional<ConsoleStatus> told(const rt::Result<void>& result, std::size_t waiting_before) {
    if (kernel_.waiting() > waiting_before) return std::nullopt;
    return result ? ConsoleStatus::kOk : static_cast<ConsoleStatus>(result.error().status);
  }
  std::optional<ConsoleStatus> attach(std::uint64_t identity, std::uint32_t offset = 0,
                                      std::uint8_t shift = 0) {
    kernel_.identity = identity;
    return told(client_.attach(offset, shift), kernel_.waiting());
  }
  std::optional<ConsoleStatus> write(std::uint64_t identity, std::string_view text) {
    kernel_.identity = identity;
    const std::size_t before = kernel_.waiting();
    return told(client_.write(*rt::Chunk::of(text)), before);
  }
  // As a program sends lines.
  void print(std::uint64_t identity, std::string_view text) {
    rt::Chunks out([&](const rt::Chunk& chunk) {
      ASSERT_EQ(write(identity, chunk.view()), ConsoleStatus::kOk);
    });
    for (const char c : text) out.put(c);
  }
  // As many lines as the sender has room for.
  std::size_t fill(std::uint64_t identity) {
    std::size_t lines = 0;
    while (write(identity, "a flood of lines\n") == ConsoleStatus::kOk) ++lines;
    return lines;
  }
  struct Read {
    ConsoleStatus status = ConsoleStatus::kOk;
    std::string bytes;
    std::uint32_t lost = 0;
  };
  std::optional<Read> read(std::uint64_t identity, std::uint8_t max = 64) {
    kernel_.identity = identity;
    const std::size_t before = kernel_.waiting();
    const auto result = client_.read(max);
    if (kernel_.waiting() > before) return std::nullopt;
    // The one before it was answered, and this one waits.
    if (!result && result.error() == gen::kPeerDied) return std::nullopt;
    Read read;
    if (!result) {
      read.status = static_cast<ConsoleStatus>(result.error().status);
      return read;
    }
    read.lost = result->lost;
    for (const std::byte byte : result->bytes) read.bytes += static_cast<char>(byte);
    return read;
  }
  // Of the one caller who was answered later.
  Read answered() {
    EXPECT_EQ(kernel_.kept_answers().size(), 1u);
    Read read;
    for (const auto& [slot, answer] : kernel_.kept_answers()) {
      read.status = static_cast<ConsoleStatus>(answer.status);
      if (answer.status != 0) continue;
      abi::Source words(answer.words, answer.beyond.data(),
                        abi::message_words(static_cast<unsigned>(answer.shape)));
      service::console::ReadReply reply;
      EXPECT_EQ(service::console::decode(words, reply).what, abi::Detail::kNone);
      for (const std::byte byte : reply.bytes) read.bytes += static_cast<char>(byte);
      read.lost = reply.lost;
    }
    kernel_.forget();
    return read;
  }

  // The kernel tells of the line when it is up.
  bool interrupt() {
    if (!uart_.line()) return false;
    kernel_.deliver(kernel_.message(0, {1}, false));
    return true;
  }
  void type(std::string_view bytes) {
    kernel_.forget();
    uart_.type(bytes);
    ASSERT_TRUE(interrupt());
  }
  // Until the UART has nothing more to tell.
  void run() {
    for (;;) {
      uart_.shift();
      if (!interrupt()) return;
    }
  }

  gen::Loopback kernel_;
  FakeUart uart_;
  std::uint64_t info_status_ = 0;
  std::uint64_t map_status_ = 0;
  std::uint64_t bind_status_ = 0;
  bool callers_are_gone_ = false;
  int maps_ = 0;
  int acknowledged_ = 0;
  TestServer server_{{.images = kImages, .init_identity = kInit, .init_name = "init"},
                     {.identity = kConsole,
                      .pages = rt::start::device(),
                      .irq = rt::start::irq(),
                      .signal = rt::start::timer(),
                      .task = rt::start::task()}};
  const service::ConsoleClient client_{rt::start::console()};
};

TEST_F(ConsoleServerTest, EachRefusalOfAttachIsAValue) {
  EXPECT_EQ(attach(kTask), ConsoleStatus::kDenied) << "not init";
  EXPECT_EQ(attach(0), ConsoleStatus::kDenied);
  EXPECT_EQ(attach(kInit, 0, 4), ConsoleStatus::kInvalidArgs) << "by the decoder";
  EXPECT_EQ(attach(kInit, kPage - 7, 0), ConsoleStatus::kFailed) << "beyond its pages";
  EXPECT_EQ(attach(kInit, kPage - 8, 1), ConsoleStatus::kFailed);
  info_status_ = abi::word(abi::kEbadf);
  EXPECT_EQ(attach(kInit), ConsoleStatus::kFailed) << "no device";
  info_status_ = 0;
  map_status_ = abi::word(abi::kEnomem);
  EXPECT_EQ(attach(kInit), ConsoleStatus::kFailed);
  EXPECT_EQ(write(kInit, "early\n"), ConsoleStatus::kNotAttached);
  EXPECT_EQ(read(kShell)->status, ConsoleStatus::kNotAttached);
  EXPECT_EQ(maps_, 0);
  EXPECT_EQ(uart_.enables, 0) << "and the UART is as it was";
  map_status_ = 0;
  EXPECT_EQ(attach(kInit), ConsoleStatus::kOk);
  EXPECT_EQ(attach(kInit), ConsoleStatus::kDenied) << "again";
  EXPECT_EQ(maps_, 1);
}

// Without an interrupt it says so, and waits for the UART itself.
TEST_F(ConsoleServerTest, WithoutAnInterruptItPolls) {
  bind_status_ = abi::word(abi::kEbadf);
  uart_.immediate = true;
  ASSERT_EQ(attach(kInit), ConsoleStatus::kOk);
  EXPECT_EQ(uart_.sent, "console: the UART has no interrupt: it is polled\n");
  uart_.sent.clear();
  print(kTask, "one line\nand another\n");
  EXPECT_EQ(uart_.sent, "SELFTEST: one line\nSELFTEST: and another\n");
  EXPECT_EQ(uart_.enabled, 0);
  EXPECT_EQ(read(kShell)->status, ConsoleStatus::kNoInput);
  kernel_.deliver(kernel_.message(0, {1}, false));
  EXPECT_EQ(acknowledged_, 0);
}

// What the last console had begun when it died is no part of this one's first line.
TEST_F(ConsoleServerTest, TheLastOnesLineIsEnded) {
  TestServer last{{.images = kImages, .init_identity = kInit, .init_name = "init"},
                  {.identity = kConsole,
                   .pages = rt::start::device(),
                   .irq = rt::start::irq(),
                   .signal = rt::start::timer(),
                   .task = rt::start::task()}};
  ASSERT_TRUE(last.attach({.badge = 0, .identity = kInit, .qos = {}}, 0, 0));
  kernel_.server = [&](const rt::Registers& message) {
    return service::ConsoleServer<TestServer>::dispatch(last, rt::start::service(), message);
  };
  print(kTask, "more than a FIFO holds\n");
  uart_.shift();
  uart_.immediate = true;
  kernel_.server = [this](const rt::Registers& message) {
    return service::ConsoleServer<TestServer>::dispatch(server_, rt::start::service(), message);
  };
  ASSERT_EQ(attach(kInit), ConsoleStatus::kOk);
  print(kInit, "up\n");
  EXPECT_EQ(uart_.sent, "SELFTEST: more t\ninit: up\n");
}

class ConsoleTest : public ConsoleServerTest {
 protected:
  ConsoleTest() { EXPECT_EQ(attach(kInit), ConsoleStatus::kOk); }
};

TEST_F(ConsoleTest, ALineGoesOutWhenItEnds) {
  uart_.immediate = true;
  print(kTask, "x");
  EXPECT_EQ(uart_.sent, "");
  print(kTask, "\n");
  EXPECT_EQ(uart_.sent, "SELFTEST: x\n") << "before its writer is answered, if there is room";
}

TEST_F(ConsoleTest, WritersThatTakeTurnsKeepTheirLinesAndNames) {
  uart_.immediate = true;
  print(kTask, "one ");
  print(kTimed, "two ");
  print(kInit, "three ");
  print(0x77, "four ");
  EXPECT_EQ(uart_.sent, "") << "no line has ended";
  print(kTimed, "more\nand ");
  print(kTask, "more\n");
  print(0x77, "more\n");
  print(kInit, "more\n");
  print(kTimed, "more\n");
  EXPECT_EQ(uart_.sent,
            "timed: two more\n"
            "SELFTEST: one more\n"
            "task-0x77: four more\n"
            "init: three more\n"
            "timed: and more\n");
}

TEST_F(ConsoleTest, TasksOfOneImageHaveOneNameAndTheirOwnLines) {
  uart_.immediate = true;
  print(std::uint64_t{1} << 32 | 0x22, "first ");
  print(std::uint64_t{2} << 32 | 0x22, "second ");
  print(std::uint64_t{1} << 32 | 0x22, "task\n");
  print(std::uint64_t{2} << 32 | 0x22, "task\n");
  EXPECT_EQ(uart_.sent, "child: first task\nchild: second task\n");
}

TEST_F(ConsoleTest, ANameInTheTextIsNoStamp) {
  uart_.immediate = true;
  print(0x77, "init: FAIL\ninit: up\r");
  print(0x77, "\ninit: ready\n");
  EXPECT_EQ(uart_.sent,
            "task-0x77: init: FAIL\n"
            "task-0x77: init: up?\n"
            "task-0x77: init: ready\n");
}

// Whoever takes the place of the line that waited longest is not who wrote it.
TEST_F(ConsoleTest, ALineThatMakesRoomHasItsOwnersName) {
  uart_.immediate = true;
  print(kTask, "first");
  for (std::uint64_t other = 1; other < kSenders; ++other) print(0x100 + other, "x");
  print(kTask, " still");  // now 0x101 is the one who wrote least recently
  EXPECT_EQ(uart_.sent, "");
  print(kTimed, "tick");
  EXPECT_EQ(uart_.sent, "task-0x101: x\n");
  print(0x101, "again");
  EXPECT_EQ(uart_.sent, "task-0x101: x\ntask-0x102: x\n");
  for (std::uint64_t other = 3; other < kSenders; ++other) print(0x100 + other, "y");
  uart_.sent.clear();
  print(kInit, "a line\n");
  EXPECT_EQ(uart_.sent, "SELFTEST: first still\ninit: a line\n");
  uart_.sent.clear();
  print(kTimed, " tock\n");
  print(0x101, "\n");
  print(0x10f, "\n");
  EXPECT_EQ(uart_.sent, "timed: tick tock\ntask-0x101: again\ntask-0x10f: xy\n");
}

// --- A UART that is slower than its writers ------------------------------------------------------

TEST_F(ConsoleTest, WritersGoOnWhileTheUartIsBusy) {
  print(kTask, "more than a FIFO holds\n");
  print(kTimed, "ready\n");
  EXPECT_EQ(uart_.transmit.size(), 16u);
  EXPECT_FALSE(interrupt()) << "nothing to tell";
  run();
  EXPECT_EQ(uart_.sent, "SELFTEST: more than a FIFO holds\ntimed: ready\n");
  EXPECT_EQ(uart_.overwritten, 0);
  EXPECT_EQ(uart_.enabled, 1) << "room is of no interest any more";
}

TEST_F(ConsoleTest, NobodyIsToldOfRoomThatNobodyWaitsFor) {
  uart_.immediate = true;
  const int before = uart_.enables;
  print(kTask, "a line\n");
  EXPECT_EQ(uart_.enables, before);
  EXPECT_FALSE(interrupt());
}

TEST_F(ConsoleTest, AWriteThatHasNoRoomIsAnsweredWhenThereIs) {
  const std::size_t lines = fill(kTask);
  EXPECT_EQ(kernel_.waiting(), 1u);
  kernel_.forget();
  EXPECT_EQ(write(kTimed, "another\n"), ConsoleStatus::kOk) << "it is that sender's alone";
  EXPECT_EQ(kernel_.waiting(), 1u);
  run();
  EXPECT_EQ(kernel_.waiting(), 0u);
  std::string expected;
  for (std::size_t i = 0; i <= lines; ++i) expected += "SELFTEST: a flood of lines\n";
  const std::string other = "timed: another\n";
  const std::size_t at = uart_.sent.find(other);
  ASSERT_NE(at, std::string::npos);
  EXPECT_EQ(uart_.sent.erase(at, other.size()), expected) << "what waited is not lost";
}

// Many threads of one task flood; each other sender's line comes after two of the flood's: the one
// that is on its way, and one turn.
TEST_F(ConsoleTest, AFloodOfManyThreadsHasOneTurnInMany) {
  fill(kTask);
  for (int thread = 0; thread < 20; ++thread) {
    const auto told = write(kTask, "a flood of lines\n");
    EXPECT_TRUE(!told || told == ConsoleStatus::kBusy);
  }
  EXPECT_EQ(kernel_.waiting(), service::kMaxConsoleWaitersOfOne);
  for (int round = 0; round < 50; ++round) {
    uart_.sent.clear();
    print(kTimed, "tick\n");
    print(kInit, "tock\n");
    int steps = 0;
    while (uart_.sent.find("tick\n") == std::string::npos ||
           uart_.sent.find("tock\n") == std::string::npos) {
      ASSERT_LT(++steps, 10);
      uart_.shift();
      interrupt();
      while (write(kTask, "a flood of lines\n") != ConsoleStatus::kBusy) {
      }
    }
    std::size_t floods = 0;
    for (std::size_t at = 0; (at = uart_.sent.find("flood", at)) != std::string::npos; ++at) {
      ++floods;
    }
    EXPECT_LE(floods, 3u);
  }
}

TEST_F(ConsoleTest, TheWaitIsBoundedAndUsedAgain) {
  for (int round = 0; round < 3; ++round) {
    std::uint64_t sender = 0x100;
    for (; kernel_.waiting() < service::kMaxConsoleWaiters; ++sender) fill(sender);
    EXPECT_EQ(write(sender, "x\n"), ConsoleStatus::kBusy) << "all places are taken";
    EXPECT_EQ(write(sender, "x\n"), ConsoleStatus::kBusy);
    EXPECT_EQ(read(kShell), std::nullopt) << "but for the reader's";
    EXPECT_EQ(write(sender, "x\n"), ConsoleStatus::kBusy);
    run();
    type("x");
    EXPECT_EQ(kernel_.waiting(), 0u);
  }
}

// Two threads of a task, of which one waits: the other's bytes do not overtake, though there would
// be room for so few.
TEST_F(ConsoleTest, WhatWaitsKeepsItsOrder) {
  fill(kTask);
  EXPECT_EQ(write(kTask, "x\n"), std::nullopt);
  EXPECT_EQ(kernel_.waiting(), 2u);
  run();
  EXPECT_TRUE(uart_.sent.ends_with("SELFTEST: a flood of lines\nSELFTEST: x\n"));
}

// A controller may tell of a line only when it rises: on_call() looks at each acknowledgement.
TEST_F(ConsoleTest, TheLineIsLetGoOfBeforeItIsAcknowledged) {
  print(kTask, "more than a FIFO holds\n");
  uart_.shift();
  uart_.immediate = true;
  ASSERT_TRUE(interrupt()) << "there is room, and will be when all is out";
  EXPECT_EQ(acknowledged_, 1);
  EXPECT_EQ(uart_.sent, "SELFTEST: more than a FIFO holds\n");
}

// Whoever gives up knows that it is not printed, and writes it again.
TEST_F(ConsoleTest, WhatAWriterThatIsGoneWroteIsNotPrinted) {
  uart_.immediate = true;
  callers_are_gone_ = true;
  write(kTask, "a line\n");
  callers_are_gone_ = false;
  print(kTask, "a line\n");
  EXPECT_EQ(uart_.sent, "SELFTEST: a line\n");
}

TEST_F(ConsoleTest, AWaiterThatIsGoneHoldsNobodyUp) {
  const std::size_t lines = fill(kTask);
  callers_are_gone_ = true;
  run();
  callers_are_gone_ = false;
  EXPECT_EQ(uart_.sent.size(), lines * std::string_view("SELFTEST: a flood of lines\n").size());
  uart_.immediate = true;
  uart_.sent.clear();
  // Its object is free again, as many times as there are objects.
  for (std::uint32_t i = 0; i < 2 * kReplies; ++i) print(kTask, "x\n");
  EXPECT_EQ(uart_.sent.size(), 2 * kReplies * std::string_view("SELFTEST: x\n").size());
}

// --- Input ---------------------------------------------------------------------------------------

TEST_F(ConsoleTest, OnlyImagesWithTheGrantRead) {
  type("secret");
  for (const std::uint64_t other : {kTask, kInit, kConsole, std::uint64_t{0}, std::uint64_t{0x77},
                                    std::uint64_t{1} << 32 | kShell}) {
    EXPECT_EQ(read(other)->status, ConsoleStatus::kDenied) << other;
  }
  EXPECT_EQ(read(kShell)->bytes, "secret");
}

TEST_F(ConsoleTest, WhatIsTypedWaitsForAReader) {
  type("one\r");
  type({"\x03\x1b\0\xff", 4});
  EXPECT_EQ(read(kShell, 3)->bytes, "one");
  EXPECT_EQ(read(kShell)->bytes, std::string("\r\x03\x1b\0\xff", 5)) << "as it came";
  EXPECT_EQ(read(kShell), std::nullopt) << "each byte once";
}

TEST_F(ConsoleTest, AReaderWaitsForWhatIsTyped) {
  EXPECT_EQ(read(kShell, 2), std::nullopt);
  EXPECT_EQ(read(kOtherShell)->status, ConsoleStatus::kBusy) << "one at a time";
  type("abc");
  EXPECT_EQ(answered().bytes, "ab");
  EXPECT_EQ(acknowledged_, 1);
  EXPECT_EQ(read(kOtherShell)->bytes, "c");
}

TEST_F(ConsoleTest, ASecondReadOfATaskEndsTheFirst) {
  EXPECT_EQ(read(kShell), std::nullopt);
  for (std::uint32_t i = 0; i < 2 * kReplies; ++i) {
    kernel_.forget();
    EXPECT_EQ(read(kShell, 1), std::nullopt);
    EXPECT_EQ(answered().status, ConsoleStatus::kBusy);
  }
  type("a");
  EXPECT_EQ(answered().bytes, "a");
}

// Whoever gave up has taken nothing.
TEST_F(ConsoleTest, WhatAReaderThatIsGoneDidNotGetIsTheNextOnes) {
  EXPECT_EQ(read(kShell), std::nullopt);
  callers_are_gone_ = true;
  type("abc");
  callers_are_gone_ = false;
  const auto next = read(kOtherShell);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->bytes, "abc");
}

TEST_F(ConsoleTest, WhatThereIsNoRoomForIsCounted) {
  std::string all;
  for (std::size_t i = 0; i < kInputBytes; i += 16) {
    const std::string part(16, static_cast<char>('a' + i / 16));
    type(part);
    all += part;
  }
  type("xyz");
  std::string got;
  for (std::size_t i = 0; i < kInputBytes; i += 64) {
    const auto part = read(kShell);
    EXPECT_EQ(part->lost, 3u);
    got += part->bytes;
  }
  EXPECT_EQ(got, all) << "what was there is whole";
  type("0123456789abcdef+");
  EXPECT_EQ(read(kShell)->lost, 4u) << "the UART's own FIFO";
}

TEST_F(ConsoleTest, WritersAreServedByTheInterruptOfWhatIsTyped) {
  print(kTask, "more than a FIFO holds\n");
  uart_.shift();
  uart_.type("x");
  ASSERT_TRUE(interrupt());
  EXPECT_FALSE(uart_.transmit.empty());
  EXPECT_EQ(read(kShell)->bytes, "x");
}

TEST_F(ConsoleTest, CountsOutsideTheRangeAreRefused) {
  EXPECT_EQ(read(kShell, 0)->status, ConsoleStatus::kInvalidArgs);
  EXPECT_EQ(read(kShell, 65)->status, ConsoleStatus::kInvalidArgs);
}

}  // namespace
}  // namespace tessera::console
