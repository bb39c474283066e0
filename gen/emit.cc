#include "gen/emit.h"

namespace kidl {

void emit_cxx(const System& system, Output& output) {
  emit_wire(system, output);
  emit_constants(system, output);
  emit_asm(system, output);
  emit_syscalls(system, output);
  emit_decode(system, output);
  emit_call_table(system, output);
  if (system.find("Endpoint") == nullptr || system.find("Reply") == nullptr) return;  // no services
  emit_client(system, output);
  emit_server(system, output);
  emit_message(system, output);
  emit_fake(system, output);
  emit_reject(system, output);
  emit_relay(system, output);
  emit_fuzz(system, output);
}

}  // namespace kidl
