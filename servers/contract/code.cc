// Code: what is executed is sealed first, and what is sealed nobody writes. The same through every
// capability, every task and every buffer there is.
#include <array>
#include <cstdint>

#include "servers/contract/behaviour.h"
#include "servers/contract/world.h"
#include "servers/victims/memory_access.h"

namespace tessera::contract {
namespace {

using abi::Detail;
using abi::FaultCause;
using kernel::Vmo;

constexpr std::uint64_t kValue = 5;
constexpr std::uint64_t kReturnsValue =
    0x0000'8067'0050'0513;  // addi a0, zero, 5; jalr zero, 0(ra)
constexpr rt::Error kNotSealed = refusal(abi::kEperm, Detail::kWriteExecute, 3);
constexpr rt::Error kHasChildren = refusal(abi::kEbusy, Detail::kHasChildren);
constexpr std::uint8_t kCode =
    rt::rights(Vmo::Right::kRead, Vmo::Right::kExecute, Vmo::Right::kMap, Vmo::Right::kShare);
constexpr std::array kExecuting = {kExecute, kRead | kExecute};

constexpr kernel::Task self() { return rt::start::task(); }

std::uint64_t run_at(std::uint64_t address) {
  return reinterpret_cast<std::uint64_t (*)()>(address)();
}

// A page that holds a function, which is mapped nowhere, and not sealed.
Vmo write_code() {
  const Vmo vmo = make_vmo(1);
  map(vmo, kFree, kReadWrite);
  word_at(kFree) = kReturnsValue;
  OK(vmo.unmap());
  return vmo;
}
Vmo make_code() {
  const Vmo vmo = write_code();
  OK(vmo.seal());
  return vmo;
}
Vmo slice_of(Vmo vmo, std::uint8_t rights) {
  const Vmo part(take_slot());
  OK(vmo.slice(0, kPage, own(), part.slot().index, rights));
  return part;
}

// Whoever holds it, and however little: another may have the right to write.
void unsealed_it_is_not_executed() {
  const Vmo vmo = write_code();
  const Vmo copy = mint(vmo, abi::kAllVmoRights);
  const Vmo code = mint(copy, kCode);
  for (const Vmo each : {vmo, copy, code, slice_of(code, kCode)}) {
    for (const kernel::Access access : kExecuting) {
      REFUSED(each.map(self(), kFree, access), kNotSealed);
    }
  }
  map(make_vmo(1), kFree, kRead);  // nothing is there
}

// By the first capability, a copy and a part, here and in another task.
void sealed_it_is_executed() {
  const Vmo vmo = make_code();
  std::uint64_t at = kFree;
  for (const Vmo each : {vmo, mint(vmo, kCode), slice_of(vmo, kCode)}) {
    for (const kernel::Access access : kExecuting) {
      map(each, at, access);
      EXPECT(run_at(at) == kValue);
      OK(each.unmap());
    }
    map(each, at, kRead | kExecute);
    at += kPage;
  }
  const Space other = prepare_space([](std::uint64_t) {
    map(Vmo(gift(0)), kFree, kRead | kExecute);
    EXPECT(run_at(kFree) == kValue);
  });
  other.give(0, vmo.slot(), kCode);
  other.start();
  other.join();
}

void the_right_to_execute_is_needed_too() {
  const Vmo vmo = make_code();
  for (const kernel::Access access : kExecuting) {
    REFUSED(without(vmo, Vmo::Right::kExecute).map(self(), kFree, access), lacks_right(3));
  }
  REFUSED(without(vmo, Vmo::Right::kRead).map(self(), kFree, kRead | kExecute), lacks_right(3));
  map(without(vmo, Vmo::Right::kRead), kFree, kExecute);
  EXPECT(run_at(kFree) == kValue);
}

void sealed_it_is_written_by_nobody() {
  const Vmo vmo = make_code();
  const Vmo code = mint(vmo, kCode);
  const rt::Slot to = take_slot();
  for (const Vmo each : {vmo, code, slice_of(code, kCode)}) {
    REFUSED(each.map(self(), kFree, kReadWrite), lacks_right(3));
    REFUSED(own().mint(to.index, own(), each.slot().index, abi::kAllVmoRights, 0), lacks_right(4));
    REFUSED(each.slice(0, kPage, own(), to.index, abi::kAllVmoRights), lacks_right(5));
    REFUSED(rt::start::thread().buffer(each, 0), lacks_right(1));
    REFUSED(each.seal(), lacks_right(0));
  }
  REFUSED(own().mutate(code.slot().index, abi::kAllVmoRights), lacks_right(2));
  map(vmo, kFree, kRead | kExecute);
  EXPECT(run_at(kFree) == kValue);
}

// Through the mapping that it runs by, and one that only reads.
void storing_to_it_is_a_fault() {
  const Vmo vmo = make_code();
  for (const kernel::Access access : {kRead | kExecute, kRead}) {
    const Space other = prepare_space([](std::uint64_t) { victims::store(kFree); });
    OK(mint(vmo, kCode).map(other.task(), kFree, access));
    other.start();
    const auto info = other.wait();
    EXPECT(info.cause == FaultCause::kWriteFault && info.address == kFree);
  }
  map(vmo, kFree, kRead | kExecute);
  EXPECT(run_at(kFree) == kValue);
}

// The kernel would go on writing to it.
void a_buffer_is_never_sealed() {
  const Vmo vmo = write_code();
  const auto thread = make<kernel::Thread>();
  OK(thread.buffer(vmo, 0));
  REFUSED(vmo.seal(), kHasChildren);
  REFUSED(vmo.map(self(), kFree, kRead | kExecute), kNotSealed);
  drop(thread.slot());
  OK(vmo.seal());
  REFUSED(rt::start::thread().buffer(vmo, 0), lacks_right(1));
}

// A writer that is mapped elsewhere, whose capability cannot be reached from here.
void a_writer_elsewhere_keeps_it_from_sealing() {
  const Vmo vmo = write_code();
  const Space other = prepare_space([](std::uint64_t) { word_at(kFree) = 0; });
  const Vmo copy = mint(vmo, abi::kAllVmoRights);
  OK(copy.map(other.task(), kFree, kReadWrite));
  OK(other.cspace().move(gift(0).index, own(), copy.slot().index));
  REFUSED(vmo.seal(), kHasChildren);
  revoke(vmo.slot());
  OK(vmo.seal());
  map(vmo, kFree, kRead | kExecute);
  other.start();
  const auto info = other.wait();
  EXPECT(info.cause == FaultCause::kWriteFault && info.address == kFree);
  EXPECT(run_at(kFree) == kValue);
}

// Its own mapping, in another task, is a writer as well.
void its_own_mapping_elsewhere_does_too() {
  const Vmo vmo = write_code();
  const Space other = prepare_space([](std::uint64_t) {});
  OK(vmo.map(other.task(), kFree, kReadWrite));
  REFUSED(vmo.seal(), bad_state());
  revoke(other.task().slot());
  drop(other.task().slot());
  REFUSED(vmo.map(self(), kFree, kRead | kExecute), kNotSealed);
  OK(vmo.unmap());
  OK(vmo.seal());
}

// Whoever gets the pages next finds zeros, may write, and has a seal of their own to make.
void a_seal_ends_with_its_memory() {
  const auto part = make<kernel::Untyped>(kPage);
  const rt::Slot slot = take_slot();
  const Vmo vmo(slot);
  for (const std::uint64_t value : {3, 5, 7}) {
    OK(part.retype(abi::ObjectType::kVmo, kPage, own(), slot.index, 1));
    EXPECT(!OK(vmo.info()).sealed);
    REFUSED(vmo.map(self(), kFree, kExecute), kNotSealed);
    map(vmo, kFree, kReadWrite);
    EXPECT(word_at(kFree) == 0);
    word_at(kFree) = 0x0000'8067'0000'0513 | value << 20;  // addi a0, zero, value; jalr zero, 0(ra)
    OK(vmo.unmap());
    OK(vmo.seal());
    map(vmo, kFree, kRead | kExecute);
    EXPECT(run_at(kFree) == value);  // not the last round's, in no cache
    drop(slot);
  }
}

}  // namespace

std::span<const Behaviour> code_behaviours() {
  static constexpr Behaviour kAll[] = {
      {"code.unsealed_it_is_not_executed", unsealed_it_is_not_executed},
      {"code.sealed_it_is_executed", sealed_it_is_executed},
      {"code.the_right_to_execute_is_needed_too", the_right_to_execute_is_needed_too},
      {"code.sealed_it_is_written_by_nobody", sealed_it_is_written_by_nobody},
      {"code.storing_to_it_is_a_fault", storing_to_it_is_a_fault},
      {"code.a_buffer_is_never_sealed", a_buffer_is_never_sealed},
      {"code.a_writer_elsewhere_keeps_it_from_sealing", a_writer_elsewhere_keeps_it_from_sealing},
      {"code.its_own_mapping_elsewhere_does_too", its_own_mapping_elsewhere_does_too},
      {"code.a_seal_ends_with_its_memory", a_seal_ends_with_its_memory},
  };
  return kAll;
}

}  // namespace tessera::contract
