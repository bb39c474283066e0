// What execd says of a process that has ended.
#ifndef SERVERS_EXECD_REPORT_H_
#define SERVERS_EXECD_REPORT_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "servers/execd/process_table.h"
#include "servers/runtime/print.h"

namespace tessera::execd {

// Their names in the calling convention (RISC-V psABI 1.0, "Integer Register Convention"), from x1.
inline constexpr std::array<std::string_view, 31> kRegisterNames = {
    "ra", "sp", "gp", "tp",  "t0",  "t1", "t2", "s0", "s1", "a0", "a1",
    "a2", "a3", "a4", "a5",  "a6",  "a7", "s2", "s3", "s4", "s5", "s6",
    "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6"};

// A register as a line has it: " ra=0x0000000000010004"; nothing beyond the last.
inline void report_registers(std::uint64_t task, const Ending& ending) {
  constexpr std::size_t kPerLine = 4;
  for (std::size_t first = 0; first < kRegisterNames.size(); first += kPerLine) {
    rt::Chunks chunks(rt::send_to_console);
    rt::write(chunks, "crash registers task=", task);
    for (std::size_t i = first; i < first + kPerLine && i < kRegisterNames.size(); ++i) {
      rt::write(chunks, ' ', kRegisterNames[i], '=', rt::hex16(ending.registers[i + 1]));
    }
    rt::write(chunks, '\n');
  }
}

inline void report_end(std::string_view image, std::uint64_t task, const Ending& ending) {
  switch (ending.state) {
    case abi::TaskState::kExited:
      rt::print("child exited task=", task, " status=", ending.status);
      break;
    case abi::TaskState::kFaulted:
      rt::print("crash report task=", task, " cause=", abi::to_string(ending.cause),
                " pc=", rt::hex(ending.pc), " image=", image);
      if (!ending.registers.empty()) report_registers(task, ending);
      break;
    default:
      rt::print("child killed task=", task);
      break;
  }
}

}  // namespace tessera::execd

#endif  // SERVERS_EXECD_REPORT_H_
