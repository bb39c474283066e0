// The phase "rng": random bytes, which a driver in a task of its own has from a device by
// interrupt.
#ifndef SERVERS_SELFTEST_RNG_PHASE_H_
#define SERVERS_SELFTEST_RNG_PHASE_H_

#include "servers/selftest/verdict.h"

namespace tessera::selftest {

Result<void> rng();

}  // namespace tessera::selftest

#endif  // SERVERS_SELFTEST_RNG_PHASE_H_
