#include "bootimage/runner/qemu_command.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace bootimage {
namespace {

// Not `-s`, which listens to the whole network.
constexpr absl::string_view kGdbAddress = "127.0.0.1:1234";

}  // namespace

std::vector<std::string> qemu_command(const RunOptions& options) {
  std::vector<std::string> command = {
      options.qemu, "-machine", "virt", "-bios", "default", "-kernel", options.kernel, "-m",
      options.memory, "-smp", absl::StrCat(options.machine.harts), "-global",
      "virtio-mmio.force-legacy=off", "-display", "none", "-serial", "stdio", "-monitor", "none",
      // A guest that resets ends the run, instead of climbing the ladder again.
      "-no-reboot"};
  if (!options.bundle.empty()) command.insert(command.end(), {"-initrd", options.bundle});
  if (!options.bootargs.empty()) command.insert(command.end(), {"-append", options.bootargs});
  if (!options.dtb.empty()) command.insert(command.end(), {"-dtb", options.dtb});
  if (!options.plugin.empty()) command.insert(command.end(), {"-plugin", options.plugin});
  if (options.rng) command.insert(command.end(), {"-device", "virtio-rng-device"});
  if (options.icount) {
    // One instruction a nanosecond; idle time is skipped instead of waited for.
    command.insert(command.end(), {"-icount", "shift=0,sleep=off"});
  }
  if (options.gdb) {
    command.insert(command.end(), {"-S", "-gdb", absl::StrCat("tcp:", kGdbAddress)});
  }
  return command;
}

std::string gdb_command(const RunOptions& options) {
  return absl::StrCat("gdb-multiarch ", options.kernel, " -ex 'target remote ", kGdbAddress, "'");
}

}  // namespace bootimage
