// Where the parts of a message are in a thread's frame: the placement of idl/kernel/endpoint.idl,
// checked whole by the generated decoders before any of this is used, and the meaning of a tag and
// of a shape.
#pragma once

#include <cstdint>
#include <span>

#include "idl/abi.h"
#include "idl/wire.h"
#include "kernel/arch/contract/frame.h"

namespace tessera::ipc {

inline constexpr unsigned kFirstWord = 10;   // a0
inline constexpr unsigned kStatus = 16;      // a6; of a message that is sent: its tag
inline constexpr unsigned kNumber = 17;      // a7
inline constexpr unsigned kDeadline = 6;     // t1
inline constexpr unsigned kAnswerShape = 6;  // t1; as the caller finds it: t0

// t2, then t3 and t4.
constexpr unsigned capability_register(unsigned index) { return index == 0 ? 7 : 27 + index; }

inline std::span<std::uint64_t, abi::kMessageRegisters> words(arch::Frame& frame) {
  return std::span<std::uint64_t, abi::kMessageRegisters>(frame.x + kFirstWord,
                                                          abi::kMessageRegisters);
}

// The tags that Endpoint.call takes: those of an interface that is not 0 (endpoint.idl).
inline constexpr std::uint64_t kLeastTag = 0x0100'0000;
inline constexpr std::uint64_t kGreatestTag = 0x7fff'ffff;
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
