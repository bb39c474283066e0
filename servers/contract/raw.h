// Code that holds a known value in every register when it enters the kernel, and stores every
// register when it is back: what no compiler lets one say.
#ifndef SERVERS_CONTRACT_RAW_H_
#define SERVERS_CONTRACT_RAW_H_

#include <cstdint>

namespace tessera::contract {

// raw.S knows its layout. Index: the register's number; 0 and tp are not used (tp is the block's
// address).
struct RawRegisters {
  std::uint64_t in[32];
  std::uint64_t out[32];
  std::uint64_t saved[16];  // what the caller must find again
  std::uint64_t done;       // 1 when raw_capture has stored all
};

inline constexpr unsigned kRa = 1;
inline constexpr unsigned kSp = 2;
inline constexpr unsigned kGp = 3;
inline constexpr unsigned kTp = 4;
inline constexpr unsigned kT0 = 5;
inline constexpr unsigned kT1 = 6;
inline constexpr unsigned kT2 = 7;
inline constexpr unsigned kA0 = 10;
inline constexpr unsigned kA6 = 16;
inline constexpr unsigned kA7 = 17;
inline constexpr unsigned kT3 = 28;
inline constexpr unsigned kT4 = 29;
inline constexpr unsigned kT5 = 30;
inline constexpr unsigned kT6 = 31;

// A value for each register that is no other's, and no valid anything. t6's is a number of rounds
// that takes long.
constexpr std::uint64_t raw_value(std::uint64_t number) {
  return number == kT6 ? 4'000'000'000 : 0x5a5a'0000'0000'a5a5 | number << 24;
}

extern "C" {
// Loads all of `in`, makes the system call, stores all into `out`.
void raw_call(RawRegisters* block);
// Loads all of `in`, faults by an ebreak of four bytes, which its handler steps over, and stores
// all into `out`.
void raw_break(RawRegisters* block);
// Loads all of `in`, counts t6 down to 0 without a call, stores all into `out`.
void raw_spin(RawRegisters* block);
// Loads all of `in`; then, t6 times: each register but tp and t6 becomes its sum with the one below
// it, and ra with t5. Stores all into `out`. No call.
void raw_churn(RawRegisters* block);
// Where a thread begins whose tp is a block: stores all into `out`, and waits for ever.
void raw_capture();
}

}  // namespace tessera::contract

#endif  // SERVERS_CONTRACT_RAW_H_
