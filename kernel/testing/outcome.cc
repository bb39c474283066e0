#include "kernel/testing/outcome.h"

#include <cstring>

#include "idl/kernel/self.h"

namespace tessera::testing {

Outcome outcome(const Thread& thread) {
  const std::uint64_t* x = thread.frame.x;
  Outcome outcome{.back = thread.wait() == Wait::kNone,
                  .status = static_cast<std::int32_t>(x[16]),
                  .detail = static_cast<abi::Detail>(x[17] & 0xff),
                  .argument = static_cast<std::uint32_t>(x[17] >> 8),
                  .shape = x[5],
                  .badge = x[5],
                  .identity = x[6],
                  .tag = x[7],
                  .info = x[28]};
  for (unsigned i = 0; i < 6; ++i) outcome.words[i] = x[10 + i];
  return outcome;
}

std::string text(const rt::Error& error) {
  auto detail = static_cast<abi::Detail>(error.detail & 0xff);
  return "status " + std::to_string(error.status) + ", " + std::string(abi::to_string(detail)) +
         ", argument " + std::to_string(error.detail >> 8);
}

std::string text(const Outcome& outcome) {
  return (outcome.back ? "" : "still waiting, ") +
         text(rt::Error{outcome.status, abi::detail(outcome.detail, outcome.argument)});
}

::testing::AssertionResult refused(const Outcome& outcome, std::int32_t status, abi::Detail detail,
                                   std::uint32_t argument) {
  if (outcome.back && outcome.status == status && outcome.detail == detail &&
      outcome.argument == argument) {
    return ::testing::AssertionSuccess();
  }
  return ::testing::AssertionFailure() << "it is " << text(outcome);
}

Snapshot::Snapshot(World& world) : world_(world), actor_(world.actor()) {
  EXPECT_TRUE(kernel::Self::now());  // from here on the actor runs
  auto* ram = world.machine.ram_bytes();
  ram_.assign(ram, ram + world.machine.ram().size);
  kernel_ = kernel();
}

Snapshot::Kernel Snapshot::kernel() const {
  return {.dying = reinterpret_cast<std::uint64_t>(state.dying),
          .next_asid = state.next_asid,
          .next_task_id = state.next_task_id,
          .uart_taken = state.uart_taken,
          .now_runs = reinterpret_cast<std::uint64_t>(world_.hart.current),
          .timer = world_.machine.hart(world_.hart.id).timer.value};
}

std::string Snapshot::changed() {
  if (kernel() != kernel_) return "the kernel's own state";
  const std::byte* now = world_.machine.ram_bytes();
  auto forget = [&](const auto& field) {
    auto* at = reinterpret_cast<const std::byte*>(&field);
    std::memcpy(ram_.data() + (at - now), at, sizeof(field));
  };
  forget(actor_.frame);
  forget(actor_.badge);
  forget(actor_.expects_reply);
  if (std::memcmp(now, ram_.data(), ram_.size()) == 0) return "";
  std::uint64_t first = 0;
  while (now[first] == ram_[first]) ++first;
  return "RAM at " + std::to_string(first);
}

}  // namespace tessera::testing
