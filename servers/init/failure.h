// Why init could not do a step: as whoever makes tasks says it.
#ifndef SERVERS_INIT_FAILURE_H_
#define SERVERS_INIT_FAILURE_H_

#include "servers/process/failure.h"
#include "servers/runtime/text.h"
#include "servers/runtime/try.h"

namespace tessera::init {

using process::failed;
using process::Failure;
using process::Result;
using process::step;

}  // namespace tessera::init

#endif  // SERVERS_INIT_FAILURE_H_
