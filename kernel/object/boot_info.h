// What the first task may learn of the machine, and its lines before the console is up.
#pragma once

#include <cstdint>

#include "kernel/base/types.h"

namespace tessera {

struct Task;

struct BootInfo {
  struct Region {
    std::uint32_t slot = 0;
    std::uint32_t irq = 0;  // 0: none
    PhysAddr base;
    std::uint64_t size = 0;
    bool device = false;
  };
  static constexpr std::uint32_t kMaxRegions = 25;  // free RAM, the UART and 8 devices

  Region region[kMaxRegions];
  std::uint32_t regions = 0;
  std::uint64_t bundle_size = 0;
  std::uint32_t uart_offset = 0;
  std::uint32_t uart_irq = 0;
  std::uint32_t uart_shift = 0;
  static constexpr std::uint32_t kMaxCommandLine = 256;
  char command_line[kMaxCommandLine] = {};
  std::uint32_t command_line_size = 0;
  bool in_line = false;  // of the first task: its name stands before it already

  void print(char c);
};

// The first task has ended while the console is still the kernel's, so that nobody else could say
// it: says how, and ends the machine.
[[noreturn]] void stop_without_first_task(const Task& task);

extern constinit BootInfo boot_info;

}  // namespace tessera
