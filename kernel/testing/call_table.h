// Every system call's register parameters, as idl/kernel/*.idl has them: for tests that go through
// all of them.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "idl/abi.h"
#include "idl/system_call.h"

namespace tessera::testing {

enum class Kind { kU8, kU32, kI32, kEnum, kRange, kCapability };

struct Parameter {
  unsigned place;     // x register
  unsigned argument;  // counted from 1
  Kind kind;
  std::uint64_t good = 0;     // a value that is in order, if any is for every state
  std::uint64_t last = 0;     // kEnum, kRange: the greatest that is
  abi::ObjectType type = {};  // kCapability: its type, and the rights that it needs
  std::uint8_t rights = 0;
};

struct Call {
  abi::SystemCall number;
  abi::ObjectType invoked;  // null: none
  std::uint8_t rights;      // that it needs
  // But for those of 64 bits, which any register is.
  std::vector<Parameter> parameters;
};

const std::vector<Call>& all_calls();

// Slots where a test of the table has the object of an index parameter: an empty one, and an
// Endpoint.
inline constexpr std::uint32_t kEmptySlot = 100;
inline constexpr std::uint32_t kEndpointSlot = 405;

// Registers of the ABI.
inline constexpr unsigned kT0 = 5, kT1 = 6, kT2 = 7, kT3 = 28, kT4 = 29;
inline constexpr unsigned kA0 = 10, kA1 = 11, kA2 = 12, kA3 = 13, kA4 = 14, kA5 = 15, kA6 = 16;

}  // namespace tessera::testing
