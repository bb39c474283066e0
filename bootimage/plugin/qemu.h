// What the plugins here use of QEMU's plugin API, version 1 (docs/devel/tcg-plugins.rst of
// QEMU 7.2). Debian has no header of it.
//
// A plugin has qemu_plugin_install(), which is called once, before the machine runs; QEMU calls
// back what it registers there. A QEMU that is killed says no last word: whatever is worth keeping
// is written as it comes.
#ifndef BOOTIMAGE_PLUGIN_QEMU_H_
#define BOOTIMAGE_PLUGIN_QEMU_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

extern "C" {
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_plugin_hwaddr;
using qemu_plugin_id = std::uint64_t;
using qemu_plugin_meminfo = std::uint32_t;
enum qemu_plugin_cb_flags { QEMU_PLUGIN_CB_NO_REGS = 0 };
enum qemu_plugin_mem_rw { QEMU_PLUGIN_MEM_W = 2, QEMU_PLUGIN_MEM_RW = 3 };

std::size_t qemu_plugin_tb_n_insns(const qemu_plugin_tb* block);
qemu_plugin_insn* qemu_plugin_tb_get_insn(const qemu_plugin_tb* block, std::size_t index);
std::uint64_t qemu_plugin_insn_vaddr(const qemu_plugin_insn* instruction);
void* qemu_plugin_insn_haddr(const qemu_plugin_insn* instruction);  // in QEMU's own memory
const void* qemu_plugin_insn_data(const qemu_plugin_insn* instruction);
std::size_t qemu_plugin_insn_size(const qemu_plugin_insn* instruction);
bool qemu_plugin_mem_is_store(qemu_plugin_meminfo info);
qemu_plugin_hwaddr* qemu_plugin_get_hwaddr(qemu_plugin_meminfo info, std::uint64_t address);
bool qemu_plugin_hwaddr_is_io(const qemu_plugin_hwaddr* address);
std::uint64_t qemu_plugin_hwaddr_phys_addr(const qemu_plugin_hwaddr* address);
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id id,
                                           void (*callback)(qemu_plugin_id, qemu_plugin_tb*));
// Before the instruction is executed.
void qemu_plugin_register_vcpu_insn_exec_cb(qemu_plugin_insn* instruction,
                                            void (*callback)(unsigned hart, void* data),
                                            qemu_plugin_cb_flags flags, void* data);
// After it has read or written.
void qemu_plugin_register_vcpu_mem_cb(qemu_plugin_insn* instruction,
                                      void (*callback)(unsigned hart, qemu_plugin_meminfo info,
                                                       std::uint64_t address, void* data),
                                      qemu_plugin_cb_flags flags, qemu_plugin_mem_rw which,
                                      void* data);

[[gnu::visibility("default")]] extern int qemu_plugin_version;
[[gnu::visibility("default")]] int qemu_plugin_install(qemu_plugin_id id, const void* machine,
                                                       int count, char** arguments);
}

namespace bootimage::plugin {

// The instruction's bytes; a short one's are the lower half.
inline std::uint32_t code_of(const qemu_plugin_insn* instruction) {
  std::uint32_t code = 0;
  std::memcpy(&code, qemu_plugin_insn_data(instruction), qemu_plugin_insn_size(instruction));
  return code;
}

// What `key`, as in "out=", has among the plugin's arguments; empty: it is not there.
inline std::string argument(int count, char** arguments, std::string_view key) {
  for (int i = 0; i < count; ++i) {
    const std::string_view each = arguments[i];
    if (each.starts_with(key)) return std::string(each.substr(key.size()));
  }
  return {};
}

}  // namespace bootimage::plugin

#endif  // BOOTIMAGE_PLUGIN_QEMU_H_
