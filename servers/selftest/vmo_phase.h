// The phase "vmo": memory that this task and partner share.
#ifndef SERVERS_SELFTEST_VMO_PHASE_H_
#define SERVERS_SELFTEST_VMO_PHASE_H_

#include "servers/selftest/verdict.h"

namespace tessera::selftest {

Result<void> vmo_share();
Result<void> vmo_seal();
Result<void> vmo_revoke_unmaps();

}  // namespace tessera::selftest

#endif  // SERVERS_SELFTEST_VMO_PHASE_H_
