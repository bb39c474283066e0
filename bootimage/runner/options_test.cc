#include "bootimage/runner/options.h"

#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace bootimage {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Arguments = std::vector<std::string>;

absl::StatusOr<RunOptions> parse(Arguments arguments) {
  arguments.insert(arguments.begin(), {"--kernel=k", "--bundle=b"});
  return parse_run_options(arguments);
}

std::string error(const Arguments& arguments) {
  const auto options = parse(arguments);
  return options.ok() ? "accepted" : std::string(options.status().message());
}

TEST(RunOptions, Defaults) {
  const auto options = parse({});
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->machine.harts, 2U);
  EXPECT_FALSE(options->machine.require_smp);
  EXPECT_EQ(options->memory, "256M");
  EXPECT_FALSE(options->goal.phase);
  EXPECT_EQ(options->goal.until, "");
  EXPECT_EQ(options->timeout, absl::Seconds(90));
  EXPECT_FALSE(options->headless || options->icount || options->gdb || options->help);
  EXPECT_TRUE(options->rng);
  EXPECT_EQ(options->qemu, "qemu-system-riscv64");
  EXPECT_EQ(options->kernel, "k");
  EXPECT_EQ(options->bundle, "b");
}

TEST(RunOptions, EveryFlag) {
  const auto options =
      parse({"--smp=8", "--require-smp", "--mem=1G", "--phase=timed", "--timeout=0.05",
             "--headless", "--icount", "--log=l", "--gdb", "--qemu=q", "--no-rng"});
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->machine.harts, 8U);
  EXPECT_TRUE(options->machine.require_smp);
  EXPECT_EQ(options->memory, "1G");
  EXPECT_EQ(options->goal.phase, 2U);
  EXPECT_EQ(options->timeout, absl::Milliseconds(50));
  EXPECT_TRUE(options->headless && options->icount && options->gdb);
  EXPECT_FALSE(options->rng);
  EXPECT_EQ(options->log, "l");
  EXPECT_EQ(options->qemu, "q");
}

TEST(RunOptions, BadValues) {
  for (const char* smp : {"0", "9", "-1", "two", "", "1.5", "4294967297"}) {
    EXPECT_THAT(error({std::string("--smp=") + smp}), HasSubstr("wants 1 to 8")) << smp;
  }
  for (const char* memory : {"256", "M", "0M", "-1M", "1.5G", "256MB", "", " 1M"}) {
    EXPECT_THAT(error({std::string("--mem=") + memory}), HasSubstr("a size like 256M")) << memory;
  }
  for (const char* memory : {"1M", "2M", "15M"}) {
    EXPECT_EQ(error({std::string("--mem=") + memory}),
              std::string("--mem=") + memory + ": wants a size like 256M or 1G, from 16M");
  }
  EXPECT_EQ(parse({"--mem=16M"})->memory, "16M");
  EXPECT_EQ(parse({"--mem=1G"})->memory, "1G");
  EXPECT_EQ(parse({"--little-mem=6M"})->memory, "6M");
  EXPECT_THAT(error({"--little-mem=0M"}), HasSubstr("a size like 256M"));
  for (const char* timeout : {"0", "-1", "x", "", "inf", "nan", "1e9", "90s"}) {
    EXPECT_THAT(error({std::string("--timeout=") + timeout}), HasSubstr("wants seconds"))
        << timeout;
  }
  EXPECT_EQ(
      error({"--phase=nope"}),
      "--phase=nope: wants one of bring-up, qos, timed, mmio, ipc, vmo, policy, exec, rng, end");
  EXPECT_THAT(error({"--phase="}), HasSubstr("wants one of"));
}

TEST(RunOptions, UnknownFlagsAndArguments) {
  EXPECT_EQ(error({"--nope"}), "--nope: no such flag");
  EXPECT_EQ(error({"-s"}), "-s: no such flag");
  EXPECT_EQ(error({"word"}), "word: wants flags, and nothing else");
  EXPECT_EQ(error({"--headless=1"}), "--headless=1: takes no value");
  EXPECT_EQ(error({"--smp"}), "--smp: wants a value: --smp=N");
}

TEST(RunOptions, OneGoalOnly) {
  EXPECT_EQ(error({"--phase=end", "--until=x"}), "--phase or --until, not both");
  EXPECT_EQ(parse({"--until=a b: c"})->goal.until, "a b: c");
}

TEST(RunOptions, ADebuggerHasAllTheTimeItWants) {
  EXPECT_EQ(parse({"--gdb"})->timeout, absl::InfiniteDuration());
  EXPECT_EQ(parse({"--gdb", "--timeout=3"})->timeout, absl::Seconds(3));
}

TEST(RunOptions, WhatImagesPass) {
  const auto options =
      parse({"--bootargs=a b", "--dtb=t", "--no-ladder", "--expect=x: *", "--expect=y"});
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->bootargs, "a b");
  EXPECT_EQ(options->dtb, "t");
  EXPECT_FALSE(options->ladder);
  EXPECT_EQ(options->goal.expected, Arguments({"x: *", "y"}));
  EXPECT_TRUE(parse({})->ladder);
}

TEST(RunOptions, TheKernelIsNeeded) {
  const auto options = parse_run_options(Arguments{"--smp=1"});
  EXPECT_THAT(std::string(options.status().message()), HasSubstr("bazel run //bootimage:qemu"));
}

TEST(RunOptions, HelpFitsAScreen) {
  EXPECT_TRUE(parse_run_options(Arguments{"--help"})->help);
  const std::vector<std::string> lines = absl::StrSplit(run_usage(), '\n');
  EXPECT_LE(lines.size(), 24U);
  for (const std::string& line : lines) EXPECT_LE(line.size(), 80U) << line;
  EXPECT_THAT(run_usage(), HasSubstr("--require-smp"));
  EXPECT_THAT(run_usage(), HasSubstr("memory, from 16M (256M)"));
  EXPECT_THAT(run_usage(),
              HasSubstr("Phases: bring-up, qos, timed, mmio, ipc, vmo, policy, exec, rng, end."));
  EXPECT_THAT(run_usage(), Not(HasSubstr("--kernel")));
}

TEST(RunOptions, PathsAreMeantFromWhereTheUserStands) {
  RunOptions options;
  options.log = "out.log";
  options.kernel = "k";
  resolve_paths(options, "/home");
  EXPECT_EQ(options.log, "/home/out.log");
  EXPECT_EQ(options.qemu, "qemu-system-riscv64");
  EXPECT_EQ(options.kernel, "k");
  options.log = "/abs";
  options.qemu = "./q";
  resolve_paths(options, "/home");
  EXPECT_EQ(options.log, "/abs");
  EXPECT_EQ(options.qemu, "/home/./q");
  options.log = "out.log";
  resolve_paths(options, "");
  EXPECT_EQ(options.log, "out.log");
}

}  // namespace
}  // namespace bootimage
