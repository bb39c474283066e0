// spawn_load: has execd start programs, one after the other, for as long as chaos runs, which kills
// execd meanwhile: also while it spawns. Each call ends; an execd that comes back has all of its
// memory. Exits 0 when it is so, and programs ran.
#include <cstdint>

#include "idl/kernel/self.h"
#include "idl/service/execd_client.h"
#include "servers/runtime/print.h"
#include "servers/runtime/reach.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/start.h"
#include "servers/runtime/time.h"
#include "servers/runtime/try.h"

namespace tessera {
namespace {

constexpr rt::Slot kExecdAt = rt::start::peer(0);
constexpr service::ExecdClient kExecd(kExecdAt);
constexpr service::ProcessClient kProcess(rt::Slot{abi::kStartSlots});

// Nanoseconds: how long it waits for an answer; for execd to come back, who is started after
// others.
constexpr std::uint64_t kPatience = 2'000'000'000;

// Whether it ran to its end.
bool runs_one() {
  rt::ignore(rt::start::cnode().delete_(kProcess.endpoint().index));
  const auto process = rt::reaching(kExecdAt, "execd", [] {
    return kExecd.spawn_until(rt::now() + kPatience, "child_exit", service::ChildClass::kOwn,
                              service::Withheld{}, "");
  });
  if (!process || !process->keep(kProcess.endpoint())) return false;
  const auto end = kProcess.wait_until(rt::now() + kPatience);
  return end && end->state == abi::TaskState::kExited && end->status == 0;
}

}  // namespace

extern "C" std::int32_t server_main(std::uint64_t) {
  if (!kernel::Self::window(rt::start::slot(abi::StartSlot::kWindow0).index)) return 1;
  rt::wait_for_ladder();
  const auto before = kExecd.statistics();
  if (!before) return 2;
  std::uint32_t calls = 0;
  std::uint32_t ran = 0;
  for (; !rt::has_ended("chaos"); ++calls) {
    if (runs_one()) ++ran;
  }
  rt::print(ran, " of ", calls, " programs ran");
  if (!runs_one()) return 3;
  const auto after = kExecd.statistics();
  if (!after) return 4;
  if (after->live != before->live || after->free != before->free) return 5;
  return ran > 0 ? 0 : 6;
}

}  // namespace tessera
