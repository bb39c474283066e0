// Every system call of idl/kernel_calls.h with all in order, and one thing after the other wrong.
//
// What the IDL does not have is here and in call_fixture.cc: objects of every type to name, and a
// value of each parameter that the call takes.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "idl/kernel_calls.h"
#include "kernel/testing/outcome.h"
#include "kernel/testing/world.h"

namespace tessera::testing {

// Registers of the ABI.
inline constexpr unsigned kT0 = 5, kT1 = 6, kT2 = 7, kT3 = 28, kT4 = 29;
inline constexpr unsigned kA0 = 10, kA1 = 11, kA2 = 12, kA3 = 13, kA4 = 14, kA5 = 15, kA6 = 16;

const calls::Call& call_of(abi::SystemCall number);

// A word of the parameter, which is no capability, that its call accepts in a CallTest.
std::uint64_t good_word(const calls::Call& call, const calls::Parameter& parameter);

// A register that must name a capability: the invoked one's, or a parameter's.
struct Place {
  unsigned reg;
  unsigned argument;  // 0: the invoked one
  abi::ObjectType type;
  std::uint8_t needs;
};
std::vector<Place> capability_places(const calls::Call& call);

class CallTest : public ::testing::Test {
 protected:
  // Where the first task has an object of each type to invoke, another to give as an argument, and
  // one that no call takes, in order of ObjectType. Nothing else is in 400 to 511.
  static constexpr std::uint32_t kInvoked = 400;
  static constexpr std::uint32_t kArgument = 420;
  static constexpr std::uint32_t kOther = 440;
  static constexpr std::uint32_t kEmpty = 500;

  CallTest();

  static std::uint32_t slot_for(const Place& place) {
    return (place.argument == 0 ? kInvoked : kArgument) + std::to_underlying(place.type);
  }
  // The actor's registers: the call with all in order.
  void prepare(const calls::Call& call);
  // Makes the call that was prepared, and expects the refusal, nothing else in its registers, and
  // that nothing has changed. The Snapshot was made before.
  void expect_rejected(Snapshot& before, const calls::Call& call, std::int32_t status,
                       abi::Detail detail, unsigned argument);
  // The same of the call with all in order but for one register.
  void expect_rejected(const calls::Call& call, unsigned reg, std::uint64_t value,
                       std::int32_t status, abi::Detail detail, unsigned argument);

  World world{std::uint64_t{1} << 20};

 private:
  void make(abi::ObjectType type, std::uint32_t slot);
};

}  // namespace tessera::testing
