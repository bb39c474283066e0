// What the console does with a message. It owns the UART from `attach` on.
#ifndef SERVERS_CONSOLE_SERVER_H_
#define SERVERS_CONSOLE_SERVER_H_

#include <cstdint>

#include "idl/kernel/task.h"
#include "idl/kernel/vmo.h"
#include "idl/service/console.h"
#include "servers/console/line_table.h"
#include "servers/console/stamp.h"
#include "servers/console/uart.h"
#include "servers/runtime/ipc.h"

namespace tessera::console {

class Server {
 public:
  // `device`: the Vmo of the UART's pages, to be mapped into `task`, which is the console's own.
  constexpr Server(const Names& names, kernel::Vmo device, kernel::Task task)
      : names_(names), device_(device), task_(task) {}

  rt::Result<void> attach(const rt::Caller& caller, std::uint32_t offset, std::uint8_t shift);
  rt::Result<void> write(const rt::Caller& caller, std::uint64_t w0, std::uint64_t w1,
                         std::uint64_t w2, std::uint64_t w3, std::uint64_t w4, std::uint8_t length);

 private:
  Names names_;
  kernel::Vmo device_;
  kernel::Task task_;
  LineTable lines_;
  Uart uart_;
  bool attached_ = false;
};

}  // namespace tessera::console

#endif  // SERVERS_CONSOLE_SERVER_H_
