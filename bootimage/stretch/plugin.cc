// A QEMU plugin that measures how long the kernel runs with interrupts off: for each hart, the
// kernel's instructions from the trap to the return to user space or to the next look at whether an
// interrupt waits, whichever comes first. It writes the longest stretch, and how many of its
// instructions were where, to the file that its argument names, each time that there is a longer
// one: a QEMU that is killed says no last word. A loop that waits for another hart is counted once.
//
//   -plugin libstretch.so,out=FILE
//
//   stretch 1234                       instructions of the longest
//   at 0xffffffff80201234 17           so many of them were at this address, for each that was met
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "bootimage/plugin/code.h"
#include "bootimage/plugin/qemu.h"

int qemu_plugin_version = 1;

namespace {

namespace plugin = bootimage::plugin;

constexpr std::uint32_t kWfi = 0x1050'0073;
constexpr std::uint32_t kSret = 0x1020'0073;
// csrrs rd, sip, x0: the kernel looks whether an interrupt waits.
constexpr std::uint32_t kReadSipMask = 0xffff'f07f;
constexpr std::uint32_t kReadSip = 0x1440'2073;
// arch::relax(): the kernel waits for another hart, which the host may have stopped meanwhile.
constexpr std::uint32_t kPause = 0x0100'000f;

constexpr unsigned kMostHarts = 8;

struct Hart {
  bool user_seen = false;  // boot is not counted
  std::vector<std::uint64_t> addresses;
  // The last pause of the stretch, and how many instructions it had then; 0: none.
  std::uint64_t pause = 0;
  std::size_t at_pause = 0;
};
Hart harts[kMostHarts];

// Of all harts; they may run at once.
std::mutex lock;
std::size_t longest = 0;
std::string out;

void write(const std::vector<std::uint64_t>& addresses) {
  std::map<std::uint64_t, std::uint64_t> counts;
  for (const std::uint64_t address : addresses) ++counts[address];
  std::ofstream file(out);
  file << "stretch " << addresses.size() << '\n';
  for (const auto& [address, count] : counts) {
    file << "at 0x" << std::hex << address << ' ' << std::dec << count << '\n';
  }
}

void end(Hart& hart) {
  if (!hart.addresses.empty()) {
    const std::lock_guard guard(lock);
    if (hart.addresses.size() > longest) {
      longest = hart.addresses.size();
      write(hart.addresses);
    }
  }
  hart.addresses.clear();
  hart.pause = 0;
}

std::uint64_t address_of(const void* data) { return reinterpret_cast<std::uint64_t>(data); }

void on_kernel(unsigned hart, void* data) {
  if (harts[hart].user_seen) harts[hart].addresses.push_back(address_of(data));
}
// From a pause to itself it only waited: that is counted once.
void on_kernel_pause(unsigned number, void* data) {
  on_kernel(number, data);
  Hart& hart = harts[number];
  if (hart.pause == address_of(data)) hart.addresses.resize(hart.at_pause);
  hart.pause = address_of(data);
  hart.at_pause = hart.addresses.size();
}
void on_kernel_end(unsigned hart, void* data) {
  on_kernel(hart, data);
  end(harts[hart]);
}
void on_user(unsigned hart, void*) {
  harts[hart].user_seen = true;
  end(harts[hart]);
}

bool ends_a_stretch(std::uint32_t code) {
  return code == kWfi || code == kSret || (code & kReadSipMask) == kReadSip;
}

void on_translation(qemu_plugin_id, qemu_plugin_tb* block) {
  for (std::size_t i = 0; i < qemu_plugin_tb_n_insns(block); ++i) {
    qemu_plugin_insn* instruction = qemu_plugin_tb_get_insn(block, i);
    const std::uint64_t address = qemu_plugin_insn_vaddr(instruction);
    void (*callback)(unsigned, void*) = nullptr;
    if (plugin::is_kernels(address)) {
      const std::uint32_t code = plugin::code_of(instruction);
      callback = on_kernel;
      if (ends_a_stretch(code)) callback = on_kernel_end;
      if (code == kPause) callback = on_kernel_pause;
    } else if (plugin::is_users(address)) {
      callback = on_user;
    }
    if (callback == nullptr) continue;
    qemu_plugin_register_vcpu_insn_exec_cb(instruction, callback, QEMU_PLUGIN_CB_NO_REGS,
                                           reinterpret_cast<void*>(address));
  }
}

}  // namespace

int qemu_plugin_install(qemu_plugin_id id, const void*, int count, char** arguments) {
  out = plugin::argument(count, arguments, "out=");
  if (out.empty()) return -1;
  qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
  return 0;
}
