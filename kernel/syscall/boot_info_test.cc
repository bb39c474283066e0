// What the first task learns of the machine, and its lines before the console is up.
#include "kernel/object/boot_info.h"

#include <gtest/gtest.h>

#include <string_view>
#include <utility>

#include "idl/kernel_rights.h"
#include "kernel/object/state.h"
#include "kernel/testing/calls.h"
#include "kernel/testing/outcome.h"
#include "kernel/testing/world.h"

namespace tessera::testing {
namespace {

using abi::Detail;

class BootInfoTest : public ::testing::Test {
 protected:
  BootInfoTest() {
    world.slot(300).fill(state.root, abi::ObjectType::kBootInfo, 0, abi::kAllBootInfoRights);
    tessera::boot_info.regions = 2;
    tessera::boot_info.region[1] = {
        .slot = 9, .irq = 3, .base = {0x1000'0000}, .size = 4096, .device = true};
    tessera::boot_info.bundle_size = 12345;
    tessera::boot_info.uart_offset = 0x100;
    tessera::boot_info.uart_irq = 10;
    tessera::boot_info.uart_shift = 2;
  }
  rt::Result<void> print(std::string_view text) { return info.print(text); }

  World world;
  kernel::BootInfo info{rt::Slot{300}};
};

TEST_F(BootInfoTest, TellsTheFacts) {
  EXPECT_EQ(info.region(1)->slot, 9u);
  EXPECT_EQ(info.region(1)->base, 0x1000'0000u);
  EXPECT_EQ(info.region(1)->size, 4096u);
  EXPECT_TRUE(info.region(1)->device);
  EXPECT_EQ(info.region(1)->irq, 3u);
  for (std::uint32_t index : {2u, 17u, 1000u, ~0u}) {
    expect_refused(world, [&] { return info.region(index); }, abi::kEinval, Detail::kBadRange, 1);
  }
  EXPECT_EQ(*info.bundle(), 12345u);
  EXPECT_EQ(info.uart()->offset, 0x100u);
  EXPECT_EQ(info.uart()->irq, 10u);
  EXPECT_EQ(info.uart()->shift, 2u);
}

TEST_F(BootInfoTest, TellsTheCommandLineInParts) {
  EXPECT_EQ(info.command_line(0)->size(), 0u);
  const std::string_view line = "0123456789abcdef0123456789abcdef01234567tail";
  tessera::boot_info.command_line_size = static_cast<std::uint32_t>(line.size());
  line.copy(tessera::boot_info.command_line, line.size());
  const auto first = info.command_line(0);
  EXPECT_EQ(first->view(), line.substr(0, 40));
  const auto rest = info.command_line(1);
  EXPECT_EQ(rest->view(), "tail");
  for (std::uint32_t part : {2u, 1000u, ~0u}) EXPECT_EQ(info.command_line(part)->size(), 0u);
  tessera::boot_info.command_line_size = 0;
}

TEST_F(BootInfoTest, PrintsLinesWithTheirName) {
  ASSERT_TRUE(print("hello "));
  ASSERT_TRUE(print("world\nsecond\n"));
  ASSERT_TRUE(print("0123456789012345678901234567890123456789"));
  EXPECT_EQ(world.machine.console,
            "init: hello world\ninit: second\ninit: 0123456789012345678901234567890123456789");
}

// No byte of it can move the cursor or look like another's line.
TEST_F(BootInfoTest, PrintsNoControlBytes) {
  ASSERT_TRUE(print(std::string_view("a\r\x1b[A\x7f\x80\xff\0b", 10)));
  EXPECT_EQ(world.machine.console, "init: a??[A????b");
}

TEST_F(BootInfoTest, PrintEndsWhenATaskHasTheUart) {
  state.uart = {0x1000'3000};
  ASSERT_TRUE(kernel::Untyped(World::kDevice)
                  .retype(abi::ObjectType::kVmo, 4096, kernel::CNode(World::kNode), 301, 2));
  const kernel::Task own(World::kTask);
  ASSERT_TRUE(kernel::Vmo(rt::Slot{302}).info()->base > kernel::Vmo(rt::Slot{301}).info()->base);
  ASSERT_TRUE(kernel::Vmo(rt::Slot{301}).map(own, 0x20000, kernel::Access::kRead));
  EXPECT_TRUE(print("x")) << "another page";
  ASSERT_TRUE(kernel::Vmo(rt::Slot{302}).map(own, 0x30000, kernel::Access::kRead));
  expect_refused(world, [&] { return print("y"); }, abi::kEbusy, Detail::kBadState);
  ASSERT_TRUE(kernel::Vmo(rt::Slot{302}).unmap());
  expect_refused(world, [&] { return print("y"); }, abi::kEbusy, Detail::kBadState);
}

TEST_F(BootInfoTest, StopEndsTheMachineAsAFailure) {
  try {
    const auto refused = info.stop();
    FAIL() << refused.error().status;
  } catch (const arch::host::ShutDown& end) {
    EXPECT_TRUE(end.failure);
  }
}

// The first task's end, when nobody else could tell of it.
TEST_F(BootInfoTest, WithoutItsFirstTaskTheMachineStopsAndSaysWhy) {
  Player first = world.make_task();
  state.first_task = first.task;
  first.thread->frame.pc() = 0x1234;
  world.act_as(*first.thread);
  EXPECT_THROW(
      {
        world.fault(12, 0xfeed);
        world.let_all_run();
      },
      arch::host::ShutDown);
  EXPECT_EQ(world.machine.console,
            "\nPANIC boot: the first task ended: state 0x3 status 0x3 cause 0x3 address 0xfeed pc "
            "0x1234\n");
}

TEST_F(BootInfoTest, OnceTheUartIsTakenItGoesOn) {
  Player first = world.make_task();
  state.first_task = first.task;
  state.uart_taken = true;
  world.act_as(*first.thread);
  EXPECT_TRUE(world.waits([] { (void)kernel::Self::exit(0); }));
  world.let_all_run();
  EXPECT_EQ(world.machine.console, "");
}

TEST_F(BootInfoTest, TheCensusCountsObjectsAndCapabilities) {
  const auto endpoints = [&] { return info.census(abi::ObjectType::kEndpoint)->objects; };
  const auto capabilities = [&] { return info.census(abi::ObjectType::kNull)->capabilities; };
  const kernel::CNode own(World::kNode);
  const std::uint64_t objects_before = endpoints();
  const std::uint64_t before = capabilities();
  auto made = world.make<kernel::Endpoint>(0, 3);
  const std::uint32_t first = made.slot().index;
  EXPECT_EQ(endpoints(), objects_before + 3);
  ASSERT_TRUE(own.copy(312, own, first));
  ASSERT_TRUE(own.move(313, own, first));
  EXPECT_EQ(endpoints(), objects_before + 3);
  EXPECT_EQ(capabilities(), before + 4);
  ASSERT_TRUE(own.delete_(313));
  EXPECT_EQ(endpoints(), objects_before + 3) << "the copy is left";
  ASSERT_TRUE(own.delete_(312));
  EXPECT_EQ(endpoints(), objects_before + 2);
  EXPECT_EQ(capabilities(), before + 2);
  EXPECT_EQ(info.census(abi::ObjectType::kVmo)->objects, 0u);
}

TEST_F(BootInfoTest, RightsAreSeparate) {
  const kernel::CNode own(World::kNode);
  ASSERT_TRUE(own.mint(310, own, 300, std::to_underlying(abi::BootInfoRight::kRead), 0));
  const kernel::BootInfo reads(rt::Slot{310});
  EXPECT_TRUE(reads.bundle());
  expect_refused(world, [&] { return reads.print("x"); }, abi::kEperm, Detail::kBadRights);
  expect_refused(world, [&] { return reads.stop(); }, abi::kEperm, Detail::kBadRights);
  expect_refused(
      world, [&] { return reads.census(abi::ObjectType::kTask); }, abi::kEperm, Detail::kBadRights);
}

}  // namespace
}  // namespace tessera::testing
