// init and its console: who prints what before the console is attached, after it, and when it does
// not answer.
#include "servers/init/attach.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "gen/loopback.h"
#include "idl/abi.h"
#include "idl/service/console.h"
#include "idl/service/console_fake.h"
#include "idl/system_call.h"
#include "servers/init/layout.h"
#include "servers/init/printer.h"
#include "servers/runtime/chunks.h"
#include "servers/runtime/ipc.h"

namespace tessera::init {
namespace {

using abi::SystemCall;
using service::ConsoleStatus;

constexpr std::size_t kImage = 2;
constexpr std::uint64_t kNow = 5'000'000'000;
constexpr std::uint64_t kPatience = 1'000'000'000;

class AttachTest : public ::testing::Test {
 protected:
  AttachTest() {
    kernel.server_at[kConsoleClient.index] = std::ref(console);
    kernel.intercept = [this](rt::Registers& r) { return on_call(r); };
    console.on.write = [this](const rt::Caller&, service::Console::WriteCompleter completer,
                              std::string_view text) {
      printed += text;
      EXPECT_TRUE(completer.complete());
    };
  }
  ~AttachTest() override { print_through(rt::Slot{}); }

  bool on_call(rt::Registers& r) {
    switch (static_cast<SystemCall>(r.a7)) {
      case SystemCall::kBootInfoPrint:
        if (kernel_gave_the_uart_away) {
          r.a6 = abi::word(abi::kEbusy);
          r.a7 = abi::detail(abi::Detail::kBadState, 0);
          return true;
        }
        by_kernel +=
            abi::unpacked<rt::Chunk>(r.a0, std::array{r.a1, r.a2, r.a3, r.a4, r.a5}).view();
        break;
      case SystemCall::kSelfNow:
        r.a0 = now;
        break;
      default:
        return false;
    }
    r.a6 = 0;
    return true;
  }
  // What the console answers to `attach`.
  void answer(std::int32_t status) {
    console.on.attach = [status](const rt::Caller&, std::uint32_t, std::uint8_t) {
      return rt::Result<void>(std::unexpected(rt::Error{.status = status}));
    };
  }

  gen::Loopback kernel;
  service::FakeConsole console;
  std::uint64_t offset = 0x100;
  std::uint32_t shift = 2;
  std::string printed;
  std::string by_kernel;
  bool kernel_gave_the_uart_away = false;
  std::uint64_t now = kNow;
};

TEST_F(AttachTest, TheConsoleIsToldWhereTheUartIsAndPrints) {
  std::uint32_t told_offset = 0;
  std::uint8_t told_shift = 0;
  console.on.attach = [&](const rt::Caller&, std::uint32_t at, std::uint8_t by) {
    told_offset = at;
    told_shift = by;
    return rt::Result<void>();
  };
  print("start");
  ASSERT_TRUE(attach_console(kImage, {.offset = offset, .irq = 10, .shift = shift}));
  print("up");
  EXPECT_EQ(by_kernel, "start\n");
  EXPECT_EQ(printed, "up\n");
  EXPECT_EQ(told_offset, 0x100U);
  EXPECT_EQ(told_shift, 2U);
}

TEST_F(AttachTest, AUartOutOfReachIsNotToldOf) {
  offset = std::uint64_t{1} << 32;
  const auto attached = attach_console(kImage, {.offset = offset, .irq = 10, .shift = shift});
  ASSERT_FALSE(attached);
  EXPECT_EQ(attached.error().error.status, 0);
  EXPECT_EQ(console.executed, 0);
}

// The console's own refusal, its death, no endpoint: each is a value with its step, and init's
// lines go on through the kernel.
TEST_F(AttachTest, WhyItFailedIsAValue) {
  const auto failed_with = [this] {
    const auto attached = attach_console(kImage, {.offset = offset, .irq = 10, .shift = shift});
    EXPECT_FALSE(attached);
    EXPECT_EQ(attached.error().step, "attach the console");
    by_kernel.clear();
    print("still here");
    EXPECT_EQ(by_kernel, "still here\n");
    return attached.error().error;
  };
  answer(static_cast<std::int32_t>(ConsoleStatus::kDenied));
  EXPECT_TRUE(failed_with() == ConsoleStatus::kDenied);
  shift = 4;  // the contract has 3 at most: the console's decoder refuses
  EXPECT_TRUE(failed_with() == ConsoleStatus::kInvalidArgs);
  const rt::Error no_capability{abi::kEbadf, abi::detail(abi::Detail::kBadCap, 0)};
  for (const rt::Error& why : {gen::kPeerDied, no_capability}) {
    kernel.failure = why;
    EXPECT_EQ(failed_with(), why);
  }
}

TEST_F(AttachTest, WhatIsSaidWithoutAConsoleWaitsForTheNext) {
  ASSERT_TRUE(attach_console(kImage, {.offset = offset, .irq = 10, .shift = shift}));
  print_through(rt::Slot{});
  kernel_gave_the_uart_away = true;
  print("console ended: killed");
  print("restart console");
  EXPECT_EQ(by_kernel + printed, "");
  ASSERT_TRUE(attach_console(kImage, {.offset = offset, .irq = 10, .shift = shift}));
  print("up console");
  EXPECT_EQ(printed, "console ended: killed\nrestart console\nup console\n");
  print_through(rt::Slot{});
  for (int i = 0; i < 100; ++i) print("one of a hundred lines");
  printed.clear();
  ASSERT_TRUE(attach_console(kImage, {.offset = offset, .irq = 10, .shift = shift}));
  EXPECT_TRUE(printed.starts_with("one of a hundred lines\n"));
  EXPECT_TRUE(printed.ends_with("... and more\n"));
}

TEST_F(AttachTest, AConsoleThatHangsIsWaitedForASecond) {
  ASSERT_TRUE(attach_console(kImage, {.offset = offset, .irq = 10, .shift = shift}));
  kernel.server_at[kConsoleClient.index] = [](const rt::Registers&) { return rt::Registers{}; };
  print("lost");
  EXPECT_EQ(kernel.calls().back().a7, abi::word(SystemCall::kEndpointCallWith));
  EXPECT_EQ(kernel.calls().back().t1, kNow + kPatience);
  kernel.server_at[kConsoleClient.index] = std::ref(console);
  print("printed");
  EXPECT_EQ(printed, "printed\n");
}

// However many pieces it has.
TEST_F(AttachTest, ALineThatIsNotTakenIsGivenUp) {
  ASSERT_TRUE(attach_console(kImage, {.offset = offset, .irq = 10, .shift = shift}));
  const std::string half(rt::kChunkBytes, 'x');
  int asked = 0;
  int taken = 1;
  kernel.server_at[kConsoleClient.index] = [&](const rt::Registers& message) {
    ++asked;
    now += kPatience / 4;
    return taken-- > 0 ? console(message) : rt::Registers{};
  };
  const auto lose = [&] {
    asked = 0;
    kernel.forget();
    print(std::string_view(half), std::string_view(half), std::string_view(half), "end");
    return kernel.calls().back().t1;
  };
  EXPECT_EQ(lose(), kNow + kPatience) << "one deadline for all pieces";
  EXPECT_EQ(asked, 2);
  EXPECT_EQ(printed, half);
  lose();
  EXPECT_EQ(asked, 1) << "the end of the first line, which is not taken either";
  taken = 100;
  print("next");
  EXPECT_EQ(printed, half + "\nnext\n") << "not in the first line";
}

}  // namespace
}  // namespace tessera::init
