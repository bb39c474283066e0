// In this order, since each step needs the one before:
//   1. map the device tree and read it; until then, and for its errors, the firmware prints
//   2. the UART, so that every later error is printed by us
//   3. the clock
//   4. the memory map: what of RAM is whose
//   5. the direct map, its tables in the first pages that are free
#include "kernel/boot/start_machine.h"

#include "kernel/arch/contract/arch.h"
#include "kernel/arch/early_console.h"
#include "kernel/arch/riscv64/boot.h"
#include "kernel/arch/riscv64/layout.h"
#include "kernel/boot/dtb.h"

namespace tessera::boot {
namespace {

using arch::print;

// Every region may need two tables at each end.
constexpr std::uint64_t kPoolSize = MemoryMap::kMostRegions * 4 * kPageSize;

[[noreturn]] void give_up(const char* why) {
  print("PANIC boot: ");
  print(why);
  print("\n");
  arch::shut_down(true);
}

void read(PhysAddr dtb, Machine& machine) {
  const auto result = read_machine(arch::riscv64::open_dtb(dtb), machine);
  if (!result) give_up(describe(result.error()));
}

void plan(PhysAddr dtb, Started& started) {
  const Machine& machine = started.machine;
  const auto result =
      make_memory_map(machine, {arch::riscv64::image(), {dtb, machine.dtb_size}, machine.initrd},
                      {arch::riscv64::kDirectMapSize}, started.memory);
  if (!result) give_up(describe(result.error()));
}

void map(MemoryMap& memory) {
  for (PhysRange& region : memory.free) {
    if (region.size < kPoolSize) continue;
    if (!arch::riscv64::map_ram({memory.mapped.begin(), memory.mapped.size()}, region)) break;
    return;
  }
  give_up("no RAM for the page tables of the direct map");
}

}  // namespace

void start_machine(PhysAddr dtb, Started& started) {
  read(dtb, started.machine);
  const UartInfo& uart = started.machine.uart;
  arch::riscv64::use_uart({uart.registers, uart.shift, uart.io_width});
  arch::riscv64::start_clock(started.machine.timebase, started.machine.sstc);
  plan(dtb, started);
  map(started.memory);
}

}  // namespace tessera::boot
