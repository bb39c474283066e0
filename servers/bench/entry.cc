#include "servers/bench/entry.h"

#include "idl/abi.h"
#include "idl/kernel/self.h"
#include "servers/bench/marks.h"
#include "servers/runtime/try.h"

// One section of this file alone, shorter than it is aligned: so it lies in one page.
#define BENCH_ENTRY_SECTION ".text.entry"

// The marks of counter.h, as an asm outside of a function takes no operands.
asm(R"(
        .set    BEGIN, 0x5e1
        .set    END, 0x5e2
)");
static_assert(tessera::bench::Mark::kBegin == tessera::bench::Mark{0x5e1});
static_assert(tessera::bench::Mark::kEnd == tessera::bench::Mark{0x5e2});

asm(".pushsection " BENCH_ENTRY_SECTION R"(, "ax", @progbits
        .balign 512
        .globl  bench_enter
bench_enter:
        rdinstret a1
        slti    zero, zero, END
        jr      a0

        .globl  bench_fault
        .globl  bench_fault_load
bench_fault:
        slti    zero, zero, BEGIN
        rdinstret a1
bench_fault_load:
        ld      zero, 0(a0)
        j       bench_fault

        .globl  bench_ring
        .globl  bench_ring_store
        .globl  bench_ring_spin
        .globl  bench_ring_jump
bench_ring:
        slti    zero, zero, BEGIN
        rdinstret a1
bench_ring_store:
        sw      zero, 0(a0)
bench_ring_spin:
        rdinstret a1
bench_ring_jump:
        j       bench_ring_spin
        .popsection
)");

namespace tessera::bench {

[[gnu::section(BENCH_ENTRY_SECTION)]] void exit_with_counter(std::uint64_t, std::uint64_t counter) {
  const volatile std::uint64_t on_the_stack = counter;
  rt::ignore(kernel::Self::exit(static_cast<std::int32_t>(on_the_stack)));
}

[[gnu::section(BENCH_ENTRY_SECTION)]] void yield_for_ever(std::uint64_t, std::uint64_t) {
  for (;;) rt::ignore(kernel::Self::yield());
}

std::uint64_t entry_page() {
  const auto address = reinterpret_cast<std::uint64_t>(bench_enter);
  return address - address % abi::kPageSize;
}

}  // namespace tessera::bench
