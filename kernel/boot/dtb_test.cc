// Trees of our own: what is read, and one tree at least for each error.
#include "kernel/boot/dtb.h"

#include <algorithm>
#include <memory>
#include <set>
#include <string>

#include "gtest/gtest.h"
#include "kernel/boot/testing/tree_writer.h"

namespace tessera::boot {
namespace {

using Bytes = TreeWriter::Bytes;

// Where the header's fields are (Devicetree Specification 0.4, section 5.2).
constexpr std::size_t kTotalSize = 4;
constexpr std::size_t kStructure = 8;
constexpr std::size_t kStrings = 12;
constexpr std::size_t kReservations = 16;
constexpr std::size_t kVersion = 20;
constexpr std::size_t kLastCompatible = 24;
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

// What a usable tree has, each part apart.
void root(TreeWriter& tree) {
  tree.begin("").cells("#address-cells", {2}).cells("#size-cells", {2});
}
void memory(TreeWriter& tree, std::uint32_t start = 0x8000'0000, std::uint32_t size = 0x1000'0000) {
  tree.begin("memory@80000000").strings("device_type", {"memory"});
  tree.cells("reg", {0, start, 0, size}).end();
}
void cpu(TreeWriter& tree, std::uint32_t id, std::string_view isa = "rv64imac_sstc",
         std::string_view status = "okay") {
  tree.begin("cpu@" + std::to_string(id)).strings("device_type", {"cpu"});
  tree.cells("reg", {id}).strings("riscv,isa", {isa}).strings("status", {status}).end();
}
void open_cpus(TreeWriter& tree) {
  tree.begin("cpus").cells("#address-cells", {1}).cells("#size-cells", {0});
  tree.cells("timebase-frequency", {10'000'000});
}
void cpus(TreeWriter& tree) {
  open_cpus(tree);
  cpu(tree, 0);
  tree.end();
}
void uart(TreeWriter& tree, std::string_view name = "serial@10000000",
          std::uint32_t address = 0x1000'0000) {
  tree.begin(name).strings("compatible", {"ns16550a"}).cells("interrupts", {10});
  tree.cells("reg", {0, address, 0, 0x100}).end();
}
TreeWriter with_all() {
  TreeWriter tree;
  root(tree);
  memory(tree);
  cpus(tree);
  uart(tree);
  return tree;
}
// All that a tree needs, and `more` as a last child of the root.
template <class More>
Bytes with(More more) {
  TreeWriter tree = with_all();
  more(tree);
  return tree.end().finish();
}

TEST(Dtb, ReadsTheLeastThatIsUsable) {
  const auto machine = read(with([](TreeWriter&) {}));
  ASSERT_TRUE(machine.has_value()) << describe(machine.error());
  ASSERT_EQ(machine->ram.size(), 1u);
  EXPECT_EQ(machine->ram[0], (PhysRange{{0x8000'0000}, 0x1000'0000}));
  EXPECT_EQ(machine->reserved.size(), 0u);
  EXPECT_EQ(machine->uart.registers, (PhysRange{{0x1000'0000}, 0x100}));
  EXPECT_EQ(machine->uart.interrupt, 10u);
  EXPECT_EQ(machine->uart.shift, 0u);
  EXPECT_EQ(machine->uart.io_width, 1u);
  EXPECT_EQ(machine->timebase, 10'000'000u);
  ASSERT_EQ(machine->harts.size(), 1u);
  EXPECT_EQ(machine->harts[0], HartId{0});
  EXPECT_TRUE(machine->sstc);
  EXPECT_EQ(machine->initrd.size, 0u);
  EXPECT_EQ(machine->plic.size, 0u);
  EXPECT_EQ(machine->dtb_size, with([](TreeWriter&) {}).size());
}

TEST(Dtb, MayBeFollowedByOtherBytes) {
  Bytes bytes = with([](TreeWriter&) {});
  const std::size_t size = bytes.size();
  bytes.resize(size + 100, std::byte{0xff});
  const auto machine = read(bytes);
  ASSERT_TRUE(machine.has_value());
  EXPECT_EQ(machine->dtb_size, size);
}

TEST(Dtb, ReadsAtAnyAlignment) {
  const Bytes bytes = with([](TreeWriter&) {});
  for (std::size_t shift = 0; shift < 8; ++shift) {
    Bytes shifted(shift);
    shifted.insert(shifted.end(), bytes.begin(), bytes.end());
    Machine machine;
    EXPECT_TRUE(read_machine(std::span(shifted).subspan(shift), machine).has_value()) << shift;
  }
}

// --- The header ----------------------------------------------------------------------------------

TEST(Dtb, RefusesNothingAtAll) {
  Machine machine;
  EXPECT_EQ(read_machine({}, machine).error(), DtbError::kTruncated);
}

TEST(Dtb, RefusesAnotherMagic) {
  Bytes bytes = with([](TreeWriter&) {});
  bytes[0] = std::byte{0};
  expect_error(bytes, DtbError::kBadMagic);
}

TEST(Dtb, RefusesOtherVersions) {
  Bytes bytes = with([](TreeWriter&) {});
  TreeWriter::patch(bytes, kVersion, 16);
  expect_error(bytes, DtbError::kBadVersion);
  TreeWriter::patch(bytes, kVersion, 18);
  TreeWriter::patch(bytes, kLastCompatible, 17);
  EXPECT_TRUE(read(bytes).has_value());
  TreeWriter::patch(bytes, kLastCompatible, 18);
  expect_error(bytes, DtbError::kBadVersion);
}

TEST(Dtb, RefusesASizeBeyondItsBytes) {
  Bytes bytes = with([](TreeWriter&) {});
  TreeWriter::patch(bytes, kTotalSize, static_cast<std::uint32_t>(bytes.size()) + 1);
  expect_error(bytes, DtbError::kTruncated);
}

TEST(Dtb, RefusesBlocksOutside) {
  const Bytes good = with([](TreeWriter&) {});
  const auto size = static_cast<std::uint32_t>(good.size());
  const struct {
    std::size_t field;
    std::uint32_t value;
  } kCases[] = {
      {kTotalSize, 39},      {kStructure, size + 4},       {kStructure, 0xffff'fffc},
      {kStructure, 42},      {kStructureSize, size},       {kStructureSize, 0xffff'ffff},
      {kStrings, size + 1},  {kStrings, 0xffff'ffff},      {kStringsSize, size},
      {kReservations, size}, {kReservations, 0xffff'fff8}, {kReservations, 44},
      {kStringsSize, ~0u},
  };
  for (const auto& each : kCases) {
    Bytes bytes = good;
    TreeWriter::patch(bytes, each.field, each.value);
    SCOPED_TRACE(testing::Message() << each.field << " = " << each.value);
    expect_error(bytes, DtbError::kBadHeader);
  }
}

TEST(Dtb, RefusesReservationsWithoutAnEnd) {
  // The last block, so that only the tree's end stops it.
  Bytes bytes = with([](TreeWriter&) {});
  while (bytes.size() % 8 != 0) bytes.push_back(std::byte{0});
  const auto at = static_cast<std::uint32_t>(bytes.size());
  TreeWriter::two_words(bytes, 0x8000'0000);
  TreeWriter::two_words(bytes, 0x1000);
  TreeWriter::patch(bytes, kReservations, at);
  TreeWriter::patch(bytes, kTotalSize, static_cast<std::uint32_t>(bytes.size()));
  expect_error(bytes, DtbError::kBadHeader);
}

// --- The structure -------------------------------------------------------------------------------

TEST(Dtb, RefusesTokensThatMakeNoTree) {
  const auto tree_of = [](auto make) {
    TreeWriter tree = with_all();
    make(tree);
    return tree.finish();
  };
  // An unknown token; a node left open; one closed too often; a second root; a property outside.
  expect_error(tree_of([](TreeWriter& t) { t.token(5).end(); }), DtbError::kBadStructure);
  expect_error(tree_of([](TreeWriter&) {}), DtbError::kBadStructure);
  expect_error(tree_of([](TreeWriter& t) { t.end().end(); }), DtbError::kBadStructure);
  expect_error(tree_of([](TreeWriter& t) { t.end().begin("").end(); }), DtbError::kBadStructure);
  expect_error(tree_of([](TreeWriter& t) { t.end().flag("x"); }), DtbError::kBadStructure);
  // A property after a child.
  expect_error(tree_of([](TreeWriter& t) { t.flag("x").end(); }), DtbError::kBadStructure);
  expect_error(TreeWriter().finish(), DtbError::kBadStructure);
}

TEST(Dtb, GoesOverNops) {
  EXPECT_TRUE(read(with([](TreeWriter& tree) { tree.token(4).token(4); })).has_value());
}

TEST(Dtb, RefusesAStructureWithoutAnEnd) {
  Bytes bytes = with([](TreeWriter&) {});
  const auto size = static_cast<std::uint32_t>(bytes.size());
  // Strings follow at once: they must not be read as tokens.
  const std::uint32_t strings = field(bytes, kStrings);
  ASSERT_LT(strings, size);
  TreeWriter::patch(bytes, kStructureSize, strings - 56 - 4);
  expect_error(bytes, DtbError::kBadStructure);
}

TEST(Dtb, RefusesAPropertyThatPassesTheEnd) {
  for (const std::uint32_t size : {0x100u, 0x7fff'ffffu, 0xffff'ffffu, 0xffff'fffdu}) {
    expect_error(with([size](TreeWriter& tree) { tree.begin("x").token(3).token(size).token(0); }),
                 DtbError::kBadStructure);
  }
}

TEST(Dtb, RefusesPaddingThatPassesTheEnd) {
  TreeWriter open;
  open.begin("").property("x", Bytes(5)).end();
  Bytes bytes = open.finish();
  // Up to the value's last byte, but not to the next token's place.
  const std::uint32_t two_tokens = 8;
  TreeWriter::patch(bytes, kStructureSize, field(bytes, kStructureSize) - two_tokens - 3);
  expect_error(bytes, DtbError::kBadStructure);
}

TEST(Dtb, RefusesNamesWithoutAnEnd) {
  Bytes bytes = with([](TreeWriter& tree) { tree.begin("x").token(3).token(0).token(0xffff); });
  expect_error(bytes, DtbError::kBadName);
  // A property's name that only the tree's end would stop.
  bytes = with([](TreeWriter& tree) { tree.begin("x").flag("last").end(); });
  bytes.back() = std::byte{'t'};
  expect_error(bytes, DtbError::kBadName);
  // A node's name to the end of the structure: the end token has no byte that is 0 then.
  TreeWriter open;
  open.token(1).token(0x41414141).token(0x41414141);
  bytes = open.finish();
  TreeWriter::patch(bytes, kStructureSize, 12);
  expect_error(bytes, DtbError::kBadName);
}

TEST(Dtb, RefusesATreeTooDeep) {
  const auto deep = [](int levels) {
    return with([levels](TreeWriter& tree) {
      for (int i = 0; i < levels; ++i) tree.begin("x");
      for (int i = 0; i < levels; ++i) tree.end();
    });
  };
  EXPECT_TRUE(read(deep(15)).has_value());
  expect_error(deep(16), DtbError::kTooDeep);
  expect_error(deep(1000), DtbError::kTooDeep);
}

// --- What must be there --------------------------------------------------------------------------

TEST(Dtb, RefusesAMachineWithoutWhatItNeeds) {
  TreeWriter no_memory;
  root(no_memory);
  cpus(no_memory);
  uart(no_memory);
  expect_error(no_memory.end().finish(), DtbError::kNoMemory);

  TreeWriter no_uart;
  root(no_uart);
  memory(no_uart);
  cpus(no_uart);
  expect_error(no_uart.end().finish(), DtbError::kNoUart);

  TreeWriter no_cpus;
  root(no_cpus);
  memory(no_cpus);
  uart(no_cpus);
  expect_error(no_cpus.end().finish(), DtbError::kNoHarts);

  TreeWriter no_timebase;
  root(no_timebase);
  memory(no_timebase);
  uart(no_timebase);
  no_timebase.begin("cpus").cells("#address-cells", {1}).cells("#size-cells", {0});
  cpu(no_timebase, 0);
  expect_error(no_timebase.end().end().finish(), DtbError::kNoTimebase);
}

TEST(Dtb, EmptyMemoryIsNone) {
  TreeWriter tree;
  root(tree);
  memory(tree, 0x8000'0000, 0);
  cpus(tree);
  uart(tree);
  expect_error(tree.end().finish(), DtbError::kNoMemory);
}

TEST(Dtb, DisabledThingsAreNotThere) {
  TreeWriter tree;
  root(tree);
  memory(tree);
  cpus(tree);
  tree.begin("serial@10000000").strings("compatible", {"ns16550a"}).strings("status", {"disabled"});
  tree.cells("reg", {0, 0x1000'0000, 0, 0x100}).end();
  // The children of what is disabled are not there either.
  tree.begin("soc").cells("#address-cells", {2}).cells("#size-cells", {2}).flag("ranges");
  tree.strings("status", {"disabled"});
  uart(tree, "serial@20000000", 0x2000'0000);
  tree.end();
  expect_error(tree.end().finish(), DtbError::kNoUart);
}

// --- Memory --------------------------------------------------------------------------------------

TEST(Dtb, HonoursTheCountsOfCells) {
  TreeWriter tree;
  tree.begin("").cells("#address-cells", {1}).cells("#size-cells", {1});
  tree.begin("memory@80000000").cells("reg", {0x8000'0000, 0x100'0000, 0x9000'0000, 0x200'0000});
  tree.strings("device_type", {"memory"}).end();  // after what it explains: the order is free
  cpus(tree);
  tree.begin("serial@10000000").cells("reg", {0x1000'0000, 0x100});
  tree.strings("compatible", {"vendor,uart", "ns16550a"}).end();
  const auto machine = read(tree.end().finish());
  ASSERT_TRUE(machine.has_value()) << describe(machine.error());
  ASSERT_EQ(machine->ram.size(), 2u);
  EXPECT_EQ(machine->ram[0], (PhysRange{{0x8000'0000}, 0x100'0000}));
  EXPECT_EQ(machine->ram[1], (PhysRange{{0x9000'0000}, 0x200'0000}));
  EXPECT_EQ(machine->uart.registers, (PhysRange{{0x1000'0000}, 0x100}));
}

TEST(Dtb, TheDefaultIsTwoCellsAndOne) {
  TreeWriter tree;
  tree.begin("").begin("memory@100000000").strings("device_type", {"memory"});
  tree.cells("reg", {1, 0, 0x1000'0000}).end();
  cpus(tree);
  tree.begin("serial@10000000").strings("compatible", {"ns16550a"});
  tree.cells("reg", {0, 0x1000'0000, 0x100}).end();
  const auto machine = read(tree.end().finish());
  ASSERT_TRUE(machine.has_value()) << describe(machine.error());
  EXPECT_EQ(machine->ram[0], (PhysRange{{0x1'0000'0000}, 0x1000'0000}));
}

TEST(Dtb, RefusesCellsThatCannotBeRead) {
  for (const std::uint32_t count : {0u, 3u, 255u, 256u, 0xffff'ffffu}) {
    TreeWriter tree;
    tree.begin("").cells("#address-cells", {count}).cells("#size-cells", {2});
    memory(tree);
    expect_error(tree.end().finish(), DtbError::kBadCells);
    TreeWriter sizes;
    sizes.begin("").cells("#address-cells", {2}).cells("#size-cells", {count});
    memory(sizes);
    expect_error(sizes.end().finish(), DtbError::kBadCells);
  }
  TreeWriter tree;
  tree.begin("").cells("#address-cells", {2, 2}).end();
  expect_error(tree.finish(), DtbError::kBadCells);
  TreeWriter harts;
  root(harts);
  harts.begin("cpus").cells("#address-cells", {0});
  cpu(harts, 0);
  expect_error(harts.end().end().finish(), DtbError::kBadCells);
}

TEST(Dtb, RefusesHalfARange) {
  expect_error(with([](TreeWriter& tree) {
                 tree.begin("memory@1").strings("device_type", {"memory"});
                 tree.cells("reg", {0, 0x8000'0000, 0, 0x1000, 0}).end();
               }),
               DtbError::kBadProperty);
}

TEST(Dtb, RefusesARangePastTheEnd) {
  expect_error(with([](TreeWriter& tree) {
                 tree.begin("memory@1").strings("device_type", {"memory"});
                 tree.cells("reg", {0xffff'ffff, 0xffff'f000, 0, 0x2000}).end();
               }),
               DtbError::kRangeOverflow);
  TreeWriter tree = with_all();
  tree.reserve(~std::uint64_t{0}, 2);
  expect_error(tree.end().finish(), DtbError::kRangeOverflow);
}

TEST(Dtb, RefusesTooManyRanges) {
  const auto many = [](std::uint32_t count) {
    return with([count](TreeWriter& tree) {
      for (std::uint32_t i = 0; i < count; ++i) memory(tree, 0x9000'0000 + i * 0x10'0000, 0x1000);
    });
  };
  EXPECT_TRUE(read(many(7)).has_value());
  expect_error(many(8), DtbError::kTooManyRanges);
  TreeWriter tree = with_all();
  for (std::uint64_t i = 0; i < 9; ++i) tree.reserve(0x8000'0000 + i * 0x1000, 0x1000);
  expect_error(tree.end().finish(), DtbError::kTooManyRanges);
}

TEST(Dtb, ReadsReservationsOfBothKinds) {
  TreeWriter tree = with_all();
  tree.reserve(0x8010'0000, 0x2000).reserve(0x8020'0000, 0);
  tree.begin("reserved-memory").cells("#address-cells", {2}).cells("#size-cells", {2});
  tree.flag("ranges");
  tree.begin("firmware@80000000").cells("reg", {0, 0x8000'0000, 0, 0x8'0000}).flag("no-map").end();
  tree.begin("pool").cells("size", {0, 0x1000}).end();  // for an OS to place: nothing of ours
  const auto machine = read(tree.end().end().finish());
  ASSERT_TRUE(machine.has_value()) << describe(machine.error());
  ASSERT_EQ(machine->reserved.size(), 2u);
  EXPECT_EQ(machine->reserved[0], (PhysRange{{0x8010'0000}, 0x2000}));
  EXPECT_EQ(machine->reserved[1], (PhysRange{{0x8000'0000}, 0x8'0000}));
}

// --- Harts ---------------------------------------------------------------------------------------

TEST(Dtb, CountsTheHartsThatAreOkay) {
  TreeWriter tree;
  root(tree);
  memory(tree);
  uart(tree);
  open_cpus(tree);
  cpu(tree, 3);
  cpu(tree, 1, "rv64imac_sstc", "disabled");
  cpu(tree, 0, "rv64imac_zicsr_sstc_svadu", "ok");
  tree.begin("cpu-map").begin("cluster0").end().end();
  const auto machine = read(tree.end().end().finish());
  ASSERT_TRUE(machine.has_value()) << describe(machine.error());
  ASSERT_EQ(machine->harts.size(), 2u);
  EXPECT_EQ(machine->harts[0], HartId{3});
  EXPECT_EQ(machine->harts[1], HartId{0});
  EXPECT_TRUE(machine->sstc);
}

TEST(Dtb, SstcIsWhatEveryHartHas) {
  for (const std::string_view other : {"rv64imac", "rv64imac_sstcx", "rv64imac_xsstc", ""}) {
    for (const bool first : {false, true}) {
      TreeWriter tree;
      root(tree);
      memory(tree);
      uart(tree);
      open_cpus(tree);
      cpu(tree, 0, first ? other : "rv64imac_sstc_svinval");
      cpu(tree, 1, first ? "rv64imac_sstc_svinval" : other);
      const auto machine = read(tree.end().end().finish());
      ASSERT_TRUE(machine.has_value()) << describe(machine.error());
      EXPECT_FALSE(machine->sstc) << other;
    }
  }
}

TEST(Dtb, RefusesTooManyHarts) {
  const auto many = [](std::uint32_t count) {
    TreeWriter tree;
    root(tree);
    memory(tree);
    uart(tree);
    open_cpus(tree);
    for (std::uint32_t i = 0; i < count; ++i) cpu(tree, i);
    return tree.end().end().finish();
  };
  EXPECT_EQ(read(many(8))->harts.size(), 8u);
  expect_error(many(9), DtbError::kTooManyHarts);
}

TEST(Dtb, RefusesAHartWithoutAnId) {
  expect_error(with([](TreeWriter& tree) {
                 open_cpus(tree);
                 tree.begin("cpu").strings("device_type", {"cpu"}).end().end();
               }),
               DtbError::kBadProperty);
}

TEST(Dtb, TheTimebaseMayBeAHartsOrOfTwoCells) {
  TreeWriter tree;
  root(tree);
  memory(tree);
  uart(tree);
  tree.begin("cpus").cells("#address-cells", {1}).cells("#size-cells", {0});
  tree.begin("cpu@0").strings("device_type", {"cpu"}).cells("reg", {0});
  tree.cells("timebase-frequency", {0, 1'000'000}).end();
  const auto machine = read(tree.end().end().finish());
  ASSERT_TRUE(machine.has_value()) << describe(machine.error());
  EXPECT_EQ(machine->timebase, 1'000'000u);
}

TEST(Dtb, RefusesATimebaseThatMakesNoSense) {
  const auto tree_with = [](std::initializer_list<std::uint32_t> cells) {
    return with(
        [cells](TreeWriter& tree) { tree.begin("cpus").cells("timebase-frequency", cells).end(); });
  };
  expect_error(tree_with({}), DtbError::kBadProperty);
  expect_error(tree_with({1, 2, 3}), DtbError::kBadProperty);
  expect_error(tree_with({100, 0}), DtbError::kBadProperty);
  expect_error(tree_with({0}), DtbError::kNoTimebase);
}

// --- Devices -------------------------------------------------------------------------------------

TEST(Dtb, TakesTheFirstUartUnlessStdoutNamesAnother) {
  const auto tree_with = [](std::string_view stdout_path) {
    return with([stdout_path](TreeWriter& tree) {
      tree.begin("soc").cells("#address-cells", {2}).cells("#size-cells", {2}).flag("ranges");
      uart(tree, "serial@20000000", 0x2000'0000);
      tree.end().begin("chosen").strings("stdout-path", {stdout_path}).end();
    });
  };
  const struct {
    std::string_view path;
    std::uint64_t address;
  } kCases[] = {{"/soc/serial@20000000", 0x2000'0000},
                {"/soc/serial@20000000:115200n8", 0x2000'0000},
                {"/serial@10000000", 0x1000'0000},
                {"/serial@20000000", 0x1000'0000},
                {"serial0", 0x1000'0000},
                {"", 0x1000'0000}};
  for (const auto& each : kCases) {
    const auto machine = read(tree_with(each.path));
    ASSERT_TRUE(machine.has_value()) << describe(machine.error());
    EXPECT_EQ(machine->uart.registers.start.value, each.address) << each.path;
  }
}

TEST(Dtb, ReadsShiftAndWidth) {
  TreeWriter tree;
  root(tree);
  memory(tree);
  cpus(tree);
  tree.begin("serial@10000000").strings("compatible", {"ns16550a"});
  tree.cells("reg", {0, 0x1000'0000, 0, 0x100}).cells("reg-shift", {2});
  tree.cells("reg-io-width", {4}).end();
  const auto machine = read(tree.end().finish());
  ASSERT_TRUE(machine.has_value()) << describe(machine.error());
  EXPECT_EQ(machine->uart.shift, 2u);
  EXPECT_EQ(machine->uart.io_width, 4u);
  EXPECT_EQ(machine->uart.interrupt, 0u);
}

TEST(Dtb, PassesOverUartsThatWeCannotDrive) {
  const struct {
    std::uint32_t address;
    std::uint32_t size;
    std::uint32_t shift;
    std::uint32_t width;
  } kCases[] = {
      {0x1000'0000, 0x100, 5, 1},  // registers too far apart
      {0x1000'0000, 0x100, 0, 2},  // a width of nobody
      {0x1000'0000, 0x100, 0, 4},  // words that overlap
      {0x1000'0002, 0x100, 2, 4},  // words at odd places
      {0x1000'0ffc, 0x100, 0, 1},  // on two pages
      {0x1000'0000, 4, 0, 1},      // not all registers
      {0x1000'0000, 0, 0, 1},
  };
  for (const auto& each : kCases) {
    TreeWriter tree;
    root(tree);
    memory(tree);
    cpus(tree);
    tree.begin("serial").strings("compatible", {"ns16550a"});
    tree.cells("reg", {0, each.address, 0, each.size}).cells("reg-shift", {each.shift});
    tree.cells("reg-io-width", {each.width}).end();
    expect_error(tree.end().finish(), DtbError::kNoUart);
  }
}

TEST(Dtb, PassesOverBusesThatTranslate) {
  const auto tree_with = [](auto ranges) {
    TreeWriter tree;
    root(tree);
    memory(tree);
    cpus(tree);
    tree.begin("soc").cells("#address-cells", {2}).cells("#size-cells", {2});
    ranges(tree);
    uart(tree);
    return tree.end().end().finish();
  };
  EXPECT_TRUE(read(tree_with([](TreeWriter& tree) { tree.flag("ranges"); })).has_value());
  // Nor what is behind such a bus.
  expect_error(tree_with([](TreeWriter& tree) {
                 tree.begin("bus").cells("#address-cells", {2}).cells("#size-cells", {2});
                 tree.flag("ranges");
                 uart(tree);
                 tree.end();
               }),
               DtbError::kNoUart);
  expect_error(tree_with([](TreeWriter&) {}), DtbError::kNoUart);
  expect_error(tree_with([](TreeWriter& tree) { tree.cells("ranges", {0, 0, 0, 1, 0, 1}); }),
               DtbError::kNoUart);
}

TEST(Dtb, FindsThePlicAndVirtio) {
  const auto machine = read(with([](TreeWriter& tree) {
    tree.begin("plic@c000000").strings("compatible", {"sifive,plic-1.0.0", "riscv,plic0"});
    tree.cells("reg", {0, 0xc00'0000, 0, 0x60'0000}).end();
    for (std::uint32_t i = 0; i < 9; ++i) {
      tree.begin("virtio").strings("compatible", {"virtio,mmio"}).cells("interrupts", {i + 1});
      tree.cells("reg", {0, 0x1000'1000 + i * 0x1000, 0, 0x1000}).end();
    }
  }));
  ASSERT_TRUE(machine.has_value()) << describe(machine.error());
  EXPECT_EQ(machine->plic, (PhysRange{{0xc00'0000}, 0x60'0000}));
  ASSERT_EQ(machine->virtio.size(), 8u);
  EXPECT_EQ(machine->virtio[1].registers, (PhysRange{{0x1000'2000}, 0x1000}));
  EXPECT_EQ(machine->virtio[1].interrupt, 2u);
}

// Two harts whose own controllers are 7 and 8, with the PLIC before or after them.
void hart_with_controller(TreeWriter& tree, std::uint32_t id, std::uint32_t phandle) {
  tree.begin("cpu@" + std::to_string(id)).strings("device_type", {"cpu"}).cells("reg", {id});
  tree.cells("phandle", {100 + id});
  tree.begin("interrupt-controller").strings("compatible", {"riscv,cpu-intc"});
  tree.cells("phandle", {phandle}).end();
  tree.begin("l1-cache").strings("compatible", {"cache"}).cells("phandle", {200 + id}).end();
  tree.end();
}
Machine with_plic(std::initializer_list<std::uint32_t> contexts, bool first = false,
                  std::initializer_list<std::uint32_t> sources = {95}) {
  const auto plic = [&](TreeWriter& tree) {
    tree.begin("plic@c000000").strings("compatible", {"riscv,plic0"});
    tree.cells("interrupts-extended", contexts).cells("riscv,ndev", sources);
    tree.cells("reg", {0, 0xc00'0000, 0, 0x60'0000}).end();
  };
  TreeWriter tree;
  root(tree);
  memory(tree);
  if (first) plic(tree);
  open_cpus(tree);
  hart_with_controller(tree, 0, 7);
  hart_with_controller(tree, 1, 8);
  tree.end();
  if (!first) plic(tree);
  uart(tree);
  const auto machine = read(tree.end().finish());
  EXPECT_TRUE(machine.has_value()) << describe(machine.error());
  return machine.value_or(Machine{});
}

// The M-mode of a hart has the interrupt 11 there.
TEST(Dtb, FindsTheContextsOfThePlic) {
  for (const bool first : {true, false}) {
    const Machine machine = with_plic({8, 11, 8, 9, 7, 0xffff'ffff, 7, 9}, first);
    EXPECT_EQ(machine.plic_sources, 95u);
    EXPECT_EQ(machine.contexts[0], 3u);
    EXPECT_EQ(machine.contexts[1], 1u);
  }
}

TEST(Dtb, APlicThatDoesNotReachAllHartsIsOfNoUse) {
  EXPECT_EQ(with_plic({7, 9}).plic_sources, 0u) << "only the first";
  EXPECT_EQ(with_plic({8, 9}).plic_sources, 0u) << "only the second";
  EXPECT_EQ(with_plic({7, 9, 8, 11}).plic_sources, 0u) << "M-mode";
  EXPECT_EQ(with_plic({7, 9, 108, 9}).plic_sources, 0u) << "nobody";
  EXPECT_EQ(with_plic({7, 9, 101, 9}).plic_sources, 0u) << "the hart, not its controller";
  EXPECT_EQ(with_plic({7, 9, 201, 9}).plic_sources, 0u) << "its cache";
  EXPECT_EQ(with_plic({7, 9, 8}).plic_sources, 0u) << "cut short";
  EXPECT_EQ(with_plic({}).plic_sources, 0u);
  EXPECT_EQ(with_plic({7, 9, 8, 9}).plic_sources, 95u);
  EXPECT_EQ(with_plic({7, 9, 8, 9}, true, {}).plic_sources, 0u) << "riscv,ndev is not one cell";
  EXPECT_EQ(with_plic({7, 9, 8, 9}, true, {0, 95}).plic_sources, 0u);
}

// --- Chosen --------------------------------------------------------------------------------------

TEST(Dtb, ReadsTheInitrdInOneCellOrTwo) {
  const auto one = read(with([](TreeWriter& tree) {
    tree.begin("chosen").cells("linux,initrd-start", {0x8800'0000});
    tree.cells("linux,initrd-end", {0x8810'0001}).end();
  }));
  ASSERT_TRUE(one.has_value()) << describe(one.error());
  EXPECT_EQ(one->initrd, (PhysRange{{0x8800'0000}, 0x10'0001}));
  const auto two = read(with([](TreeWriter& tree) {
    tree.begin("chosen").cells("linux,initrd-start", {1, 0});
    tree.cells("linux,initrd-end", {1, 0x1000}).end();
  }));
  ASSERT_TRUE(two.has_value()) << describe(two.error());
  EXPECT_EQ(two->initrd, (PhysRange{{0x1'0000'0000}, 0x1000}));
}

TEST(Dtb, RefusesAnInitrdThatMakesNoSense) {
  const auto tree_with = [](auto chosen) {
    return with([&](TreeWriter& tree) {
      chosen(tree.begin("chosen"));
      tree.end();
    });
  };
  expect_error(tree_with([](TreeWriter& t) { t.cells("linux,initrd-start", {1}); }),
               DtbError::kBadInitrd);
  expect_error(tree_with([](TreeWriter& t) { t.cells("linux,initrd-end", {1}); }),
               DtbError::kBadInitrd);
  expect_error(tree_with([](TreeWriter& t) {
                 t.cells("linux,initrd-start", {2}).cells("linux,initrd-end", {1});
               }),
               DtbError::kBadInitrd);
  expect_error(tree_with([](TreeWriter& t) {
                 t.cells("linux,initrd-start", {1}).cells("linux,initrd-end", {0, 0, 1});
               }),
               DtbError::kBadProperty);
}

TEST(Dtb, HasTheBootargs) {
  const Bytes bytes = with([](TreeWriter& tree) {
    tree.begin("chosen").strings("bootargs", {"quiet user_counters"}).end();
  });
  Machine machine;
  ASSERT_TRUE(read_machine(bytes, machine).has_value());
  EXPECT_EQ(machine.bootargs, "quiet user_counters");
}

TEST(HasWord, IsAboutWholeWords) {
  EXPECT_TRUE(has_word("a bc d", "bc"));
  EXPECT_TRUE(has_word("bc", "bc"));
  EXPECT_TRUE(has_word("  bc  ", "bc"));
  EXPECT_TRUE(has_word("b bc", "bc"));
  EXPECT_TRUE(has_word("bcc bc", "bc"));
  EXPECT_FALSE(has_word("", "bc"));
  EXPECT_FALSE(has_word("bcd", "bc"));
  EXPECT_FALSE(has_word("abc", "bc"));
  EXPECT_FALSE(has_word("b c", "bc"));
  EXPECT_FALSE(has_word("bcbc", "bc"));
}

TEST(Dtb, EveryErrorHasALineOfItsOwn) {
  std::set<std::string> lines;
  constexpr int kErrors = 17;
  for (int i = 0; i < kErrors; ++i) {
    const std::string line = describe(DtbError(i));
    EXPECT_NE(line, "unknown") << i;
    EXPECT_TRUE(lines.insert(line).second) << line;
  }
  EXPECT_STREQ(describe(DtbError(kErrors)), "unknown");
}

}  // namespace
}  // namespace tessera::boot
