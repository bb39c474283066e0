// The command line of QEMU: the machine that images are made for.
#ifndef BOOTIMAGE_RUNNER_QEMU_COMMAND_H_
#define BOOTIMAGE_RUNNER_QEMU_COMMAND_H_

#include <string>
#include <vector>

#include "bootimage/runner/options.h"

namespace bootimage {

std::vector<std::string> qemu_command(const RunOptions& options);

// What the user types to attach a debugger to the machine that --gdb holds.
std::string gdb_command(const RunOptions& options);

}  // namespace bootimage

#endif  // BOOTIMAGE_RUNNER_QEMU_COMMAND_H_
