// The kernel's life before user space: from the firmware's hand-over to the first task's first
// instruction.
#include <cstdint>

#include "bootimage/bundle.h"
#include "idl/abi.h"
#include "kernel/arch/contract/arch.h"
#include "kernel/arch/early_console.h"
#include "kernel/arch/riscv64/boot.h"
#include "kernel/boot/first_task.h"
#include "kernel/boot/harts.h"
#include "kernel/boot/start_machine.h"
#include "kernel/object/state.h"
#include "kernel/syscall/trap.h"

namespace tessera::boot {
namespace {

using arch::print;

[[noreturn]] void stop(std::string_view what, std::string_view why) {
  print("PANIC boot: ");
  print(what);
  print(": ");
  print(why);
  print("\n");
  arch::shut_down(true);
}

bundle::Bytes initrd_bytes(const Machine& machine) {
  return {static_cast<const std::byte*>(arch::direct_map(machine.initrd.start)),
          machine.initrd.size};
}

}  // namespace

extern "C" [[noreturn]] void kernel_main(std::uint64_t hart_id, std::uint64_t dtb_physical) {
  Hart& hart = state.harts[0];
  hart.id = {hart_id};
  arch::riscv64::adopt_hart(hart);

  Started started;
  start_machine({dtb_physical}, started);
  arch::riscv64::use_plic({started.machine.plic, started.machine.plic_sources},
                          {started.machine.contexts, started.machine.harts.size()});
  print("tessera vers. ");
  print(abi::kVersion);
  print("\n");
  const std::string_view no_harts = start_harts(started.machine, started.memory);
  if (!no_harts.empty()) stop("harts", no_harts);
  test_harts(started.memory);

  if (arch::asid_count() < 2) stop("machine", "it has no address space identifiers (ASIDs)");
  if (started.machine.initrd.size == 0) stop("bundle", "the machine was started without an initrd");
  auto bundle = bundle::Bundle::open(initrd_bytes(started.machine));
  if (!bundle.has_value()) stop("bundle", bundle::describe(bundle.error()));
  auto task = bundle->first_task();
  if (!task.has_value()) stop("first task", bundle::describe(task.error()));
  std::string_view wrong = make_first_task(started.machine, started.memory, *bundle, *task);
  if (!wrong.empty()) stop("first task", wrong);
  arch::riscv64::close_windows();
  arch::riscv64::leave_boot(leave_kernel(hart));
}

}  // namespace tessera::boot
