// The phase "exec": programs that execd starts for this task, and takes back.
#ifndef SERVERS_SELFTEST_EXEC_PHASE_H_
#define SERVERS_SELFTEST_EXEC_PHASE_H_

#include <string_view>

#include "servers/selftest/verdict.h"

namespace tessera::selftest {

// What the command line says: `storm=N`, how many rounds the storm has.
void take_exec_options(std::string_view argument);

Result<void> e2e_exec_elf();
Result<void> child_exit();
Result<void> crash_report();
Result<void> exec_denied();
Result<void> execd_malformed();
Result<void> reap_storm();

}  // namespace tessera::selftest

#endif  // SERVERS_SELFTEST_EXEC_PHASE_H_
