#include "bootimage/runner/qemu_command.h"

#include <string>

#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace bootimage {
namespace {

using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Not;

std::string line(const RunOptions& options) { return absl::StrJoin(qemu_command(options), " "); }

RunOptions some_options() {
  RunOptions options;
  options.kernel = "a/kernel";
  options.bundle = "a/bundle.img";
  return options;
}

TEST(QemuCommand, TheMachine) {
  EXPECT_EQ(line(some_options()),
            "qemu-system-riscv64 -machine virt -bios default -kernel a/kernel "
            "-m 256M -smp 2 -global virtio-mmio.force-legacy=off "
            "-display none -serial stdio -monitor none -no-reboot -initrd a/bundle.img "
            "-device virtio-rng-device");
}

TEST(QemuCommand, WhatFlagsChange) {
  RunOptions options = some_options();
  options.machine.harts = 4;
  options.memory = "1G";
  options.qemu = "/opt/qemu";
  EXPECT_THAT(line(options), HasSubstr("/opt/qemu -machine"));
  EXPECT_THAT(line(options), HasSubstr("-m 1G -smp 4 "));
  EXPECT_THAT(line(options), Not(HasSubstr("-icount")));
  options.icount = true;
  EXPECT_THAT(line(options), HasSubstr("-icount shift=0,sleep=off"));
  options.rng = false;
  EXPECT_THAT(line(options), Not(HasSubstr("-device")));
}

TEST(QemuCommand, WhatImagesChange) {
  RunOptions options = some_options();
  EXPECT_THAT(line(options), Not(HasSubstr("-append")));
  EXPECT_THAT(line(options), Not(HasSubstr("-dtb")));
  EXPECT_THAT(line(options), Not(HasSubstr("-plugin")));
  options.bootargs = "two words";
  options.dtb = "a/tree";
  options.plugin = "a/plugin.so,out=b";
  EXPECT_THAT(qemu_command(options), IsSupersetOf({"-plugin", "a/plugin.so,out=b"}));
  EXPECT_THAT(qemu_command(options), IsSupersetOf({"-append", "two words", "-dtb", "a/tree"}));
  options.bundle = "";
  EXPECT_THAT(line(options), Not(HasSubstr("-initrd")));
}

TEST(QemuCommand, ADebuggerIsWaitedForOnThisMachineOnly) {
  RunOptions options = some_options();
  EXPECT_THAT(line(options), Not(HasSubstr("-S")));
  options.gdb = true;
  EXPECT_THAT(line(options), HasSubstr("-S -gdb tcp:127.0.0.1:1234"));
  EXPECT_EQ(gdb_command(options), "gdb-multiarch a/kernel -ex 'target remote 127.0.0.1:1234'");
}

}  // namespace
}  // namespace bootimage
