// A QEMU plugin that counts the instructions of a boot, from the kernel's first one on. It writes,
// as they come:
//
//   insn, sample, row     as trace.h has it: all before the first instruction of user space, of
//   which `sample` is one byte 123456           how many had been executed when a byte went out by
//   the UART, that one's store included
//
//   -plugin libboot.so,out=FILE
//
// For a machine of one hart. Bytes of the firmware, before the kernel, are none.
#include <cstdint>
#include <fstream>
#include <string>

#include "bootimage/plugin/code.h"
#include "bootimage/plugin/qemu.h"
#include "bootimage/profile/recorder.h"
#include "bootimage/profile/trace.h"

int qemu_plugin_version = 1;

namespace {

namespace plugin = bootimage::plugin;
namespace profile = bootimage::profile;

// hw/riscv/virt.c of QEMU 7.2; PC16550D, section 8.0: the transmitter's holding register is the
// first.
constexpr std::uint64_t kTransmit = 0x1000'0000;

profile::Trace trace;
std::ofstream out;
enum class Phase { kFirmware, kKernel, kUser } phase = Phase::kFirmware;
std::uint64_t begin = 0;

void on_instruction(unsigned, void* data) { trace.executed(profile::number_in(data)); }
void on_entry(unsigned hart, void* data) {
  if (phase == Phase::kFirmware) {
    phase = Phase::kKernel;
    trace.begin();
    begin = trace.count();
  }
  on_instruction(hart, data);
}
void on_user(unsigned hart, void* data) {
  if (phase == Phase::kKernel) {
    phase = Phase::kUser;
    trace.end();
    trace.end_row(out);
  }
  on_instruction(hart, data);
}

void on_access(unsigned, qemu_plugin_meminfo info, std::uint64_t address, void*) {
  trace.accessed();
  if (phase == Phase::kFirmware || !qemu_plugin_mem_is_store(info)) return;
  const qemu_plugin_hwaddr* place = qemu_plugin_get_hwaddr(info, address);
  if (place == nullptr || !qemu_plugin_hwaddr_is_io(place)) return;
  if (qemu_plugin_hwaddr_phys_addr(place) != kTransmit) return;
  out << "byte " << trace.count() - begin << std::endl;
}

profile::OnInstruction callback_of(std::uint64_t address, std::uint32_t) {
  if (address == plugin::kImagePhysical) return on_entry;
  return plugin::is_users(address) ? on_user : on_instruction;
}

void on_translation(qemu_plugin_id, qemu_plugin_tb* block) {
  profile::record(block, trace, callback_of, on_access);
}

}  // namespace

int qemu_plugin_install(qemu_plugin_id id, const void*, int count, char** arguments) {
  out.open(plugin::argument(count, arguments, "out="));
  if (!out) return -1;
  qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
  return 0;
}
