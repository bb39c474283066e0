// Functions whose instructions stub_size_test counts, for the target.
#include <cstdint>

#include "gen/testdata/probe_client.h"
#include "gen/testdata/probe_server.h"
#include "idl/kernel/endpoint.h"
#include "servers/runtime/ipc.h"

namespace tessera::gen {

// What is called from outside, by names that a disassembly shows.
extern "C" {
std::uint64_t generated_call(std::uint32_t slot, std::uint64_t a, std::uint32_t b);
[[noreturn]] void serve_plain(std::uint32_t slot);
}

// One u64 and one u32 in, one u64 out, through everything that kidl generates.
std::uint64_t generated_call(std::uint32_t slot, std::uint64_t a, std::uint32_t b) {
  const auto sum = probing::ProbeClient(rt::Slot{slot}).fast(a, b);
  if (!sum) __builtin_trap();
  return *sum;
}

// The same call as one would write it in assembly.
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
