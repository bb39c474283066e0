// The end of init's power: what it needed to start the system, it gives back.
#ifndef SERVERS_INIT_RENOUNCE_H_
#define SERVERS_INIT_RENOUNCE_H_

#include "servers/init/failure.h"

namespace tessera::init {

// Afterwards init can wait for its events, ask how a task is, print, and revoke the quotas that its
// tasks were made from. It can make and name no task, reaches no device and no service but the
// console, and has no memory but what a task that ended leaves.
Result<void> renounce();

}  // namespace tessera::init

#endif  // SERVERS_INIT_RENOUNCE_H_
