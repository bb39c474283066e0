// The RISC-V integer registers that a system call uses, by name and number.
#ifndef GEN_REGISTERS_H_
#define GEN_REGISTERS_H_

#include <array>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace kidl {

inline constexpr int kT0 = 5;
inline constexpr int kA0 = 10;
inline constexpr int kA6 = 16;
inline constexpr int kA7 = 17;

inline constexpr std::array<std::pair<absl::string_view, int>, 15> kRegisters = {{{"t0", 5},
                                                                                  {"t1", 6},
                                                                                  {"t2", 7},
                                                                                  {"t3", 28},
                                                                                  {"t4", 29},
                                                                                  {"t5", 30},
                                                                                  {"t6", 31},
                                                                                  {"a0", 10},
                                                                                  {"a1", 11},
                                                                                  {"a2", 12},
                                                                                  {"a3", 13},
                                                                                  {"a4", 14},
                                                                                  {"a5", 15},
                                                                                  {"a6", 16},
                                                                                  {"a7", 17}}};

// Of a register that an .idl may name; -1 for others. a7 has the call's number, and the detail.
constexpr int register_number(absl::string_view name) {
  for (const auto& [each, number] : kRegisters) {
    if (each == name && number != kA7) return number;
  }
  return -1;
}

constexpr absl::string_view register_name(int number) {
  for (const auto& [each, its] : kRegisters) {
    if (its == number) return each;
  }
  return "?";
}

}  // namespace kidl

#endif  // GEN_REGISTERS_H_
