// Include this before any header of Cap'n Proto 0.9. It gives kj the comparisons that the library
// leaves out from C++20 on, where it counts on rewritten operators that C++23 took back (P2468).
#ifndef TESSERA_KJ_CXX23_H_
#define TESSERA_KJ_CXX23_H_

#include <kj/string.h>

namespace kj {

inline bool operator==(const char* a, const StringPtr& b) { return b == StringPtr(a); }
inline bool operator!=(const char* a, const StringPtr& b) { return !(b == StringPtr(a)); }

}  // namespace kj

#endif  // TESSERA_KJ_CXX23_H_
