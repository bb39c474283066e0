// Makes the task of one image of the manifest, with all that it is given, and starts it.
#ifndef SERVERS_INIT_SPAWN_H_
#define SERVERS_INIT_SPAWN_H_

#include <cstddef>
#include <string_view>

#include "bootimage/bundle.h"
#include "idl/manifest.h"
#include "servers/init/endowment.h"
#include "servers/init/failure.h"

namespace tessera::init {

// Once for each image: its quota, and masters of what is minted for it whenever it is started.
Result<void> take_what_starts_it(const manifest::Manifest& manifest, std::size_t index);

// Out of its quota, of which nothing is used. It is given those of the services that it uses which
// `may_use` allows. Of the image, init keeps the quota, the task, its thread, the endpoint to send
// to and a capability to watch it (layout.h); the rest is the task's alone. The task finds
// `argument` at the address that it begins with, or 0 when it is empty.
Result<void> spawn(const manifest::Manifest& manifest, std::size_t index,
                   const bundle::Bundle& bundle, std::string_view argument, const MayUse& may_use);

}  // namespace tessera::init

#endif  // SERVERS_INIT_SPAWN_H_
