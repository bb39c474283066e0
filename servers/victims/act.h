// What a victim has to do wrong. Each image is one of them: what happens to it is init's to report.
#ifndef SERVERS_VICTIMS_ACT_H_
#define SERVERS_VICTIMS_ACT_H_

#include <cstdint>

namespace tessera::victims {

// Does it. Returns only when nothing stopped it, which is the failure: the status that says so.
std::int32_t act();

inline constexpr std::int32_t kNotStopped = 66;

}  // namespace tessera::victims

#endif  // SERVERS_VICTIMS_ACT_H_
