// How a plugin has QEMU tell a Trace what is executed.
#ifndef BOOTIMAGE_PROFILE_RECORDER_H_
#define BOOTIMAGE_PROFILE_RECORDER_H_

#include <cstddef>
#include <cstdint>

#include "bootimage/plugin/code.h"
#include "bootimage/plugin/qemu.h"
#include "bootimage/profile/trace.h"

namespace bootimage::profile {

// Called before each instruction; `data` is the instruction's number: see number_in.
using OnInstruction = void (*)(unsigned hart, void* data);
inline Trace::Number number_in(const void* data) {
  return static_cast<Trace::Number>(reinterpret_cast<std::uintptr_t>(data));
}

// Called after each access to memory; it tells Trace::accessed.
using OnAccess = void (*)(unsigned hart, qemu_plugin_meminfo info, std::uint64_t address, void*);

// For the callback of a translation: `choose` tells what is called before an instruction, by its
// address and its code.
template <class Choose>
void record(qemu_plugin_tb* block, Trace& trace, Choose choose, OnAccess on_access) {
  constexpr std::uint64_t kPageSize = 4096;
  for (std::size_t i = 0; i < qemu_plugin_tb_n_insns(block); ++i) {
    qemu_plugin_insn* instruction = qemu_plugin_tb_get_insn(block, i);
    const std::uint64_t address = qemu_plugin_insn_vaddr(instruction);
    const std::uint32_t code = plugin::code_of(instruction);
    const auto page =
        reinterpret_cast<std::uintptr_t>(qemu_plugin_insn_haddr(instruction)) / kPageSize;
    const std::uintptr_t number = trace.number_of({address, code, page});
    const OnInstruction callback = choose(address, code);
    qemu_plugin_register_vcpu_insn_exec_cb(instruction, callback, QEMU_PLUGIN_CB_NO_REGS,
                                           reinterpret_cast<void*>(number));
    if (plugin::accesses_memory(code)) {
      qemu_plugin_register_vcpu_mem_cb(instruction, on_access, QEMU_PLUGIN_CB_NO_REGS,
                                       QEMU_PLUGIN_MEM_RW, nullptr);
    }
  }
}

}  // namespace bootimage::profile

#endif  // BOOTIMAGE_PROFILE_RECORDER_H_
