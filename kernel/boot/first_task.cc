#include "kernel/boot/first_task.h"

#include <utility>

#include "idl/kernel/boot_info_types.h"
#include "idl/kernel_rights.h"
#include "kernel/arch/contract/arch.h"
#include "kernel/base/bits.h"
#include "kernel/base/check.h"
#include "kernel/boot/device_windows.h"
#include "kernel/object/boot_info.h"
#include "kernel/object/derive.h"
#include "kernel/object/state.h"
#include "kernel/object/tree.h"
#include "kernel/object/untyped.h"
#include "kernel/object/vmo.h"

namespace tessera::boot {
namespace {

constexpr std::uint32_t kPoolPages = 16;
constexpr std::uint64_t kStackTop = 0x3f'ffff'0000;  // with unmapped pages around it
constexpr std::uint32_t kSlots = kernel::kBootSlots;
// What carries the first task's own mappings stands in its last slots.
constexpr std::uint32_t kLastSlot = kSlots - 1;

constexpr std::uint32_t index(kernel::BootSlot slot) { return std::to_underlying(slot); }

Slot& slot_at(CNode& cspace, kernel::BootSlot slot) { return *cspace.slot(index(slot)); }

std::uint32_t pages_of(std::uint64_t bytes) {
  return static_cast<std::uint32_t>((bytes + kPageSize - 1) / kPageSize);
}

static_assert(BootInfo::kMaxRegions == MemoryMap::kMostRegions + 1 + Machine::kMostVirtio);

void add_region(std::uint32_t slot, PhysRange range, bool device, std::uint32_t irq = 0) {
  boot_info.region[boot_info.regions++] = {
      .slot = slot, .irq = irq, .base = range.start, .size = range.size, .device = device};
}

// An Untyped a free region; they are the children of the root. First comes the largest, `first`.
// Answers the last one's slot.
std::uint32_t make_regions(CNode& cspace, const MemoryMap& memory, Slot& first) {
  std::uint32_t slot = index(kernel::BootSlot::kFirstRegion);
  const std::size_t largest = memory.largest();
  cspace.slot(slot)->take(first);
  add_region(slot, memory.free[largest], false);
  for (std::size_t i = 0; i < memory.free.size(); ++i) {
    if (i == largest) continue;
    const PhysRange& range = memory.free[i];
    make_untyped(state.root, *cspace.slot(++slot), range.start, pages_of(range.size), false);
    add_region(slot, range, false);
  }
  return slot;
}

// A device Untyped a window, in the slots after `slot`.
void make_windows(CNode& cspace, const Machine& machine, std::uint32_t slot) {
  for (const DeviceInfo& device : device_windows(machine)) {
    const PhysRange& window = device.registers;
    make_untyped(state.root, *cspace.slot(++slot), window.start, pages_of(window.size), true);
    add_region(slot, window, true, device.interrupt);
  }
}

void make_uart(CNode& cspace, const UartInfo& uart) {
  PhysAddr page{align_down(uart.registers.start.value, kPageSize)};
  std::uint64_t offset = uart.registers.start - page;
  std::uint32_t pages = pages_of(offset + uart.registers.size);
  make_untyped(state.root, slot_at(cspace, kernel::BootSlot::kUart), page, pages, true);
  add_region(index(kernel::BootSlot::kUart), {page, pages * kPageSize}, true, uart.interrupt);
  boot_info.uart_offset = static_cast<std::uint32_t>(offset);
  boot_info.uart_irq = uart.interrupt;
  boot_info.uart_shift = uart.shift;
  state.uart = page;
}

void make_vmo(Slot& slot, PhysAddr base, std::uint64_t bytes, Access access,
              std::uint8_t more_rights = 0) {
  // The rights of a VMO begin with read, write and execute, as an access has them; then map.
  slot.fill(state.root, abi::ObjectType::kVmo, base.value,
            static_cast<std::uint8_t>(access.bits | std::to_underlying(abi::VmoRight::kMap) |
                                      more_rights));
  slot.pages = pages_of(bytes);
}

// Another hart may interrupt this one, and what that preempts is made again.
template <class Operation>
Result<void> complete(Operation operation) {
  for (;;) {
    const Result<void> result = operation();
    if (result.has_value() || result.error() != kPreempted) return result;
    if (arch::take_software_interrupt()) ipi::answer(Hart::here());
  }
}

// The pool has room: only what the image asks for can be wrong.
bool map(Slot& slot, Task& task, VirtAddr address, Access access) {
  return complete([&] { return map_vmo(slot, task, address, access); }).has_value();
}

bool map_segments(CNode& cspace, Task& task, PhysAddr bundle, const bundle::FirstTask& first) {
  std::uint32_t slot = kLastSlot;
  for (const bundle::Segment& segment : first.segments()) {
    Access access{static_cast<std::uint8_t>((segment.readable() ? kRead.bits : 0) |
                                            (segment.writable() ? kWrite.bits : 0) |
                                            (segment.executable() ? kExecute.bits : 0))};
    make_vmo(*cspace.slot(slot), bundle + segment.bundle_offset, segment.size, access);
    // Nobody else has these pages with the right to write: no two segments share one.
    cspace.slot(slot)->sealed = access.has(kExecute);
    if (!map(*cspace.slot(slot), task, {segment.vaddr}, access)) return false;
    --slot;
  }
  return true;
}

// Makes one object through the same retype that user space calls.
Slot& make_object(Slot& memory, CNode& cspace, std::uint32_t slot, abi::ObjectType type,
                  std::uint64_t size) {
  const Request request{.type = type, .size = size, .count = 1};
  CHECK(complete([&] { return retype(memory, request, cspace, slot); }).has_value());
  return *cspace.slot(slot);
}

CNode& make_cspace(Slot& memory) {
  Result<PhysAddr> pages = take_pages(memory, pages_of(kSlots * sizeof(Slot)));
  CHECK(pages.has_value());
  void* table = arch::direct_map(*pages);
  arch::zero(table, kSlots * sizeof(Slot));
  CNode& cspace = CNode::create(table, kSlots);
  first_capability(memory, slot_at(cspace, kernel::BootSlot::kCnode), abi::ObjectType::kCnode,
                   &cspace);
  return cspace;
}

std::uint8_t boot_info_rights(const Machine& machine) {
  constexpr auto kCensus = std::to_underlying(abi::BootInfoRight::kCensus);
  const unsigned all = abi::kAllBootInfoRights;
  return static_cast<std::uint8_t>(has_word(machine.bootargs, "census") ? all : all & ~kCensus);
}

// False: it is too long.
bool keep_command_line(std::string_view text) {
  if (text.size() > BootInfo::kMaxCommandLine) return false;
  for (const char c : text) boot_info.command_line[boot_info.command_line_size++] = c;
  return true;
}

}  // namespace

std::string_view make_first_task(const Machine& machine, const MemoryMap& memory,
                                 const bundle::Bundle& bundle, const bundle::FirstTask& first) {
  CHECK(take_tree());  // left on the way to the first thread
  // The region's Untyped begins its life here, and moves into the CSpace that comes out of it.
  Slot start;
  const PhysRange& largest = memory.free[memory.largest()];
  make_untyped(state.root, start, largest.start, pages_of(largest.size), false);
  CNode& cspace = make_cspace(start);
  const std::uint32_t last_region = make_regions(cspace, memory, start);
  Slot& untyped = slot_at(cspace, kernel::BootSlot::kFirstRegion);
  make_uart(cspace, machine.uart);
  make_windows(cspace, machine, last_region);

  Slot& task_slot =
      make_object(untyped, cspace, index(kernel::BootSlot::kTask), abi::ObjectType::kTask, 0);
  Slot& thread_slot =
      make_object(untyped, cspace, index(kernel::BootSlot::kThread), abi::ObjectType::kThread, 0);
  auto& task = *reinterpret_cast<Task*>(task_slot.object());
  auto& thread = *reinterpret_cast<Thread*>(thread_slot.object());
  task.identity = kernel::kFirstTaskIdentity;
  task.identified = true;
  state.first_task = &task;
  CHECK(configure_task(task, slot_at(cspace, kernel::BootSlot::kCnode), untyped, kPoolPages));
  CHECK(configure_thread(thread, task_slot));

  if (!map_segments(cspace, task, machine.initrd.start, first)) {
    return "the first task's segments need more page tables than it has";
  }
  std::uint32_t stack_slot = kLastSlot - first.segment_count;
  Slot& stack = make_object(untyped, cspace, stack_slot, abi::ObjectType::kVmo, first.stack_size);
  if (!map(stack, task, {kStackTop - first.stack_size}, kRead | kWrite)) {
    return "the first task's stack does not fit";
  }

  slot_at(cspace, kernel::BootSlot::kBootInfo)
      .fill(state.root, abi::ObjectType::kBootInfo, 0, boot_info_rights(machine));
  slot_at(cspace, kernel::BootSlot::kIdentityControl)
      .fill(state.root, abi::ObjectType::kIdentityControl, 0, abi::kAllIdentityControlRights);
  slot_at(cspace, kernel::BootSlot::kQosControl)
      .fill(state.root, abi::ObjectType::kQosControl, 0, abi::kAllQosControlRights);
  slot_at(cspace, kernel::BootSlot::kIrqControl)
      .fill(state.root, abi::ObjectType::kIrqControl, 0, abi::kAllIrqControlRights);
  make_vmo(slot_at(cspace, kernel::BootSlot::kBundle), machine.initrd.start, bundle.total_size(),
           kRead, std::to_underlying(abi::VmoRight::kShare));
  boot_info.bundle_size = bundle.total_size();
  if (!keep_command_line(machine.bootargs)) return "the command line is longer than 256 bytes";
  CHECK(start_thread(thread, {.pc = first.entry, .sp = kStackTop, .argument = 0, .tp = 0}));
  return {};
}

}  // namespace tessera::boot
