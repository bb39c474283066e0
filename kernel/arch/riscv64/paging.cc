// The kernel's half: boot.S made the image's part; this adds the direct map, devices and windows.
#include "kernel/arch/riscv64/page_table.h"

#include "kernel/arch/contract/arch.h"
#include "kernel/arch/riscv64/boot.h"
#include "kernel/arch/riscv64/csr.h"
#include "kernel/arch/riscv64/paging.h"

extern "C" {
// boot.S
extern tessera::arch::riscv64::PageTable kernel_root;
extern tessera::arch::riscv64::PageTable image_l1;
extern tessera::arch::riscv64::PageTable image_l0;
// kernel.ld
extern const char __boot_text_start[];
extern const char __boot_text_end[];
extern const char __image_start[];
extern const char __image_end[];
}

namespace tessera::arch {
namespace riscv64 {
namespace {

// Root entries kDirectMapRoot to this are the direct map's, once it stands.
std::uint64_t direct_map_end = kDirectMapRoot;
std::uint32_t asids = 1;

void forget_all() { asm volatile("sfence.vma" ::: "memory"); }

// Maps the 4 MiB that hold `start` and the next 2 MiB at least in one of boot's windows, which are
// two entries of the image's level 1 table each; answers the offset from physical to virtual
// addresses.
std::uint64_t open_window(Part which, PhysAddr start, std::uint64_t flags) {
  const VirtAddr base = window(which).base;
  const std::uint64_t l1_index = index_at(base, 1);
  const PhysAddr first{align_down(start.value, kLargePageSize)};
  image_l1.entries[l1_index] = leaf(first, flags);
  image_l1.entries[l1_index + 1] = leaf(first + kLargePageSize, flags);
  forget_all();
  return base.value - first.value;
}

void close_window(Part which) {
  const std::uint64_t l1_index = index_at(window(which).base, 1);
  image_l1.entries[l1_index] = 0;
  image_l1.entries[l1_index + 1] = 0;
  forget_all();
}

// Section 4.1.11: the bits of the field that can be written are the ASIDs that there are.
std::uint32_t probe_asids() {
  const std::uint64_t satp = read_satp();
  write_satp(satp | kSatpAsidMask);
  const std::uint64_t bits = read_satp() >> kSatpAsidShift & 0xffff;
  write_satp(satp);
  forget_all();
  return static_cast<std::uint32_t>(bits) + 1;
}

}  // namespace

std::span<const std::byte> open_dtb(PhysAddr dtb) {
  const std::uint64_t offset = open_window(Part::kDtb, dtb, PTE_V | PTE_R | PTE_A);
  const std::uint64_t start = dtb.value + offset;
  return {reinterpret_cast<const std::byte*>(start), window(Part::kDtb).end.value - start};
}

void close_windows() { close_window(Part::kDtb); }

void* open_probe(PhysAddr page) {
  const VirtAddr base = window(Part::kProbe).base;
  image_l0.entries[index_at(base, 0)] = leaf(page, PTE_KERNEL_DATA);
  forget_all();
  return reinterpret_cast<void*>(base.value);
}

void close_probe() {
  image_l0.entries[index_at(window(Part::kProbe).base, 0)] = 0;
  forget_all();
}

void leave_boot(Frame* frame) {
  forget_other_harts();
  const auto start = reinterpret_cast<std::uint64_t>(__boot_text_start);
  const auto end = reinterpret_cast<std::uint64_t>(__boot_text_end);
  for (std::uint64_t page = start; page < end; page += kPageSize) {
    image_l0.entries[index_at({page}, 0)] = 0;
  }
  forget_all();
  enter_user(frame);
}

PhysRange image() {
  return {kImagePhysical, static_cast<std::uint64_t>(__image_end - __image_start)};
}

bool map_ram(std::span<const PhysRange> ram, PhysRange& pool) {
  asids = probe_asids();
  const std::uint64_t offset = open_window(Part::kTables, pool.start, PTE_KERNEL_DATA & ~PTE_G);
  // The window reaches at least 2 MiB beyond the pool's start.
  PhysRange reachable = pool;
  if (reachable.size > kLargePageSize) reachable.size = kLargePageSize;
  TablePool tables(reachable, offset);
  bool mapped = true;
  for (const PhysRange& range : ram) {
    mapped = mapped && map_run(kernel_root, range, kDirectMapBase, PTE_KERNEL_DATA, tables);
  }
  close_window(Part::kTables);
  if (!mapped) return false;
  pool = {tables.next(), pool.end() - tables.next()};
  if (!ram.empty()) {
    direct_map_end = index_at({kDirectMapBase + ram.back().end().value - 1}, 2) + 1;
  }
  return true;
}

VirtAddr map_stack(std::uint64_t index, PhysAddr stack) {
  const VirtAddr top = stack_top(index);
  for (std::uint64_t done = 0; done < kStackSize; done += kPageSize) {
    image_l0.entries[index_at({top.value - kStackSize + done}, 0)] =
        leaf(stack + done, PTE_KERNEL_DATA);
  }
  forget_all();
  return top;
}

volatile std::uint8_t* map_device(PhysAddr address) {
  image_l0.entries[DEVICES_L0_INDEX] =
      leaf({align_down(address.value, kPageSize)}, PTE_KERNEL_DATA);
  forget_all();
  return reinterpret_cast<volatile std::uint8_t*>(DEVICES_VIRTUAL + address.value % kPageSize);
}

volatile std::uint32_t* map_plic(PhysAddr start) {
  return reinterpret_cast<volatile std::uint32_t*>(
      start.value + open_window(Part::kPlic, start, PTE_KERNEL_DATA));
}

}  // namespace riscv64

void leave_user_space() {
  activate({reinterpret_cast<std::uint64_t>(&kernel_root) - riscv64::kImageOffset}, {0});
}

void install_kernel_half(void* root) {
  auto& table = *static_cast<riscv64::PageTable*>(root);
  for (std::uint64_t i = riscv64::kDirectMapRoot; i < riscv64::direct_map_end; ++i) {
    table.entries[i] = kernel_root.entries[i];
  }
  table.entries[IMAGE_ROOT_INDEX] = kernel_root.entries[IMAGE_ROOT_INDEX];
}

std::uint32_t asid_count() { return riscv64::asids; }

}  // namespace tessera::arch
