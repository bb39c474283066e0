// Instructions that do nothing, by which a trace of the machine knows what belongs to a sample
// (bootimage/profile). They stand outside of what is counted.
//
// SLTI with the destination x0 is a hint that the specification leaves to whoever wants one: The
// RISC-V Instruction Set Manual, volume I, "RV32I HINT instructions", designated for custom use.
#ifndef SERVERS_BENCH_MARKS_H_
#define SERVERS_BENCH_MARKS_H_

#include <cstdint>

namespace tessera::bench {

// The immediate.
enum class Mark : std::uint16_t {
  kBegin = 0x5e1,   // the counter is read next; the sample begins with the last read before its end
  kEnd = 0x5e2,     // the instruction before read the counter
  kEndRow = 0x5e3,  // of one row of the table all samples have come
};

// slti zero, zero, mark
constexpr std::uint32_t code_of(Mark mark) {
  return static_cast<std::uint32_t>(mark) << 20 | 0b010U << 12 | 0b0010011U;
}

// rdinstret: csrrs rd, instret, x0
constexpr bool reads_counter(std::uint32_t code) { return (code & 0xffff'f07fU) == 0xc020'2073U; }

}  // namespace tessera::bench

#endif  // SERVERS_BENCH_MARKS_H_
