// Messages as behaviours send them: of an interface that is nobody's.
#ifndef SERVERS_CONTRACT_MESSAGES_H_
#define SERVERS_CONTRACT_MESSAGES_H_

#include <array>
#include <cstdint>

#include "idl/abi.h"
#include "idl/kernel/endpoint.h"
#include "servers/contract/world.h"
#include "servers/runtime/ipc.h"

namespace tessera::contract {

// A tag with so many words and capabilities, and the shape of an answer.
constexpr std::uint32_t tag(unsigned words, unsigned capabilities = 0) {
  return 0x0700'0000U | abi::message_code(words) | capabilities << abi::kTagCapabilitiesShift;
}
constexpr std::uint32_t shape(unsigned words, unsigned capabilities = 0) {
  return tag(words, capabilities) & 0xff;
}

using Words = std::array<std::uint64_t, abi::kMessageRegisters>;
constexpr Words words_of(const auto& message) {
  return {message.w0, message.w1, message.w2, message.w3, message.w4, message.w5};
}

// One word, and no reply right.
inline rt::Result<void> send(kernel::Endpoint to, std::uint64_t word,
                             std::uint64_t deadline = abi::kNoDeadline) {
  return to.send(word, 0, 0, 0, 0, 0, tag(1), deadline, 0, 0, 0);
}

// One word.
inline rt::Result<kernel::Endpoint::CallResult> call(kernel::Endpoint to, std::uint64_t word) {
  return to.call(word, 0, 0, 0, 0, 0, tag(1));
}
inline rt::Result<kernel::Endpoint::CallWithResult> call_until(kernel::Endpoint to,
                                                               std::uint64_t word,
                                                               std::uint64_t deadline) {
  return to.call_with(word, 0, 0, 0, 0, 0, tag(1), deadline, 0, 0, 0);
}
// No words, and one capability.
inline rt::Result<kernel::Endpoint::CallWithResult> call_giving(kernel::Endpoint to,
                                                                rt::Slot capability) {
  return to.call_with(0, 0, 0, 0, 0, 0, tag(0, 1), abi::kNoDeadline, capability.index, 0, 0);
}

// Answers the calling thread's caller and waits for nothing: through a Reply object.
rt::Result<void> answer(const Words& words, std::uint32_t answer_shape, std::int32_t status = 0);

}  // namespace tessera::contract

#endif  // SERVERS_CONTRACT_MESSAGES_H_
