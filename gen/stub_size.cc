// Functions whose instructions stub_size_test counts, for the target.
#include <cstdint>

#include "gen/testdata/probe_client.h"
#include "gen/testdata/probe_server.h"
#include "idl/kernel/endpoint.h"
#include "idl/kernel/self.h"
#include "idl/kernel/vmo.h"
#include "servers/runtime/ipc.h"

namespace tessera::gen {

// What is called from outside, by names that a disassembly shows.
extern "C" {
std::uint64_t generated_call(std::uint32_t slot, std::uint64_t a, std::uint32_t b);
void generated_map(std::uint32_t vmo, std::uint32_t task, std::uint64_t address,
                   kernel::Access access);
std::uint64_t generated_now();
void generated_note(std::uint32_t slot, std::uint32_t what);
std::uint64_t generated_until(std::uint32_t slot, std::uint64_t deadline, std::uint64_t a);
[[noreturn]] void serve_plain(std::uint32_t slot);
}

// One u64 and one u32 in, one u64 out, through everything that kidl generates.
std::uint64_t generated_call(std::uint32_t slot, std::uint64_t a, std::uint32_t b) {
  const auto sum = probing::ProbeClient(rt::Slot{slot}).fast(a, b);
  if (!sum) __builtin_trap();
  return *sum;
}

// A system call with a capability, a number and flags; one without anything; a message that is not
// answered; and a call that waits until a time.
void generated_map(std::uint32_t vmo, std::uint32_t task, std::uint64_t address,
                   kernel::Access access) {
  const kernel::Vmo object(rt::Slot{vmo});
  if (!object.map(kernel::Task(rt::Slot{task}), address, access)) __builtin_trap();
}
std::uint64_t generated_now() {
  const auto time = kernel::Self::now();
  if (!time) __builtin_trap();
  return *time;
}
void generated_note(std::uint32_t slot, std::uint32_t what) {
  if (!probing::ProbeClient(rt::Slot{slot}).note(what)) __builtin_trap();
}
std::uint64_t generated_until(std::uint32_t slot, std::uint64_t deadline, std::uint64_t a) {
  const auto sum = probing::ProbeClient(rt::Slot{slot}).fast_until(deadline, a, 1);
  if (!sum) __builtin_trap();
  return *sum;
}

// The same calls as one would write them in assembly.
asm(R"(
  .globl by_hand_call
by_hand_call:
  mv t0, a0
  mv a0, a1
  mv a1, a2
  li a6, 0x7ffe0002
  li a7, 1
  ecall
  bnez a6, 1f
  ret
1:
  unimp

  .globl by_hand_map
by_hand_map:
  mv t0, a0
  mv a0, a1
  mv a1, a2
  mv a2, a3
  li a7, 40
  ecall
  bnez a6, 1f
  ret
1:
  unimp

  .globl by_hand_now
by_hand_now:
  li a7, 14
  ecall
  bnez a6, 1f
  ret
1:
  unimp
)");

namespace {

struct Plain {
  rt::Result<std::int64_t> ask(const rt::Caller& caller, probing::Level level) {
    if (level == probing::Level::kHigh) return rt::failure(abi::kEbusy, abi::Detail::kBadState);
    return static_cast<std::int64_t>(caller.badge);
  }
};

}  // namespace

void serve_plain(std::uint32_t slot) {
  Plain plain;
  probing::serve_plain(plain, rt::Slot{slot});
}

}  // namespace tessera::gen
