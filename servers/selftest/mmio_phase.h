// The phase "mmio": a device's registers, which this task was given and may map, and what the
// kernel says of capabilities to them and to memory.
#ifndef SERVERS_SELFTEST_MMIO_PHASE_H_
#define SERVERS_SELFTEST_MMIO_PHASE_H_

#include "servers/selftest/verdict.h"

namespace tessera::selftest {

Result<void> mmio_map();
Result<void> cap_query_mmio();
Result<void> cap_query_vmo();

}  // namespace tessera::selftest

#endif  // SERVERS_SELFTEST_MMIO_PHASE_H_
