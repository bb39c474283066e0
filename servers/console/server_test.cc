// Who may attach the UART, and what reaches it, byte by byte: the device's pages are a page of the
// test's own, or a port that keeps all that is put to it.
#include "servers/console/server.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "gen/loopback.h"
#include "idl/manifest.h"
#include "idl/service/console.h"
#include "idl/service/console_client.h"
#include "idl/service/console_server.h"
#include "idl/system_call.h"
#include "servers/runtime/chunks.h"
#include "servers/runtime/slots.h"

namespace tessera::console {
namespace {

using service::ConsoleStatus;

constexpr std::uint64_t kInit = 1;
constexpr std::uint64_t kTask = 0x20;
constexpr std::uint64_t kPage = 4096;

struct FakeKernel {
  bool map_fails = false;
  int maps = 0;
  std::uint64_t mapped_at = 0;
};
FakeKernel* fake = nullptr;

// Vmo.info tells of one page; Vmo.map puts ordinary memory there, with an idle line status.
void on_call(rt::Registers& r) {
  const auto call = static_cast<abi::SystemCall>(r.a7);
  r.a6 = 0;
  if (call == abi::SystemCall::kVmoInfo) {
    r.a1 = kPage;
    return;
  }
  ASSERT_EQ(call, abi::SystemCall::kVmoMap);
  EXPECT_EQ(r.a2, abi::word(kernel::Access::kRead | kernel::Access::kWrite));
  if (fake->map_fails) {
    r.a6 = abi::word(abi::kEnomem);
    return;
  }
  ++fake->maps;
  fake->mapped_at = r.a1;
  void* at = mmap(reinterpret_cast<void*>(r.a1), kPage, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  ASSERT_EQ(reinterpret_cast<std::uint64_t>(at), r.a1);
  static_cast<std::uint8_t*>(at)[5] = 1 << 5;
}

class ConsoleServerTest : public testing::Test {
 protected:
  void SetUp() override {
    fake = &kernel_;
    rt::host::syscall = on_call;
  }
  void TearDown() override {
    if (kernel_.maps > 0) munmap(reinterpret_cast<void*>(kernel_.mapped_at), kPage);
  }

  rt::Result<void> attach(std::uint64_t identity, std::uint32_t offset = 0,
                          std::uint8_t shift = 0) {
    return server_.attach({.identity = identity}, offset, shift);
  }
  rt::Result<void> write(std::uint64_t identity, char c) {
    return server_.write({.identity = identity}, std::string_view(&c, 1));
  }
  // The last byte that was transmitted.
  char transmitted() const { return *reinterpret_cast<const char*>(kernel_.mapped_at); }

  FakeKernel kernel_;
  Server server_{{.images = {}, .init_identity = kInit, .init_name = "init"},
                 rt::start::device(),
                 rt::start::task()};
};

TEST_F(ConsoleServerTest, OnlyInitAttaches) {
  EXPECT_EQ(attach(kTask).error(), ConsoleStatus::kDenied);
  EXPECT_EQ(attach(0).error(), ConsoleStatus::kDenied);
  EXPECT_EQ(kernel_.maps, 0);
  EXPECT_TRUE(attach(kInit));
  EXPECT_EQ(attach(kInit).error(), ConsoleStatus::kDenied) << "once";
  EXPECT_EQ(kernel_.maps, 1);
}

TEST_F(ConsoleServerTest, NothingIsPrintedBefore) {
  EXPECT_EQ(write(kInit, 'x').error(), ConsoleStatus::kNotAttached);
}

TEST_F(ConsoleServerTest, RegistersOutsideThePagesAreRefused) {
  EXPECT_EQ(attach(kInit, kPage - 7, 0).error(), ConsoleStatus::kFailed);
  EXPECT_EQ(attach(kInit, kPage - 8, 1).error(), ConsoleStatus::kFailed);
  EXPECT_EQ(kernel_.maps, 0);
  kernel_.map_fails = true;
  EXPECT_EQ(attach(kInit).error(), ConsoleStatus::kFailed);
  EXPECT_EQ(write(kInit, 'x').error(), ConsoleStatus::kNotAttached);
}

TEST_F(ConsoleServerTest, ALineIsPrintedWhenItEnds) {
  ASSERT_TRUE(attach(kInit));
  ASSERT_TRUE(write(kTask, 'x'));
  EXPECT_EQ(transmitted(), '\0');
  ASSERT_TRUE(write(kTask, '\n'));
  EXPECT_EQ(transmitted(), '\n');
}

// All bytes that were sent, by whatever port.
std::string sent;

struct Keeper {
  constexpr Keeper() = default;
  Keeper(std::uint64_t /*base*/, UartPlace /*place*/) {}
  void put(char c) const { sent += c; }
};

// Behind its generated loop: what a client is told.
class ConsoleClientTest : public testing::Test {
 protected:
  ConsoleClientTest() {
    kernel_.server = [this](const rt::Registers& message) {
      return service::ConsoleServer<BasicServer<Keeper>>::dispatch(server_, rt::start::service(),
                                                                   message);
    };
    kernel_.intercept = [this](rt::Registers& r) {
      if (static_cast<abi::SystemCall>(r.a7) != abi::SystemCall::kVmoInfo) return false;
      r.a6 = info_status_;
      r.a7 = 0;
      r.a1 = kPage;
      return true;
    };
    sent.clear();
  }

  gen::Loopback kernel_;
  std::uint64_t info_status_ = 0;
  BasicServer<Keeper> server_{{.images = {}, .init_identity = kInit, .init_name = "init"},
                              rt::start::device(),
                              rt::start::task()};
  const service::ConsoleClient client_{rt::start::console()};
};

TEST_F(ConsoleClientTest, EachRefusalIsAValue) {
  EXPECT_EQ(client_.write("early\n").error(), ConsoleStatus::kNotAttached);
  EXPECT_EQ(client_.attach(0, 0).error(), ConsoleStatus::kDenied) << "not init";
  kernel_.identity = kInit;
  EXPECT_EQ(client_.attach(0, 4).error(), ConsoleStatus::kInvalidArgs) << "by the decoder";
  EXPECT_EQ(client_.attach(kPage, 0).error(), ConsoleStatus::kFailed) << "beyond its pages";
  info_status_ = abi::word(abi::kEbadf);
  EXPECT_EQ(client_.attach(0, 0).error(), ConsoleStatus::kFailed) << "no device";
  info_status_ = 0;
  ASSERT_TRUE(client_.attach(0, 0));
  EXPECT_EQ(client_.attach(0, 0).error(), ConsoleStatus::kDenied) << "again";
  ASSERT_TRUE(client_.write("up\n"));
  EXPECT_EQ(sent, "init: up\n");
}

// Two images of the manifest; others have numbers.
constexpr std::array<manifest::Image, 2> kImages = {{
    {.name = "timed", .identity = 0x11},
    {.name = "SELFTEST", .identity = kTask},
}};

class ConsoleStampTest : public testing::Test {
 protected:
  void SetUp() override {
    fake = &kernel_;
    rt::host::syscall = on_call;
    sent.clear();
    ASSERT_TRUE(server_.attach({.identity = kInit}, 0, 0));
  }
  void TearDown() override { munmap(reinterpret_cast<void*>(kernel_.mapped_at), kPage); }

  // As a client sends it.
  void write(std::uint64_t identity, std::string_view text) {
    rt::Chunks out(
        [&](const rt::Chunk& chunk) { ASSERT_TRUE(server_.write({.identity = identity}, chunk)); });
    for (const char c : text) out.put(c);
  }

  FakeKernel kernel_;
  BasicServer<Keeper> server_{{.images = kImages, .init_identity = kInit, .init_name = "init"},
                              rt::start::device(),
                              rt::start::task()};
};

TEST_F(ConsoleStampTest, WritersThatTakeTurnsKeepTheirLinesAndNames) {
  write(kTask, "one ");
  write(0x11, "two ");
  write(kInit, "three ");
  write(0x77, "four ");
  EXPECT_EQ(sent, "") << "no line has ended";
  write(0x11, "more\nand ");
  write(kTask, "more\n");
  write(0x77, "more\n");
  write(kInit, "more\n");
  write(0x11, "more\n");
  EXPECT_EQ(sent,
            "timed: two more\n"
            "SELFTEST: one more\n"
            "task-0x77: four more\n"
            "init: three more\n"
            "timed: and more\n");
}

TEST_F(ConsoleStampTest, ANameInTheTextIsNoStamp) {
  write(0x77, "init: FAIL\ninit: up\r");
  write(0x77, "\ninit: ready\n");
  EXPECT_EQ(sent,
            "task-0x77: init: FAIL\n"
            "task-0x77: init: up?\n"
            "task-0x77: init: ready\n");
}

// Whoever takes the place of the line that waited longest is not who wrote it.
TEST_F(ConsoleStampTest, AnEvictedLineIsStampedWithItsOwnersName) {
  write(kTask, "first");
  for (std::uint64_t other = 1; other < kSenders; ++other) write(0x100 + other, "x");
  write(kTask, " still");  // now 0x101 is the one who wrote least recently
  EXPECT_EQ(sent, "");
  write(0x11, "tick");
  EXPECT_EQ(sent, "task-0x101: x\n");
  write(0x101, "again");
  EXPECT_EQ(sent, "task-0x101: x\ntask-0x102: x\n");
  for (std::uint64_t other = 3; other < kSenders; ++other) write(0x100 + other, "y");
  sent.clear();
  write(kInit, "a line\n");
  write(0x999, "last");
  EXPECT_EQ(sent, "SELFTEST: first still\ninit: a line\n");
  sent.clear();
  write(0x11, " tock\n");
  write(0x101, "\n");
  write(0x10f, "\n");
  EXPECT_EQ(sent, "timed: tick tock\ntask-0x101: again\ntask-0x10f: xy\n");
}

TEST_F(ConsoleStampTest, EveryPartOfALineThatIsTooLongIsStamped) {
  const std::string part(rt::kChunkBytes, 'x');
  for (std::size_t size = 0; size <= kLineLength; size += part.size()) write(kTask, part);
  write(kTask, "\n");
  const std::size_t rest = (kLineLength / part.size() + 1) * part.size() - kLineLength;
  EXPECT_EQ(sent, "SELFTEST: " + std::string(kLineLength, 'x') +
                      "\nSELFTEST: " + std::string(rest, 'x') + "\n");
}

}  // namespace
}  // namespace tessera::console
