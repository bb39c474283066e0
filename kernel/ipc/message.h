// Where the parts of a message are in a thread's frame: the placement of idl/kernel/endpoint.idl,
// checked whole by the generated decoders before any of this is used, and the meaning of a tag and
// of a shape.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "idl/abi.h"
#include "idl/kernel_calls.h"
#include "idl/wire.h"
#include "kernel/arch/contract/frame.h"

namespace tessera::ipc {

// A parameter of a system call, as its contract has it; another name is an error of the compiler.
[[noreturn]] void there_is_no_such_parameter();
consteval calls::Parameter parameter(abi::SystemCall number, std::string_view name) {
  for (const calls::Call& call : calls::kAll) {
    if (call.number != number) continue;
    for (const calls::Parameter& each : call.parameters) {
      if (each.name == name) return each;
    }
  }
  there_is_no_such_parameter();
}

// The registers of a call with everything are those of all calls and answers that have them.
inline constexpr abi::SystemCall kFull = abi::SystemCall::kEndpointCallWith;
inline constexpr unsigned kFirstWord = parameter(kFull, "w0").place;
inline constexpr unsigned kStatus =
    parameter(abi::SystemCall::kEndpointReplyReceive, "status").place;
inline constexpr unsigned kTag = parameter(kFull, "tag").place;
static_assert(kTag == kStatus);  // of a message that is sent, its tag; of an answer, its status
inline constexpr unsigned kNumber = 17;  // a7, of every call
inline constexpr unsigned kInvoked = 5;  // t0, of every call on a capability
inline constexpr unsigned kDeadline = parameter(kFull, "deadline").place;
inline constexpr unsigned kAnswerShape =
    parameter(abi::SystemCall::kEndpointReplyReceive, "shape").place;
inline constexpr unsigned kCapabilities[] = {
    parameter(kFull, "c0").place, parameter(kFull, "c1").place, parameter(kFull, "c2").place};
static_assert(sizeof(kCapabilities) / sizeof(kCapabilities[0]) == abi::kMessageCapabilities);
static_assert(parameter(kFull, "w5").place == kFirstWord + abi::kMessageRegisters - 1);

constexpr unsigned capability_register(unsigned index) { return kCapabilities[index]; }

inline std::span<std::uint64_t, abi::kMessageRegisters> words(arch::Frame& frame) {
  return std::span<std::uint64_t, abi::kMessageRegisters>(frame.x + kFirstWord,
                                                          abi::kMessageRegisters);
}

// The tags that Endpoint.call takes.
inline constexpr std::uint64_t kLeastTag = parameter(abi::SystemCall::kEndpointCall, "tag").min;
inline constexpr std::uint64_t kGreatestTag = parameter(abi::SystemCall::kEndpointCall, "tag").max;
inline constexpr std::uint64_t kShapeMask = 0xff;

// Words and capabilities: the low byte of a tag, and a shape.
struct Shape {
  std::uint32_t bits = 0;

  constexpr unsigned words() const { return abi::message_words(bits & abi::kTagWordsMask); }
  // Those that do not fit the registers.
  constexpr unsigned long_words() const {
    return words() <= abi::kMessageRegisters ? 0 : words() - abi::kMessageRegisters;
  }
  constexpr unsigned capabilities() const { return bits >> abi::kTagCapabilitiesShift & 3; }
  // No bit beyond a shape's.
  constexpr bool valid() const { return bits <= 0xff; }
};
// Words beyond the registers come in pairs: so many, of a shape that counts any.
constexpr std::uint64_t long_pairs(std::uint64_t shape) {
  return (shape & abi::kTagWordsMask) - abi::kMessageRegisters;
}
static_assert(Shape{abi::kTagWordsMask}.long_words() == 2 * long_pairs(abi::kTagWordsMask));
constexpr Shape shape_of_tag(std::uint32_t tag) { return {tag & 0xff}; }

// Copies the words of the registers that the shape counts; the rest become 0, so that the receiver
// sees what was sent and no more.
inline void copy_words(const arch::Frame& from, arch::Frame& to, Shape shape) {
  for (unsigned i = 0; i < abi::kMessageRegisters; ++i) {
    to.x[kFirstWord + i] = i < shape.words() ? from.x[kFirstWord + i] : 0;
  }
}

// A system call's registers as they are when it is over, before its results are put in: what the
// call ABI clobbers is zero.
inline void clear_temporaries(arch::Frame& frame) {
  frame.x[1] = 0;
  frame.x[3] = 0;
  for (unsigned i = 5; i <= 7; ++i) frame.x[i] = 0;
  for (unsigned i = 10; i <= 17; ++i) frame.x[i] = 0;
  for (unsigned i = 28; i <= 31; ++i) frame.x[i] = 0;
}
// And the saved registers, after a call that receives.
inline void clear_saved(arch::Frame& frame) {
  frame.x[8] = frame.x[9] = 0;
  for (unsigned i = 18; i <= 27; ++i) frame.x[i] = 0;
}

inline void write_error(arch::Frame& frame, std::int32_t status, abi::Detail detail,
                        std::uint8_t argument) {
  clear_temporaries(frame);
  frame.x[16] = static_cast<std::uint64_t>(static_cast<std::int64_t>(status));
  frame.x[kNumber] = abi::detail(detail, argument);
}

}  // namespace tessera::ipc
