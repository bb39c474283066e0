// SELFTEST: the phases of the proof ladder that a task can check from inside.
#include <cstdint>
#include <string_view>

#include "servers/runtime/print.h"
#include "servers/runtime/start.h"
#include "servers/selftest/exec_phase.h"
#include "servers/selftest/ipc_phase.h"
#include "servers/selftest/mmio_phase.h"
#include "servers/selftest/policy_phase.h"
#include "servers/selftest/qos_phase.h"
#include "servers/selftest/rng_phase.h"
#include "servers/selftest/timed_phase.h"
#include "servers/selftest/verdict.h"
#include "servers/selftest/vmo_phase.h"

namespace tessera {

namespace {

struct Check {
  std::string_view name;
  selftest::Result<void> (*run)();
};

// In the order of the ladder.
constexpr Check kChecks[] = {
    {"qos", selftest::qos},
    {"timed coalesce", selftest::timed_coalesce},
    {"mmio map", selftest::mmio_map},
    {"cap query mmio", selftest::cap_query_mmio},
    {"cap query vmo", selftest::cap_query_vmo},
    {"ipc payload roundtrip", selftest::ipc_payload_roundtrip},
    {"ipc deadline timeout", selftest::ipc_deadline_timeout},
    {"ipc sender identity", selftest::ipc_sender_identity},
    {"ipc cap transfer", selftest::ipc_cap_transfer},
    {"vmo share", selftest::vmo_share},
    {"vmo seal", selftest::vmo_seal},
    {"vmo revoke unmaps", selftest::vmo_revoke_unmaps},
    {"policy allow", selftest::policy_allow},
    {"policy deny", selftest::policy_deny},
    {"mmio policy deny", selftest::mmio_policy_deny},
    {"policy spoof denied", selftest::policy_spoof_denied},
    {"policy malformed", selftest::policy_malformed},
    {"policy silent denied", selftest::policy_silent_denied},
    {"e2e exec-elf", selftest::e2e_exec_elf},
    {"child exit", selftest::child_exit},
    {"crash report", selftest::crash_report},
    {"exec denied", selftest::exec_denied},
    {"execd malformed", selftest::execd_malformed},
    {"reap storm", selftest::reap_storm},
    {"rng", selftest::rng},
};

}  // namespace

extern "C" std::int32_t server_main(std::uint64_t argument) {
  selftest::take_exec_options(rt::argument_text(argument));
  for (const Check& check : kChecks) {
    if (!selftest::report(check.name, check.run())) return 1;
  }
  rt::print("end");
  return 0;
}

}  // namespace tessera
