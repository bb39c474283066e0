// What a task begins with. A program defines server_main; the rest is here.
//
// The start-up block, of every task but the first: a0 has the address of the argument's text, which
// is on top of the stack with a zero behind it, or 0; sp is there too, or at the stack's end, a
// multiple of 16; tp has the address of the thread's IPC buffer; capabilities are in
// abi::StartSlot. All other registers are 0.
#ifndef SERVERS_RUNTIME_START_H_
#define SERVERS_RUNTIME_START_H_

#include <cstdint>
#include <string_view>

namespace tessera {

// The program. `argument` is what Thread.start was given: the address of its text
// on the kernel's command line (init), or of what execd was asked to give it, or 0. The result
// becomes the task's status.
extern "C" std::int32_t server_main(std::uint64_t argument);

namespace rt {

// A task's argument: of one that init started, the TEXT of a word `NAME=TEXT` on the kernel's
// command line; of one that execd started, Execd.spawn's.
inline std::string_view argument_text(std::uint64_t argument) {
  return argument == 0 ? std::string_view() : reinterpret_cast<const char*>(argument);
}

}  // namespace rt

}  // namespace tessera

#endif  // SERVERS_RUNTIME_START_H_
