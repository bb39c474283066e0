// The end of init's power: what it needed to start the system, it gives back.
#ifndef SERVERS_INIT_RENOUNCE_H_
#define SERVERS_INIT_RENOUNCE_H_

#include "idl/manifest.h"
#include "servers/init/failure.h"

namespace tessera::init {

// Afterwards init can wait for its events, ask how a task is, print, mint what services are called
// with, and revoke the quotas that its tasks were made from. Of the images that the manifest has it
// start again it also has what that takes: of each the right to name a task so, in its own quota,
// with its own devices. It can make and name no other task, and has no memory but these quotas.
// Docs/adr/0011 says why it keeps so much.
Result<void> renounce(const manifest::Manifest& manifest);

// What init keeps, by the slot.
bool is_kept(const manifest::Manifest& manifest, rt::Slot slot);

}  // namespace tessera::init

#endif  // SERVERS_INIT_RENOUNCE_H_
