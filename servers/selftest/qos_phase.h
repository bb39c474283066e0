#ifndef SERVERS_SELFTEST_QOS_PHASE_H_
#define SERVERS_SELFTEST_QOS_PHASE_H_

#include "servers/selftest/verdict.h"

namespace tessera::selftest {

// The phase qos: its own class, which it lowers and cannot raise; nobody's authority but one's own.
Result<void> qos();

}  // namespace tessera::selftest

#endif  // SERVERS_SELFTEST_QOS_PHASE_H_
