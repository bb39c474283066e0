// That init has really given up its power, asked of the kernel: of what makes or names any task
// always, of the rest as far as renounce.h says that it does not keep it.
#ifndef SERVERS_INIT_POWERLESS_H_
#define SERVERS_INIT_POWERLESS_H_

#include "idl/manifest.h"
#include "servers/init/failure.h"

namespace tessera::init {

// Fails, with the name of the first power that is left. Tries nothing that does harm if it works.
Result<void> confirm_powerless(const manifest::Manifest& manifest);

}  // namespace tessera::init

#endif  // SERVERS_INIT_POWERLESS_H_
