// What the image `child` leaves to be seen: in its registers when it faults, and in the memory that
// it was given.
#ifndef SERVERS_CHILD_CRASH_H_
#define SERVERS_CHILD_CRASH_H_

#include <cstdint>

namespace tessera::child {

inline constexpr std::uint64_t kNowhere = 0x7'0000'1000;  // a user address where nothing is mapped
inline constexpr std::uint64_t kMark = 0x0123'4567'89ab'cdef;
// Where they are (RISC-V psABI 1.0, "Integer Register Convention"): s2 and s3.
inline constexpr unsigned kNowhereIn = 18;
inline constexpr unsigned kMarkIn = 19;

// In that memory, a byte each: its class, and whether it can reach anybody.
inline constexpr std::uint64_t kClassAt = 0x800;
inline constexpr std::uint64_t kReachAt = 0x801;

}  // namespace tessera::child

#endif  // SERVERS_CHILD_CRASH_H_
