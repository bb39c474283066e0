#include "kernel/object/boot_info.h"

#include "idl/wire.h"
#include "kernel/arch/contract/arch.h"
#include "kernel/arch/early_console.h"
#include "kernel/object/state.h"
#include "kernel/object/task.h"

namespace tessera {
namespace {

void print(const char* name, std::uint64_t value) {
  arch::print(name);
  arch::print_hex(value);
}

}  // namespace

constinit State state;
constinit BootInfo boot_info;

void BootInfo::print(char c) {
  if (!in_line) {
    for (char name : {'i', 'n', 'i', 't', ':', ' '}) arch::early_write(name);
  }
  in_line = c != '\n';
  bool printable = c == '\n' || (c >= ' ' && c <= '~');
  arch::early_write(printable ? c : '?');
}

// Numbers are abi.idl's: TaskState, the status, FaultCause.
void stop_without_first_task(const Task& task) {
  arch::print("\nPANIC boot: the first task ended:");
  print(" state ", abi::word(task.state()));
  print(" status ", static_cast<std::uint32_t>(task.status));
  print(" cause ", abi::word(task.cause));
  print(" address ", task.fault_address);
  print(" pc ", task.fault_pc);
  arch::print("\n");
  arch::shut_down(true);
}

}  // namespace tessera
