// Trees as QEMU 7.2 with OpenSBI 1.1 hands them over: read right, and then cut and changed at will.
#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <string>

#include "gtest/gtest.h"
#include "kernel/boot/dtb.h"
#include "kernel/boot/testing/tree_writer.h"

namespace tessera::boot {
namespace {

using Bytes = TreeWriter::Bytes;

// Where the header's fields are (Devicetree Specification 0.4, section 5.2).
constexpr std::size_t kTotalSize = 4;
constexpr std::size_t kStructure = 8;
constexpr std::size_t kStrings = 12;
constexpr std::size_t kStringsSize = 32;
constexpr std::size_t kStructureSize = 36;

std::uint32_t field(const Bytes& tree, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    value = value << 8 | std::to_integer<std::uint32_t>(tree[at + i]);
  }
  return value;
}

// In a block of its own, so that the sanitizer sees any access outside.
std::expected<Machine, DtbError> read(const Bytes& bytes) {
  const auto copy = std::make_unique<std::byte[]>(bytes.size());
  std::ranges::copy(bytes, copy.get());
  Machine machine;
  const auto result = read_machine({copy.get(), bytes.size()}, machine);
  machine.bootargs = {};  // the block goes now
  if (!result) return std::unexpected(result.error());
  return machine;
}

void expect_error(const Bytes& bytes, DtbError error) {
  const auto machine = read(bytes);
  ASSERT_FALSE(machine.has_value()) << "expected: " << describe(error);
  EXPECT_EQ(machine.error(), error) << describe(machine.error());
}

Bytes testdata(const std::string& name) {
  std::ifstream file("kernel/boot/testdata/" + name, std::ios::binary);
  EXPECT_TRUE(file.good()) << name;
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  Bytes bytes(text.size());
  std::memcpy(bytes.data(), text.data(), text.size());
  return bytes;
}

TEST(DtbOfQemu, OneHart) {
  const auto machine = read(testdata("virt_1_hart.dtb"));
  ASSERT_TRUE(machine.has_value()) << describe(machine.error());
  ASSERT_EQ(machine->ram.size(), 1u);
  EXPECT_EQ(machine->ram[0], (PhysRange{{0x8000'0000}, 64 << 20}));
  ASSERT_EQ(machine->reserved.size(), 1u);
  EXPECT_EQ(machine->reserved[0], (PhysRange{{0x8000'0000}, 0x8'0000}));
  EXPECT_EQ(machine->harts.size(), 1u);
  EXPECT_TRUE(machine->sstc);
  EXPECT_EQ(machine->timebase, 10'000'000u);
  EXPECT_EQ(machine->uart.registers, (PhysRange{{0x1000'0000}, 0x100}));
  EXPECT_EQ(machine->uart.interrupt, 10u);
  EXPECT_EQ(machine->plic.start, PhysAddr{0xc00'0000});
  EXPECT_EQ(machine->plic_sources, 96u);
  EXPECT_EQ(machine->contexts[0], 1u) << "0 is its M-mode";
  EXPECT_EQ(machine->virtio.size(), 8u);
  EXPECT_EQ(machine->initrd.size, 0u);
}

TEST(DtbOfQemu, TwoHartsWithInitrdAndArguments) {
  const Bytes bytes = testdata("virt_2_harts.dtb");
  Machine machine;
  ASSERT_TRUE(read_machine(bytes, machine).has_value());
  EXPECT_EQ(machine.ram[0], (PhysRange{{0x8000'0000}, 256 << 20}));
  EXPECT_EQ(machine.harts.size(), 2u);
  EXPECT_EQ(machine.initrd, (PhysRange{{0x8820'0000}, 300'000}));
  EXPECT_EQ(machine.bootargs, "user_counters console=none");
}

TEST(DtbOfQemu, EightHartsWithoutSstc) {
  const auto machine = read(testdata("virt_8_harts.dtb"));
  ASSERT_TRUE(machine.has_value()) << describe(machine.error());
  EXPECT_EQ(machine->ram[0], (PhysRange{{0x8000'0000}, std::uint64_t{3} << 30}));
  EXPECT_EQ(machine->harts.size(), 8u);
  for (std::size_t i = 0; i < 8; ++i) EXPECT_EQ(machine->contexts[i], 2 * i + 1);
  EXPECT_FALSE(machine->sstc);
}

// --- Any bytes -----------------------------------------------------------------------------------

TEST(DtbOfAnyBytes, EveryTruncationIsRefused) {
  const Bytes good = testdata("virt_1_hart.dtb");
  // QEMU leaves room behind the blocks.
  const std::size_t end = std::max(field(good, kStructure) + field(good, kStructureSize),
                                   field(good, kStrings) + field(good, kStringsSize));
  for (std::size_t size = 0; size < good.size(); ++size) {
    Bytes bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size));
    expect_error(bytes, DtbError::kTruncated);
    // With a header that says so, the blocks are what is too short.
    if (size < 40) continue;
    TreeWriter::patch(bytes, kTotalSize, static_cast<std::uint32_t>(size));
    EXPECT_EQ(read(bytes).has_value(), size >= end) << size;
  }
}

TEST(DtbOfAnyBytes, EveryTruncationOfABlockIsRefusedOrRead) {
  const Bytes good = testdata("virt_1_hart.dtb");
  for (std::uint32_t size = 0; size < good.size(); ++size) {
    for (const std::size_t field : {kStructureSize, kStringsSize}) {
      Bytes bytes = good;
      TreeWriter::patch(bytes, field, size);
      if (const auto machine = read(bytes); machine) {
        EXPECT_EQ(machine->dtb_size, good.size());
      }
    }
  }
}

TEST(DtbOfAnyBytes, MutationsAreRefusedOrRead) {
  const Bytes good = testdata("virt_2_harts.dtb");
  std::mt19937 random(1);  // the same in every run
  for (int round = 0; round < 20'000; ++round) {
    Bytes bytes = good;
    for (unsigned changes = 1 + random() % 4; changes > 0; --changes) {
      bytes[random() % bytes.size()] = std::byte(random());
    }
    const auto machine = read(bytes);
    if (!machine) continue;
    for (const PhysRange& range : machine->ram) EXPECT_LT(range.start, range.end());
    for (const PhysRange& range : machine->reserved) EXPECT_LT(range.start, range.end());
    EXPECT_NE(machine->timebase, 0u);
    EXPECT_GE(machine->harts.size(), 1u);
  }
}

}  // namespace
}  // namespace tessera::boot
