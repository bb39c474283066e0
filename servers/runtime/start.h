// What a task begins with. A program defines server_main; the rest is here.
#ifndef SERVERS_RUNTIME_START_H_
#define SERVERS_RUNTIME_START_H_

#include <cstdint>
#include <string_view>

namespace tessera {

// The program. `argument` is what Thread.start was given: of a task that init made, the address of
// its text on the kernel's command line, or 0. The result becomes the task's status.
extern "C" std::int32_t server_main(std::uint64_t argument);

namespace rt {

// What init gave a task as its argument: the TEXT of a word `NAME=TEXT` on the kernel's command
// line.
inline std::string_view argument_text(std::uint64_t argument) {
  return argument == 0 ? std::string_view() : reinterpret_cast<const char*>(argument);
}

}  // namespace rt

}  // namespace tessera

#endif  // SERVERS_RUNTIME_START_H_
