// A task that answers, in an address space of its own: for messages whose words lie in the IPC
// buffers, and for capabilities. Both sides use the kernel's stubs, so that what is counted is the
// call, and not what a service makes of its words.
#ifndef SERVERS_BENCH_PARTNER_H_
#define SERVERS_BENCH_PARTNER_H_

#include <cstdint>

#include "idl/kernel/endpoint.h"
#include "servers/bench/arena.h"

namespace tessera::bench {

// Messages of no interface. A tag, and an answer's shape.
constexpr std::uint32_t tag(unsigned words, unsigned capabilities) {
  return 0x0700'0000U | abi::message_code(words) | capabilities << abi::kTagCapabilitiesShift;
}
constexpr std::uint32_t shape(unsigned words) { return abi::message_code(words); }

// Words of the long message, and those that lie in a buffer.
inline constexpr unsigned kLongWords = 64;
inline constexpr unsigned kInBuffer = kLongWords - abi::kMessageRegisters;

// Each answers with the message's tag as the first word.
// A long message comes back as it lies in the buffer, but for the last word: its complement.
void answer_long(std::uint64_t);
// Of a capability; a notification is signalled when the message's first word is kUse.
void answer_capability(std::uint64_t);
inline constexpr std::uint64_t kUse = 1;

// Starts the partner, and gives the endpoint where it answers.
Result<kernel::Endpoint> start_partner(Arena& arena, void (*answer)(std::uint64_t));

}  // namespace tessera::bench

#endif  // SERVERS_BENCH_PARTNER_H_
