// The phase "timed": timers and sleeps of the running system, from outside.
#ifndef SERVERS_SELFTEST_TIMED_PHASE_H_
#define SERVERS_SELFTEST_TIMED_PHASE_H_

#include "servers/selftest/verdict.h"

namespace tessera::selftest {

Result<void> timed_coalesce();

}  // namespace tessera::selftest

#endif  // SERVERS_SELFTEST_TIMED_PHASE_H_
