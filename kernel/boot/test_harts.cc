// The self-test of several harts, on the mechanisms that the kernel lives by.
#include "kernel/boot/test_harts.h"

#include "kernel/arch/early_console.h"
#include "kernel/boot/harts.h"
#include "kernel/boot/wait.h"
#include "kernel/object/state.h"

namespace tessera::boot {
namespace {

using arch::print;

// Long for an interrupt on the way.
constexpr Nanoseconds kMoment{2'000'000};

// Where an interrupt from one hart to another has been.
struct Trail {
  std::uint32_t asked, sent, taken, answered;
  bool operator==(const Trail&) const = default;
};
Trail trail(const Hart& from, const Hart& to) {
  return {from.ipi.asked.load(), from.ipi.sent.load(), to.ipi.taken.load(), to.ipi.answered.load()};
}
Trail operator+(Trail a, const Trail& b) {
  return {a.asked + b.asked, a.sent + b.sent, a.taken + b.taken, a.answered + b.answered};
}

// It is awake, or asleep with nothing to do: what it was asked for before is done.
bool wait_for_rest(const Hart& hart) {
  return wait_until([&hart] { return !hart.ipi.requested.load(); });
}

bool suppressed_request_is_not_seen(Hart& self, Hart& other) {
  const Trail before = trail(self, other);
  if (!ipi::request(self, other, ipi::Send::kSuppressed)) return false;
  static_cast<void>(wait_until([] { return false; }, kMoment));
  const bool unseen = trail(self, other) == before + Trail{1, 0, 0, 0};
  other.ipi.requested.store(false);
  return unseen;
}

bool request_arrives(Hart& self, Hart& other) {
  const Trail due = trail(self, other) + Trail{1, 1, 1, 1};
  if (!ipi::request(self, other)) return false;
  return wait_until([&] { return trail(self, other) == due; });
}

// By what every affinity goes through: whoever is named there is sent threads, and interrupts.
bool names_only_harts_that_are_online() {
  const std::uint32_t online = ipi::online.load();
  for (unsigned bit = 0; bit < 32; ++bit) {
    const std::uint32_t hart = std::uint32_t{1} << bit;
    const bool is_online = (online & hart) != 0;
    if (check_harts(hart).has_value() != is_online) return false;
    if (check_harts(online | hart).has_value() != is_online) return false;
  }
  return true;
}

bool refuses_offline(Hart& self) {
  static constinit Hart never_started;
  const Trail before = trail(self, never_started);
  const Result<void> refused = ipi::request(self, never_started);
  return !refused && refused.error().status == abi::kEbusy &&
         trail(self, never_started) == before && !never_started.ipi.requested.load();
}

}  // namespace

void result(std::string_view name, bool ok) {
  print("KSELFTEST: ");
  print(name);
  print(ok ? " ok\n" : " FAIL\n");
  if (!ok) arch::shut_down(true);
}

void test_harts(const MemoryMap& memory) {
  Hart& self = Hart::here();
  Hart* other = nullptr;
  bool all_answer = true;
  for (Hart& hart : state.harts) {
    if (&hart == &self || !ipi::is_online(hart)) continue;
    if (other == nullptr) other = &hart;
    all_answer = all_answer && wait_for_rest(hart);
  }
  if (other == nullptr) return;
  result("smp online", all_answer);
  result("ipi counterfactual", suppressed_request_is_not_seen(self, *other));
  result("ipi resched", request_arrives(self, *other));
  result("test_reject_invalid_ipi_target_cpu", names_only_harts_that_are_online());
  result("test_reject_offline_cpu_resched", refuses_offline(self));
  const PhysRange& spare = memory.free[memory.largest()];
  test_share(self, *other, spare);
  test_shootdown(self, *other, spare);
}

}  // namespace tessera::boot
