// Faults as their handler sees them: for behaviours that handle those of their own workers.
#ifndef SERVERS_CONTRACT_FAULT_PORT_H_
#define SERVERS_CONTRACT_FAULT_PORT_H_

#include <cstdint>

#include "idl/abi.h"
#include "idl/kernel/endpoint.h"
#include "idl/kernel/thread.h"
#include "idl/service/fault_handler.h"
#include "servers/contract/world.h"

namespace tessera::contract {

// What a handler is told.
struct Told {
  abi::FaultCause cause;
  std::uint64_t address;
  std::uint64_t pc;
  std::uint64_t badge;
};

// The badge that faults of prepare_handled's workers come with.
inline constexpr std::uint64_t kFaultBadge = 31;

// A worker whose faults come to the endpoint.
Worker prepare_handled(kernel::Endpoint to, Work work, std::uint64_t argument = 0,
                       Where where = Where::current());
inline Worker spawn_handled(kernel::Endpoint to, Work work, std::uint64_t argument = 0,
                            Where where = Where::current()) {
  const Worker worker = prepare_handled(to, work, argument, where);
  start(worker, where);
  return worker;
}

// Waits for the next fault; answer_fault answers it.
Told receive_fault(kernel::Endpoint from, Where where = Where::current());
void answer_fault(service::FaultAction action, std::int32_t status = 0,
                  Where where = Where::current());
inline void let_go_on(Where where = Where::current()) {
  answer_fault(service::FaultAction::kResume, 0, where);
}

// Registers of a thread that waits for its handler; x0 stands for the pc.
std::uint64_t get_register(kernel::Thread thread, unsigned x, Where where = Where::current());
void set_register(kernel::Thread thread, unsigned x, std::uint64_t value,
                  Where where = Where::current());
inline constexpr unsigned kPc = 0;

}  // namespace tessera::contract

#endif  // SERVERS_CONTRACT_FAULT_PORT_H_
