// What a task begins with. A program defines server_main; the rest is here.
#ifndef SERVERS_RUNTIME_START_H_
#define SERVERS_RUNTIME_START_H_

#include <cstdint>

namespace tessera {

// The program. `argument` is what Thread.start was given; the result becomes the task's status.
extern "C" std::int32_t server_main(std::uint64_t argument);

}  // namespace tessera

#endif  // SERVERS_RUNTIME_START_H_
