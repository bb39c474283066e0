#ifndef SERVERS_SELFTEST_POLICY_PHASE_H_
#define SERVERS_SELFTEST_POLICY_PHASE_H_

#include "servers/selftest/verdict.h"

namespace tessera::selftest {

// The phase policy: what policyd allows by the manifest, and what it does not. After the phase qos,
// which leaves the capabilities to tasks that these give.
Result<void> policy_allow();
Result<void> policy_deny();
Result<void> mmio_policy_deny();
Result<void> policy_spoof_denied();
Result<void> policy_malformed();

}  // namespace tessera::selftest

#endif  // SERVERS_SELFTEST_POLICY_PHASE_H_
