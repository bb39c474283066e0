// Any bytes at all: the reader answers with an error or with a machine that holds what it promises.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "kernel/boot/dtb.h"
#include "kernel/boot/memory_map.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tessera;
  using namespace tessera::boot;
  Machine machine;
  if (!read_machine(std::as_bytes(std::span(data, size)), machine)) return 0;
  require(!machine.ram.empty() && !machine.harts.empty() && machine.timebase != 0);
  require(machine.uart.registers.size != 0 && machine.dtb_size <= size);
  for (const PhysRange& range : machine.ram) require(range.start < range.end());

  MemoryMap map;
  const PhysAddr limit{std::uint64_t{128} << 30};
  const Occupied occupied{
      {{0x8020'0000}, 0x1'0000}, {{0x87e0'0000}, machine.dtb_size}, machine.initrd};
  if (!make_memory_map(machine, occupied, limit, map)) return 0;
  PhysAddr last{0};
  for (const PhysRange& region : map.free) {
    require(region.size != 0 && region.start >= last && region.end() <= limit);
    require(region.start.value % 4096 == 0 && region.size % 4096 == 0);
    require(region.end() <= occupied.image.start || region.start >= occupied.image.end());
    last = region.end();
  }
  return 0;
}
