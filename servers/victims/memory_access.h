// Loads, stores and jumps that the compiler does not look into: to it, each victim would be
// undefined behaviour, which it may take for "never happens".
#ifndef SERVERS_VICTIMS_MEMORY_ACCESS_H_
#define SERVERS_VICTIMS_MEMORY_ACCESS_H_

#include <cstdint>

namespace tessera::victims {

inline void load(std::uint64_t address) {
  std::uint64_t value;
  asm volatile("ld %0, 0(%1)" : "=r"(value) : "r"(address) : "memory");
}

inline void store(std::uint64_t address) {
  asm volatile("sd zero, 0(%0)" : : "r"(address) : "memory");
}

inline void jump(std::uint64_t address) {
  asm volatile("jalr ra, 0(%0)" : : "r"(address) : "ra", "memory");
}

// Where the kernel's image is (kernel/arch/riscv64): the machine's RAM begins at 0x8000'0000, and
// OpenSBI hands over at 0x8020'0000 above it.
inline constexpr std::uint64_t kKernelText = 0xffff'ffff'8020'0000;

}  // namespace tessera::victims

#endif  // SERVERS_VICTIMS_MEMORY_ACCESS_H_
