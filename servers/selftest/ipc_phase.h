// The phase "ipc": messages between this task and partner, another.
#ifndef SERVERS_SELFTEST_IPC_PHASE_H_
#define SERVERS_SELFTEST_IPC_PHASE_H_

#include "servers/selftest/verdict.h"

namespace tessera::selftest {

Result<void> ipc_payload_roundtrip();
Result<void> ipc_deadline_timeout();
Result<void> ipc_sender_identity();
Result<void> ipc_cap_transfer();

}  // namespace tessera::selftest

#endif  // SERVERS_SELFTEST_IPC_PHASE_H_
