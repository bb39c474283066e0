// What execd says of a process that has ended.
#ifndef SERVERS_EXECD_REPORT_H_
#define SERVERS_EXECD_REPORT_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "servers/execd/process_table.h"
#include "servers/runtime/audit_log.h"
#include "servers/runtime/text.h"

namespace tessera::execd {

// Their names in the calling convention (RISC-V psABI 1.0, "Integer Register Convention"), from x1.
inline constexpr std::array<std::string_view, 31> kRegisterNames = {
    "ra", "sp", "gp", "tp",  "t0",  "t1", "t2", "s0", "s1", "a0", "a1",
    "a2", "a3", "a4", "a5",  "a6",  "a7", "s2", "s3", "s4", "s5", "s6",
    "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6"};

// Four registers, as a line has them: " ra=0x0000000000010004"; nothing beyond the last.
inline void write_registers(rt::Sink auto& line, const Ending& ending, std::size_t first,
                            std::size_t count) {
  for (std::size_t i = first; i < first + count && i < kRegisterNames.size(); ++i) {
    rt::write(line, ' ', kRegisterNames[i], '=', rt::hex16(ending.registers[i + 1]));
  }
}

inline void report_registers(rt::ConsoleAuditLog& log, std::uint64_t task, const Ending& ending) {
  constexpr std::size_t kPerLine = 4;
  constexpr std::size_t kBytesOfOne = std::string_view(" s10=0x0000000000010004").size();
  for (std::size_t first = 0; first < kRegisterNames.size(); first += kPerLine) {
    rt::FixedText<kPerLine * kBytesOfOne> line;
    write_registers(line, ending, first, kPerLine);
    log.write("crash registers task=", task, line.text());
  }
}

// execd waits for the console as long as for one line, however many there are.
inline void report_crash(rt::ConsoleAuditLog& log, std::string_view image, std::uint64_t task,
                         const Ending& ending) {
  log.write_together([&] {
    log.write("crash report task=", task, " cause=", abi::to_string(ending.cause),
              " pc=", rt::hex(ending.pc), " image=", image);
    if (!ending.registers.empty()) report_registers(log, task, ending);
  });
}

inline void report_end(rt::ConsoleAuditLog& log, std::string_view image, std::uint64_t task,
                       const Ending& ending) {
  switch (ending.state) {
    case abi::TaskState::kExited:
      log.write("child exited task=", task, " status=", ending.status);
      break;
    case abi::TaskState::kFaulted:
      report_crash(log, image, task, ending);
      break;
    default:
      log.write("child killed task=", task);
      break;
  }
}

}  // namespace tessera::execd

#endif  // SERVERS_EXECD_REPORT_H_
