// Where execd keeps what: its slots and its addresses.
#ifndef SERVERS_EXECD_LAYOUT_H_
#define SERVERS_EXECD_LAYOUT_H_

#include <cstdint>
#include <string_view>

#include "idl/service/execd.h"
#include "servers/process/bench.h"
#include "servers/process/spawner.h"
#include "servers/runtime/ipc.h"
#include "servers/runtime/slots.h"

namespace tessera::execd {

// --- Slots, behind those that the grant spawner has ----------------------------------------------

inline constexpr rt::Slot kPolicyd = rt::start::peer(0);
inline constexpr std::string_view kReaderName = "elf_reader";  // its image

inline constexpr rt::Slot kBenchSlots = process::kSpawnerEnd;
// What came with a call, out of the window before execd calls somebody itself.
inline constexpr rt::Slot kElf{kBenchSlots.index + process::Bench::kSlots};
inline constexpr rt::Slot kGivenMemory{kElf.index + 1};
inline constexpr rt::Slot kGivenChannel{kElf.index + 2};
inline constexpr rt::Slot kLend{kElf.index + 3};        // empty, for a stub to lend through
inline constexpr rt::Slot kProcess{kElf.index + 4};     // the capability that the last spawn gave
inline constexpr rt::Slot kStage{kElf.index + 5};       // Vmo: where the reader copies programs to
inline constexpr rt::Slot kReaderPort{kElf.index + 6};  // Endpoint: the reader's
inline constexpr rt::Slot kFirstPlace{kElf.index + 7};

// Of each place for a process.
struct Place {
  std::uint32_t index;

  constexpr rt::Slot memory() const { return nth(0); }  // an Untyped, made once
  constexpr rt::Slot end() const { return nth(1); }     // signals a bit of its own
  constexpr rt::Slot quota() const { return nth(2); }   // the rest while a process is in it
  constexpr rt::Slot task() const { return nth(3); }
  constexpr rt::Slot thread() const { return nth(4); }
  constexpr std::uint64_t bit() const { return std::uint64_t{1} << index; }

  static constexpr std::uint32_t kSlots = 5;

 private:
  constexpr rt::Slot nth(std::uint32_t n) const { return {kFirstPlace.index + index * kSlots + n}; }
};

// One more than can wait, for who is told that there are too many.
inline constexpr std::uint32_t kReplies = service::kMaxWaiters + 1;
inline constexpr rt::Slot kFirstReply{Place{service::kMaxProcesses}.memory().index};
inline constexpr std::uint32_t kSlotsNeeded = kFirstReply.index + kReplies;

// --- Addresses: the image is at 64 KiB, the stack below 1 GiB ------------------------------------

inline constexpr std::uint64_t kBundleAddress = 0x1000'0000;
inline constexpr std::uint64_t kStageAddress = 0x1800'0000;
inline constexpr std::uint64_t kScratchAddress = 0x2000'0000;

}  // namespace tessera::execd

#endif  // SERVERS_EXECD_LAYOUT_H_
