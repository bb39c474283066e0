#include "kernel/boot/harts.h"

#include "kernel/arch/contract/arch.h"
#include "kernel/arch/early_console.h"
#include "kernel/arch/riscv64/boot.h"
#include "kernel/arch/riscv64/layout.h"
#include "kernel/boot/wait.h"
#include "kernel/object/state.h"
#include "kernel/syscall/trap.h"

namespace tessera {
namespace {

bool user_counters = false;

// Not in namespace boot: a hart may still be here when boot's text is unmapped.
void come_online(Hart& hart) {
  arch::riscv64::start_hart();
  if (user_counters) arch::riscv64::allow_user_counters();
  arch::set_timer(kNever);
  ipi::online.set_bits(hart.bit);
}

}  // namespace

// boot.S. The hart has no thread: it sleeps until it is asked for something.
extern "C" [[noreturn]] void other_main(arch::HartLocal* local) {
  Hart& hart = Hart::of(*local);
  come_online(hart);
  static_cast<void>(ipi::request(hart, state.harts[0]));
  arch::riscv64::enter_user(leave_kernel(hart));
}

namespace boot {
namespace {

using arch::print;
using arch::print_decimal;

void print_online(std::size_t number) {
  print("KINIT: cpu");
  print_decimal(number);
  print(" online\n");
}

void print_missing(std::size_t number, HartId id, std::int64_t error) {
  print("KINIT: cpu");
  print_decimal(number);
  print(" does not come: hart ");
  print_decimal(id.value);
  if (error == 0) {
    print(" was started and is silent\n");
  } else {
    print(", SBI error -");
    print_decimal(static_cast<std::uint64_t>(-error));
    print("\n");
  }
}

// A stack of RAM that nobody else gets; 0: there is none left.
PhysAddr take_stack(MemoryMap& memory) {
  static_assert(arch::riscv64::kStackSize % kPageSize == 0);
  PhysRange& region = memory.free[memory.largest()];
  if (region.size <= arch::riscv64::kStackSize) return {};
  const PhysAddr stack = region.start;
  region = {region.start + arch::riscv64::kStackSize, region.size - arch::riscv64::kStackSize};
  return stack;
}

// The firmware's error; 0: it comes, or is silent.
std::int64_t start(Hart& hart, std::size_t number, HartId id, PhysAddr stack) {
  hart.id = id;
  hart.stack_top = arch::riscv64::map_stack(number, stack).value;
  return arch::riscv64::start_other(hart);
}

}  // namespace

std::string_view start_harts(const Machine& machine, MemoryMap& memory) {
  Hart& first = Hart::here();
  user_counters = has_word(machine.bootargs, "user_counters");
  for (std::size_t i = 0; i < machine.harts.size(); ++i) {
    if (machine.harts[i] == first.id) first.context = machine.contexts[i];
  }
  come_online(first);
  print_online(0);
  std::size_t number = 0;
  for (std::size_t i = 0; i < machine.harts.size(); ++i) {
    const HartId id = machine.harts[i];
    if (id == first.id) continue;
    Hart& hart = state.harts[++number];
    hart.context = machine.contexts[i];
    const PhysAddr stack = take_stack(memory);
    if (stack.value == 0) return "there is no memory for the stack of another hart";
    const std::int64_t error = start(hart, number, id, stack);
    if (error == arch::riscv64::kCannotStartHarts) {
      return "the firmware cannot start the other harts (it has no SBI HSM)";
    }
    const auto is_online = [&hart] { return ipi::is_online(hart); };
    if (error == 0 && wait_until(is_online)) {
      print_online(number);
    } else {
      print_missing(number, id, error);
    }
  }
  return {};
}

}  // namespace boot
}  // namespace tessera
