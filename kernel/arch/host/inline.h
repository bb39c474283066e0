// No function of the contract is inline on the host: machine.cc has all of them.
#pragma once

#include <cstdint>

namespace tessera::arch {

inline constexpr std::uintptr_t kPointerSign = 0;

}  // namespace tessera::arch
