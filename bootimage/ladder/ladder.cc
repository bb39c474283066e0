#include "bootimage/ladder/ladder.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace bootimage {
namespace {

constexpr absl::string_view kBringUp = "bring-up";
constexpr absl::string_view kQos = "qos";
constexpr absl::string_view kTimed = "timed";
constexpr absl::string_view kMmio = "mmio";
constexpr absl::string_view kIpc = "ipc";
constexpr absl::string_view kVmo = "vmo";
constexpr absl::string_view kPolicy = "policy";
constexpr absl::string_view kExec = "exec";
constexpr absl::string_view kRng = "rng";
constexpr absl::string_view kEnd = "end";

constexpr std::array kRows = {
    Row{kBringUp, kKernel, "tessera vers. ", Due::kAlways, Match::kStart},
    Row{kBringUp, kKernel, "KINIT: cpu0 online"},
    Row{kBringUp, kKernel, "KINIT: cpu1 online", Due::kSmp},
    Row{kBringUp, kKernel, "KINIT: cpu# online", Due::kEachHartIfRequired},
    Row{kBringUp, kKernel, "KSELFTEST: smp online ok", Due::kSmp},
    Row{kBringUp, kKernel, "KSELFTEST: ipi counterfactual ok", Due::kSmp},
    Row{kBringUp, kKernel, "KSELFTEST: ipi resched ok", Due::kSmp},
    Row{kBringUp, kKernel, "KSELFTEST: test_reject_invalid_ipi_target_cpu ok", Due::kSmp},
    Row{kBringUp, kKernel, "KSELFTEST: test_reject_offline_cpu_resched ok", Due::kSmp},
    Row{kBringUp, kKernel, "KSELFTEST: work stealing ok", Due::kSmp},
    Row{kBringUp, kKernel, "KSELFTEST: test_reject_steal_above_bound ok", Due::kSmp},
    Row{kBringUp, kKernel, "KSELFTEST: test_reject_steal_higher_qos ok", Due::kSmp},
    Row{kBringUp, kKernel, "KSELFTEST: tlb shootdown counterfactual ok", Due::kSmp},
    Row{kBringUp, kKernel, "KSELFTEST: tlb shootdown ok", Due::kSmp},
    Row{kBringUp, "init", "start"},
    Row{kBringUp, "init", "start console"},
    Row{kBringUp, "init", "up console"},
    Row{kBringUp, "init", "start auditd"},
    Row{kBringUp, "init", "up auditd"},
    Row{kBringUp, "init", "start policyd"},
    Row{kBringUp, "init", "up policyd"},
    Row{kBringUp, "init", "start timed"},
    Row{kBringUp, "init", "up timed"},
    Row{kBringUp, "init", "start execd"},
    Row{kBringUp, "init", "up execd"},
    Row{kBringUp, "policyd", "ready"},
    Row{kBringUp, "timed", "ready"},
    Row{kBringUp, "execd", "ready"},
    Row{kBringUp, "init", "ready"},

    Row{kQos, "SELFTEST", "qos ok"},

    Row{kTimed, "SELFTEST", "timed coalesce ok"},

    Row{kMmio, "SELFTEST", "mmio map ok"},
    Row{kMmio, "SELFTEST", "cap query mmio ok"},
    Row{kMmio, "SELFTEST", "cap query vmo ok"},

    Row{kIpc, "SELFTEST", "ipc payload roundtrip ok"},
    Row{kIpc, "SELFTEST", "ipc deadline timeout ok"},
    Row{kIpc, "SELFTEST", "ipc sender identity ok"},
    Row{kIpc, "SELFTEST", "ipc cap transfer ok"},

    Row{kVmo, "SELFTEST", "vmo share ok"},
    Row{kVmo, "SELFTEST", "vmo seal ok"},
    Row{kVmo, "SELFTEST", "vmo revoke unmaps ok"},

    Row{kPolicy, "SELFTEST", "policy allow ok"},
    Row{kPolicy, "SELFTEST", "policy deny ok"},
    Row{kPolicy, "SELFTEST", "mmio policy deny ok"},
    Row{kPolicy, "SELFTEST", "policy spoof denied ok"},
    Row{kPolicy, "SELFTEST", "policy malformed ok"},
    Row{kPolicy, "SELFTEST", "policy silent denied ok"},

    Row{kExec, "child", "hello"},
    Row{kExec, "execd", "elf load ok image=child", Due::kAlways, Match::kStart},
    Row{kExec, "SELFTEST", "e2e exec-elf ok"},
    Row{kExec, "execd", "child exited", Due::kAlways, Match::kStart},
    Row{kExec, "SELFTEST", "child exit ok"},
    Row{kExec, "execd", "crash report", Due::kAlways, Match::kStart},
    Row{kExec, "SELFTEST", "crash report ok"},
    Row{kExec, "SELFTEST", "exec denied ok"},
    Row{kExec, "SELFTEST", "execd malformed ok"},
    Row{kExec, "SELFTEST", "reap storm ok"},

    Row{kRng, "SELFTEST", "rng ok"},

    Row{kEnd, "SELFTEST", "end"},
};

}  // namespace

std::span<const Row> ladder_rows() { return kRows; }

std::vector<absl::string_view> ladder_phases() {
  std::vector<absl::string_view> phases;
  for (const Row& row : kRows) {
    if (phases.empty() || phases.back() != row.phase) phases.push_back(row.phase);
  }
  return phases;
}

std::string Marker::on_console() const {
  return source == kKernel ? text : absl::StrCat(source, ": ", text);
}

std::vector<Marker> due_markers(std::span<const Row> rows, const Machine& machine) {
  std::vector<Marker> markers;
  absl::string_view phase_name;
  std::size_t phases = 0;
  for (const Row& row : rows) {
    if (row.phase != phase_name) ++phases;
    phase_name = row.phase;
    const Marker marker{.phase = phases - 1,
                        .source = row.source,
                        .text = std::string(row.text),
                        .match = row.match};
    switch (row.due) {
      case Due::kAlways:
        markers.push_back(marker);
        break;
      case Due::kSmp:
        if (machine.harts >= 2) markers.push_back(marker);
        break;
      case Due::kEachHartIfRequired:
        for (std::uint32_t hart = 2; machine.require_smp && hart < machine.harts; ++hart) {
          markers.push_back(marker);
          markers.back().text = absl::StrReplaceAll(row.text, {{"#", absl::StrCat(hart)}});
        }
        break;
    }
  }
  return markers;
}

}  // namespace bootimage
