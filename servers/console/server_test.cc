// Who may attach the UART, and what reaches it: the device's pages are a page of the test's own.
#include "servers/console/server.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cstdint>

#include "idl/service/console.h"
#include "idl/system_call.h"
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
    return server_.write({.identity = identity}, static_cast<std::uint64_t>(c), 0, 0, 0, 0, 1);
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

}  // namespace
}  // namespace tessera::console
