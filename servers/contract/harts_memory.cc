// Memory that is mapped and unmapped while another hart is in the task.
#include <cstdint>

#include "idl/kernel/notification.h"
#include "idl/kernel/untyped.h"
#include "servers/contract/behaviour.h"
#include "servers/contract/fault_port.h"
#include "servers/contract/harts.h"

namespace tessera::contract {
namespace {

using kernel::Endpoint;
using kernel::Notification;
using kernel::Untyped;
using kernel::Vmo;

constinit Endpoint endpoint;
constinit Notification here;
constinit Notification there;

// Once an unmap is over nobody reads there; whoever does faults, and goes on when the page is back.
void an_unmapped_page_is_gone_elsewhere() {
  endpoint = make<Endpoint>();
  const Vmo page = make_vmo(1);
  map(page, kFree, kReadWrite);
  turns = 0;
  spawn_handled(endpoint, [](std::uint64_t) {
    go_elsewhere();
    for (;;) {
      turns = turns + 1 + word_at(kFree);
      yield_if_alone();
    }
  });
  for (std::uint64_t i = 0; i < options.rounds; ++i) {
    until_it_turns();
    OK(page.unmap());
    const std::uint64_t after = turns;
    const Told told = receive_fault(endpoint);
    EXPECT(told.cause == abi::FaultCause::kReadFault && told.address == kFree);
    EXPECT(turns - after <= 1);  // one that had read before the unmap was over
    map(page, kFree, kReadWrite);
    let_go_on();
  }
}

volatile std::uint64_t result = 0;

// Runs what is there, whenever it is told to.
void run_it_elsewhere(std::uint64_t) {
  go_elsewhere();
  for (;;) {
    OK(there.wait(abi::kNoDeadline));
    result = reinterpret_cast<std::uint64_t (*)()>(kFree)();
    OK(here.signal());
  }
}

// The same page has other code each time, at the same address: a hart that was in the task all the
// while runs what is there now.
void code_is_mapped_for_the_other_harts_too() {
  here = make<Notification>();
  there = make<Notification>();
  const auto room = make<Untyped>(kPage);
  const Vmo code(take_slot());
  spawn(run_it_elsewhere);
  for (std::uint64_t i = 0; i < options.rounds; ++i) {
    const std::uint64_t value = i % 0x400;
    OK(room.retype(abi::ObjectType::kVmo, kPage, own(), code.slot().index, 1));
    map(code, kFree, kReadWrite);
    word_at(kFree) = 0x0000'8067'0000'0513 | value << 20;  // addi a0, zero, value; jalr zero, 0(ra)
    OK(code.unmap());
    OK(code.seal());
    map(code, kFree, kRead | kExecute);
    OK(there.signal());
    OK(here.wait(in_milliseconds(5000)));
    EXPECT(result == value);
    drop(code.slot());
  }
}

}  // namespace

std::span<const Behaviour> harts_memory_behaviours() {
  static constexpr Behaviour kAll[] = {
      {"harts.an_unmapped_page_is_gone_elsewhere", an_unmapped_page_is_gone_elsewhere},
      {"harts.code_is_mapped_for_the_other_harts_too", code_is_mapped_for_the_other_harts_too},
  };
  return kAll;
}

}  // namespace tessera::contract
