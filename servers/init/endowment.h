// What a new task finds in its start slots: only what the manifest says, with only the rights that
// it needs.
#ifndef SERVERS_INIT_ENDOWMENT_H_
#define SERVERS_INIT_ENDOWMENT_H_

#include <cstddef>

#include "idl/manifest.h"
#include "servers/init/failure.h"
#include "servers/process/loader.h"

namespace tessera::init {

// Last of all that comes from its quota: a grant of memory is what is left of it.
Result<void> endow(const manifest::Manifest& manifest, std::size_t index,
                   const process::Child& child);

}  // namespace tessera::init

#endif  // SERVERS_INIT_ENDOWMENT_H_
