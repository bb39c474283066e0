// The end of a task.
#ifndef SERVERS_RUNTIME_EXIT_H_
#define SERVERS_RUNTIME_EXIT_H_

#include <cstdint>

namespace tessera::rt {

// Ends the calling thread's task; its supervisor is told `status`.
[[noreturn]] void exit(std::int32_t status);

}  // namespace tessera::rt

#endif  // SERVERS_RUNTIME_EXIT_H_
