// How the console comes to the UART.
#ifndef SERVERS_INIT_ATTACH_H_
#define SERVERS_INIT_ATTACH_H_

#include <cstddef>

#include "idl/kernel/boot_info.h"
#include "servers/init/failure.h"

namespace tessera::init {

using UartPlace = kernel::BootInfo::UartResult;

// Tells the console, which is the manifest's image of that number and runs, where the UART is. It
// prints from then on, init's lines too, and the kernel no more.
Result<void> attach_console(std::size_t image, const UartPlace& uart);

}  // namespace tessera::init

#endif  // SERVERS_INIT_ATTACH_H_
