#include "kernel/object/boot_info.h"

#include "idl/wire.h"
#include "kernel/arch/contract/arch.h"
#include "kernel/object/state.h"
#include "kernel/object/task.h"

namespace tessera {
namespace {

void put(const char* text) {
  while (*text != '\0') arch::early_write(*text++);
}
void put(std::uint64_t value) {
  put("0x");
  for (int shift = 60; shift >= 0; shift -= 4) {
    if (shift == 0 || value >> shift != 0)
      arch::early_write("0123456789abcdef"[value >> shift & 15]);
  }
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
  put("\nPANIC boot: the first task ended: state ");
  put(abi::word(task.state));
  put(" status ");
  put(static_cast<std::uint32_t>(task.status));
  put(" cause ");
  put(abi::word(task.cause));
  put(" address ");
  put(task.fault_address);
  put(" pc ");
  put(task.fault_pc);
  put("\n");
  arch::shut_down(true);
}

}  // namespace tessera
