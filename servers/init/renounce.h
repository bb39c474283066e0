// The end of init's power: what it needed to start the system, it gives back.
#ifndef SERVERS_INIT_RENOUNCE_H_
#define SERVERS_INIT_RENOUNCE_H_

#include "servers/init/failure.h"

namespace tessera::init {

// Afterwards init can wait for its events, ask how a task is, and print; it holds no memory, no
// task, no identities and no capability to its own CSpace, so it cannot get any of them back.
Result<void> renounce();

}  // namespace tessera::init

#endif  // SERVERS_INIT_RENOUNCE_H_
