// The host's architecture must itself be right: what it lets pass, no kernel test sees.
#include "kernel/arch/host/machine.h"

#include <cstring>
#include <thread>

#include "gtest/gtest.h"
#include "kernel/arch/contract/arch.h"
#include "kernel/base/bits.h"
#include "kernel/base/check.h"

namespace tessera::arch::host {
namespace {

class MachineTest : public testing::Test {
 protected:
  MachineTest() { machine.run_as(hart); }

  // The n-th page of RAM, as a table.
  static PhysAddr page(std::uint64_t n) { return Machine::kRamStart + n * kPageSize; }
  static std::uint64_t* table(std::uint64_t n) {
    return static_cast<std::uint64_t*>(direct_map(page(n)));
  }
  // Pages 0, 1 and 2 are the tables that lead to va 0x1000 -> page `target`.
  void map(std::uint64_t target) {
    for (std::uint64_t i = 0; i < 3; ++i) zero(table(i), kPageSize);
    table(0)[0] = page(1).value >> 2 | 1;
    table(1)[0] = page(2).value >> 2 | 1;
    set_leaf(target);
    activate(page(0), kAsid);
  }
  static void set_leaf(std::uint64_t target) { table(2)[1] = page(target).value >> 2 | 0xd7; }

  static constexpr Asid kAsid{3};
  static constexpr VirtAddr kPage{0x1000};
  Machine machine{1 << 20};
  HartLocal hart{.id = {0}};
};

TEST_F(MachineTest, RamIsWhereTheDirectMapSays) {
  EXPECT_EQ(direct_map(Machine::kRamStart), machine.ram_bytes());
  EXPECT_EQ(physical(machine.ram_bytes() + 0x1234), PhysAddr{0x8000'1234});
  EXPECT_EQ(machine.ram_bytes()[12345], std::byte{0xa5});
  zero(direct_map(page(3)), 128);
  EXPECT_EQ(machine.ram_bytes()[3 * kPageSize + 127], std::byte{0});
  EXPECT_EQ(machine.ram_bytes()[3 * kPageSize + 128], std::byte{0xa5});
}

TEST_F(MachineTest, MemoryOutsideRamIsABug) {
  EXPECT_DEATH(direct_map({0x7fff'ffff}), "PANIC");
  EXPECT_DEATH(direct_map({0x8010'0001}), "PANIC");
  EXPECT_DEATH(static_cast<void>(physical(this)), "PANIC");
  EXPECT_DEATH(zero(machine.ram_bytes() + 8, 64), "PANIC");
}

TEST_F(MachineTest, TranslatesAsTheTablesSay) {
  map(5);
  const auto found = machine.translate({0x1abc});
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->address, page(5) + 0xabc);
  EXPECT_EQ(found->flags, 0xd7u);
  EXPECT_FALSE(machine.translate({0x2000}).has_value());
  EXPECT_FALSE(machine.translate({std::uint64_t{1} << 30}).has_value());
}

TEST_F(MachineTest, LargeLeavesMustBeAligned) {
  map(5);
  table(1)[1] = PhysAddr{0x8020'0000}.value >> 2 | 0xd7;
  EXPECT_EQ(machine.translate({0x20'1234})->address, PhysAddr{0x8020'1234});
  table(1)[2] = PhysAddr{0x8020'1000}.value >> 2 | 0xd7;
  EXPECT_FALSE(machine.translate({0x40'0000}).has_value());
}

TEST_F(MachineTest, ForgottenFlushesAreSeen) {
  map(5);
  EXPECT_EQ(machine.translate(kPage)->address, page(5));
  set_leaf(6);
  EXPECT_EQ(machine.translate(kPage)->address, page(5));  // stale
  flush_page(Asid{4}, kPage);                             // of another space
  EXPECT_EQ(machine.translate(kPage)->address, page(5));
  flush_page(kAsid, kPage);
  EXPECT_EQ(machine.translate(kPage)->address, page(6));
  // Nothing is remembered, too.
  EXPECT_FALSE(machine.translate({0x3000}).has_value());
  table(2)[3] = page(7).value >> 2 | 0xd7;
  EXPECT_FALSE(machine.translate({0x3000}).has_value());
  flush_space(kAsid);
  EXPECT_EQ(machine.translate({0x3000})->address, page(7));
  EXPECT_EQ(machine.hart({0}).page_flushes, 2u);
  EXPECT_EQ(machine.hart({0}).space_flushes, 1u);
}

TEST_F(MachineTest, AFlushOfOnePageKeepsTablesAbove) {
  map(5);
  ASSERT_TRUE(machine.translate(kPage).has_value());
  table(1)[0] = 0;
  flush_page(kAsid, kPage);
  EXPECT_TRUE(machine.translate(kPage).has_value());
  flush_space(kAsid);
  EXPECT_FALSE(machine.translate(kPage).has_value());
}

TEST_F(MachineTest, ActivationsCountWhenTheyChangeSomething) {
  activate(page(0), Asid{1});
  activate(page(0), Asid{1});
  EXPECT_EQ(machine.hart({0}).activations, 1u);
  activate(page(0), Asid{2});
  activate(page(1), Asid{2});
  EXPECT_EQ(machine.hart({0}).activations, 3u);
  EXPECT_DEATH(activate(page(0), Asid{16}), "PANIC");
}

TEST_F(MachineTest, TheKernelsHalfIsNotTheUsers) {
  zero(table(0), kPageSize);
  install_kernel_half(table(0));
  for (std::size_t i = 0; i < 256; ++i) EXPECT_EQ(table(0)[i], 0u);
  EXPECT_EQ(table(0)[256], kKernelEntry);
  EXPECT_EQ(table(0)[511], kKernelEntry);
}

TEST_F(MachineTest, TimersFireWhenTheyAreDue) {
  EXPECT_EQ(now(), Nanoseconds{0});
  EXPECT_FALSE(interrupt_pending());
  set_timer({1000});
  machine.set_time({999});
  EXPECT_FALSE(interrupt_pending());
  machine.advance(1);
  EXPECT_TRUE(interrupt_pending());
  EXPECT_EQ(now(), Nanoseconds{1000});
  set_timer(kNever);
  EXPECT_FALSE(interrupt_pending());
  EXPECT_DEATH(machine.set_time({1}), "PANIC");
}

TEST_F(MachineTest, SleepEndsWithAnInterrupt) {
  EXPECT_THROW(wait_for_interrupt(), Asleep);
  int slept = 0;
  set_timer({3});
  machine.on_sleep = [&] {
    ++slept;
    machine.advance(1);
  };
  wait_for_interrupt();
  EXPECT_EQ(slept, 3);
  wait_for_interrupt();
  EXPECT_EQ(slept, 3);
}

TEST_F(MachineTest, HartsAreApart) {
  HartLocal other{.id = {1}};
  set_timer({5});
  map(5);
  ASSERT_TRUE(machine.translate(kPage).has_value());
  std::thread([&] {
    machine.run_as(other);
    EXPECT_EQ(&this_hart(), &other);
    EXPECT_FALSE(interrupt_pending());
    activate(page(0), kAsid);
    set_leaf(6);
    EXPECT_EQ(machine.translate(kPage)->address, page(6));
    flush_space(kAsid);
    set_timer({7});
    machine.raise({0});
  }).join();
  EXPECT_EQ(&this_hart(), &hart);
  EXPECT_TRUE(interrupt_pending());
  machine.raise({0}, false);
  EXPECT_FALSE(interrupt_pending());
  EXPECT_EQ(machine.translate(kPage)->address, page(5));  // the other's flush is not this one's
  EXPECT_EQ(machine.hart({0}).timer, Nanoseconds{5});
  EXPECT_EQ(machine.hart({1}).timer, Nanoseconds{7});
}

TEST_F(MachineTest, ADeviceInterruptsOnceACompletion) {
  machine.raise_device(5);
  EXPECT_FALSE(interrupt_pending()) << "no hart is allowed it";
  allow_device_interrupt(hart, 5, true);
  EXPECT_TRUE(interrupt_pending());
  EXPECT_EQ(claim_device_interrupt(), 5u);
  EXPECT_FALSE(device_interrupt_pending());
  EXPECT_EQ(claim_device_interrupt(), 0u);
  complete_device_interrupt(hart, 5);
  EXPECT_EQ(claim_device_interrupt(), 5u) << "it is high still";
  machine.raise_device(5, false);
  complete_device_interrupt(hart, 5);
  EXPECT_EQ(claim_device_interrupt(), 0u);
}

TEST_F(MachineTest, ACompletionOfWhatIsNotAllowedIsIgnored) {
  machine.raise_device(5);
  allow_device_interrupt(hart, 5, true);
  EXPECT_EQ(claim_device_interrupt(), 5u);
  allow_device_interrupt(hart, 5, false);
  complete_device_interrupt(hart, 5);
  EXPECT_TRUE(machine.is_claimed(5));
  allow_device_interrupt(hart, 5, true);
  EXPECT_FALSE(device_interrupt_pending());
  complete_device_interrupt(hart, 5);
  EXPECT_TRUE(device_interrupt_pending());
}

TEST_F(MachineTest, HooksSeeFlushes) {
  Asid flushed;
  machine.on_flush_space = [&](Asid asid) { flushed = asid; };
  VirtAddr page_flushed;
  machine.on_flush_page = [&](Asid, VirtAddr address) { page_flushed = address; };
  flush_space(Asid{9});
  flush_page(Asid{9}, {0x5000});
  EXPECT_EQ(flushed, Asid{9});
  EXPECT_EQ(page_flushed, VirtAddr{0x5000});
}

TEST_F(MachineTest, KeepsWhatIsWritten) {
  for (const char c : {'o', 'k', '\n'}) early_write(c);
  EXPECT_EQ(machine.console, "ok\n");
}

TEST(MachineAlone, WithoutOneThereIsNone) {
  EXPECT_DEATH(now(), "PANIC");
  EXPECT_DEATH(panic("a reason", "file", 7), "PANIC a reason at file:7");
}

}  // namespace
}  // namespace tessera::arch::host
