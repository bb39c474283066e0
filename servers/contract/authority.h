// What the suite's own authority does for a behaviour, which has none: a task with the suite's
// identity does it.
#ifndef SERVERS_CONTRACT_AUTHORITY_H_
#define SERVERS_CONTRACT_AUTHORITY_H_

#include "idl/abi.h"
#include "servers/contract/world.h"

namespace tessera::contract {

// Starts it and waits until it has ended, whatever the classes of the two: this one does not look
// again and again.
void run_to_its_end(const Space& space);

// Has the class of a task set by who may.
void set_by_authority(rt::Slot task, abi::QosClass c);

}  // namespace tessera::contract

#endif  // SERVERS_CONTRACT_AUTHORITY_H_
