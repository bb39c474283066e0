// Makes the task of one image of the manifest, with all that it is given, and starts it.
#ifndef SERVERS_INIT_SPAWN_H_
#define SERVERS_INIT_SPAWN_H_

#include <cstddef>
#include <string_view>

#include "bootimage/bundle.h"
#include "idl/manifest.h"
#include "servers/init/failure.h"

namespace tessera::init {

// The services that the image uses must have been spawned. Of the image, init keeps the quota, the
// task, the endpoint and a capability to watch it (layout.h); the rest is the task's alone. The
// task finds `argument` at the address that it begins with, or 0 when it is empty.
Result<void> spawn(const manifest::Manifest& manifest, std::size_t index,
                   const bundle::Bundle& bundle, std::string_view argument);

}  // namespace tessera::init

#endif  // SERVERS_INIT_SPAWN_H_
