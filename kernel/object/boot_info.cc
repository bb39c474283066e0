#include "kernel/object/boot_info.h"

#include "kernel/arch/contract/arch.h"
#include "kernel/object/state.h"

namespace tessera {

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

}  // namespace tessera
