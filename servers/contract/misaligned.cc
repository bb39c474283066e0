// Accesses at addresses that are no multiple of their size, and jumps to odd ones. What holds on
// every machine, and what only QEMU and OpenSBI do, is in docs/caveats.md.
#include <array>
#include <cstdint>
#include <cstring>

#include "servers/contract/behaviour.h"
#include "servers/contract/fault_port.h"
#include "servers/contract/world.h"

namespace tessera::contract {
namespace {

using abi::FaultCause;
using abi::TaskState;
using kernel::Endpoint;

constexpr std::uint64_t kValue = 0x8877'6655'4433'2211;
// Of an instruction that is not compressed; the asm below has no other.
constexpr std::uint64_t kInstructionSize = 4;

constinit Endpoint endpoint;
alignas(16) constinit std::array<std::uint64_t, 4> words{};

std::uint64_t at(std::uint64_t offset) { return reinterpret_cast<std::uint64_t>(&words) + offset; }

// What is there, byte by byte.
std::uint64_t bytes_at(std::uint64_t address) {
  std::uint64_t value;
  std::memcpy(&value, reinterpret_cast<const void*>(address), sizeof(value));
  return value;
}
void put_bytes(std::uint64_t address, std::uint64_t value) {
  std::memcpy(reinterpret_cast<void*>(address), &value, sizeof(value));
}

std::uint64_t load(std::uint64_t address) {
  std::uint64_t value;
  asm volatile("ld %0, 0(%1)" : "=r"(value) : "r"(address) : "memory");
  return value;
}
void store(std::uint64_t address, std::uint64_t value) {
  asm volatile("sd %1, 0(%0)" : : "r"(address), "r"(value) : "memory");
}

// Each leaves its result in a0, where the handler repairs it. None is compressed.
std::uint64_t swap(std::uint64_t address) {
  register std::uint64_t a0 asm("a0") = 5;
  asm volatile("amoswap.d a0, a0, (%1)" : "+r"(a0) : "r"(address) : "memory");
  return a0;
}
std::uint64_t add_word(std::uint64_t address) {
  register std::uint64_t a0 asm("a0") = 5;
  asm volatile("amoadd.w a0, a0, (%1)" : "+r"(a0) : "r"(address) : "memory");
  return a0;
}
std::uint64_t reserve(std::uint64_t address) {
  register std::uint64_t a0 asm("a0") = 5;
  asm volatile("lr.d a0, (%1)" : "+r"(a0) : "r"(address) : "memory");
  return a0;
}
using Atomic = std::uint64_t (*)(std::uint64_t);
constexpr std::array<Atomic, 3> kAtomics = {swap, add_word, reserve};
constexpr unsigned kA0Register = 10;

// The machine or its firmware does them in pieces: they are slower and no more atomic, that is all.
void loads_and_stores_are_done() {
  for (std::uint64_t offset = 0; offset < 16; ++offset) {
    words = {};
    put_bytes(at(offset), kValue);
    EXPECT(load(at(offset)) == kValue);
    words = {};
    store(at(offset), kValue);
    EXPECT(bytes_at(at(offset)) == kValue);
    std::uint64_t others = 0;
    for (std::uint64_t i = 0; i < sizeof(words); ++i) {
      const bool mine = i >= offset && i < offset + sizeof(kValue);
      if (!mine) others |= reinterpret_cast<const volatile std::uint8_t*>(&words)[i];
    }
    EXPECT(others == 0);
  }
}

// The handler is told the page that lacks; with that mapped, the access sees both.
void across_pages_the_missing_one_is_told() {
  constexpr std::uint64_t kAcross = kFree + kPage - 3;
  endpoint = make<Endpoint>();
  const kernel::Vmo vmo = make_vmo(2);
  const kernel::Vmo first(take_slot());
  const kernel::Vmo second(take_slot());
  OK(vmo.slice(0, kPage, own(), first.slot().index, abi::kAllVmoRights));
  OK(vmo.slice(kPage, kPage, own(), second.slot().index, abi::kAllVmoRights));
  map(first, kFree, kReadWrite);
  const Worker loader =
      spawn_handled(endpoint, [](std::uint64_t) { EXPECT(load(kAcross) == kValue); });
  const Told read = receive_fault(endpoint);
  EXPECT(read.cause == FaultCause::kReadFault);
  EXPECT(read.address >= kFree + kPage && read.address < kAcross + sizeof(kValue));
  map(second, kFree + kPage, kReadWrite);
  put_bytes(kAcross, kValue);
  let_go_on();
  loader.join();
  OK(first.unmap());
  const Worker storer = spawn_handled(endpoint, [](std::uint64_t) { store(kAcross, ~kValue); });
  const Told written = receive_fault(endpoint);
  EXPECT(written.cause == FaultCause::kWriteFault);
  EXPECT(written.address >= kAcross && written.address < kFree + kPage);
  map(first, kFree, kReadWrite);
  let_go_on();
  storer.join();
  EXPECT(bytes_at(kAcross) == ~kValue);
}

// No machine may do these in pieces. The handler does it in the thread's place.
void atomics_come_to_the_handler() {
  endpoint = make<Endpoint>();
  for (std::uint64_t i = 0; i < kAtomics.size(); ++i) {
    words = {};
    put_bytes(at(2), kValue);
    const Worker worker = spawn_handled(
        endpoint, [](std::uint64_t which) { EXPECT(kAtomics[which](at(2)) == kValue); }, i);
    const Told told = receive_fault(endpoint);
    EXPECT(told.cause == FaultCause::kMisaligned);
    EXPECT(told.address == at(2));
    EXPECT(told.pc == get_register(worker.thread(), kPc));
    EXPECT(told.badge == kFaultBadge);
    EXPECT(get_register(worker.thread(), kA0Register) == 5);  // nothing happened yet
    EXPECT(bytes_at(at(2)) == kValue);
    set_register(worker.thread(), kA0Register, kValue);
    set_register(worker.thread(), kPc, told.pc + kInstructionSize);
    let_go_on();
    worker.join();
    EXPECT(bytes_at(at(2)) == kValue);
  }
}

// The handler may also mend the address: the instruction is run again.
void a_mended_address_is_used() {
  endpoint = make<Endpoint>();
  words = {};
  const Worker worker = spawn_handled(endpoint, [](std::uint64_t) {
    register std::uint64_t a1 asm("a1") = at(4);
    std::uint64_t old;
    asm volatile("amoadd.d %0, %2, (%1)" : "=&r"(old), "+r"(a1) : "r"(7UL) : "memory");
    EXPECT(old == 0 && a1 == at(8));
  });
  constexpr unsigned kA1Register = 11;
  EXPECT(receive_fault(endpoint).cause == FaultCause::kMisaligned);
  let_go_on();  // unmended: again
  const Told told = receive_fault(endpoint);
  EXPECT(told.cause == FaultCause::kMisaligned && told.address == at(4));
  EXPECT(get_register(worker.thread(), kA1Register) == at(4));
  set_register(worker.thread(), kA1Register, at(8));
  let_go_on();
  worker.join();
  EXPECT(words == (std::array<std::uint64_t, 4>{0, 7, 0, 0}));
}

void without_a_handler_an_atomic_ends_the_task() {
  for (std::uint64_t i = 0; i < kAtomics.size(); ++i) {
    const Space space = prepare_space([](std::uint64_t which) { kAtomics[which](at(1)); }, i);
    space.start();
    const auto info = space.wait();
    EXPECT(info.state == TaskState::kFaulted && info.cause == FaultCause::kMisaligned);
    EXPECT(info.address == at(1));
    revoke(space.task().slot());
  }
}

// jalr drops the lowest bit, and every even address is one where an instruction may begin
// (unprivileged ISA, sections 2.5 and 1.5, with the extension C): no jump is misaligned.
void a_jump_drops_the_lowest_bit() {
  std::uint64_t reached = 0;
  asm volatile(
      ".option push\n"
      ".option norvc\n"
      "  lla  t0, 1f\n"
      "  jalr ra, 1(t0)\n"
      "1:auipc %0, 0\n"
      "  sub  %0, %0, t0\n"
      "  addi %0, %0, 1\n"
      ".option pop"
      : "=&r"(reached)
      :
      : "t0", "ra");
  EXPECT(reached == 1);
}

// Two bytes past a word is where instructions of four bytes may lie too.
void code_may_lie_at_any_even_address() {
  const kernel::Vmo vmo = make_vmo(1);
  map(vmo, kFree, kReadWrite);
  put_bytes(kFree + 2, 0x0000'8067'0050'0513);  // addi a0, zero, 5; jalr zero, 0(ra)
  const kernel::Vmo code = mint(vmo, OK(own().query(vmo.slot().index)).rights);
  map(code, kFree + kPage, kRead | kExecute);
  EXPECT(reinterpret_cast<std::uint64_t (*)()>(kFree + kPage + 2)() == 5);
}

}  // namespace

std::span<const Behaviour> misaligned_behaviours() {
  static constexpr Behaviour kAll[] = {
      {"misaligned.loads_and_stores_are_done", loads_and_stores_are_done},
      {"misaligned.across_pages_the_missing_one_is_told", across_pages_the_missing_one_is_told},
      {"misaligned.atomics_come_to_the_handler", atomics_come_to_the_handler},
      {"misaligned.a_mended_address_is_used", a_mended_address_is_used},
      {"misaligned.without_a_handler_an_atomic_ends_the_task",
       without_a_handler_an_atomic_ends_the_task},
      {"misaligned.a_jump_drops_the_lowest_bit", a_jump_drops_the_lowest_bit},
      {"misaligned.code_may_lie_at_any_even_address", code_may_lie_at_any_even_address},
  };
  return kAll;
}

}  // namespace tessera::contract
