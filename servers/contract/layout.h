// Where the tasks of the contract suite keep what: the runner, a behaviour's first task and those
// that it makes are the same program, laid out alike.
#ifndef SERVERS_CONTRACT_LAYOUT_H_
#define SERVERS_CONTRACT_LAYOUT_H_

#include <cstdint>

#include "idl/abi.h"
#include "servers/process/layout.h"
#include "servers/runtime/ipc.h"

namespace tessera::contract {

// --- Slots ---------------------------------------------------------------------------------------

// The program's own memory: text, constants and data, in the order of servers/runtime/user.ld; and
// the stack.
inline constexpr rt::Slot kText = process::kFirstSegment;
inline constexpr rt::Slot kConstants{kText.index + 1};
inline constexpr rt::Slot kData{kText.index + 2};
inline constexpr rt::Slot kStack = process::kStack;

inline constexpr rt::Slot kReport{abi::kStartSlots};
// What the maker of a task gives it for its part: from here on.
inline constexpr std::uint32_t kFirstGift = kReport.index + 1;
inline constexpr std::uint32_t kMaxGifts = 15;
constexpr rt::Slot gift(std::uint32_t nth) { return {kFirstGift + nth}; }
// The slots from here on are free when a task starts.
inline constexpr std::uint32_t kFirstFree = kFirstGift + kMaxGifts;

// Slots of a CSpace.
inline constexpr std::uint32_t kSlots = 256;

// --- Addresses -----------------------------------------------------------------------------------

// The image is at the bottom, the stack ends at process::kStackTop.
inline constexpr std::uint64_t kReportAddress = 0x3000'0000;
inline constexpr std::uint64_t kScratchAddress =
    0x3001'0000;  // 64 KiB are enough for a data segment
// A behaviour may map what it likes in [kFree, kReportAddress).
inline constexpr std::uint64_t kFree = 0x1000'0000;

// Pages for the page tables of a task: the root, and two tables for each GiB and each 2 MiB that it
// uses, with room for what behaviours map.
inline constexpr std::uint32_t kPoolPages = 16;

inline constexpr std::uint64_t kStackSize = 0x4000;

}  // namespace tessera::contract

#endif  // SERVERS_CONTRACT_LAYOUT_H_
