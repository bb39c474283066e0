// What the kernel asks of an architecture. Two answer: arch/riscv64 and, for tests, arch/host. Each
// defines every function of this page; nothing else of theirs is used outside boot/ and
// kernel/arch.
#pragma once

#include <cstdint>

#include "kernel/arch/contract/fast_return.h"
#include "kernel/arch/contract/frame.h"
#include "kernel/base/types.h"

namespace tessera::arch {

// --- Time
// --------------------------------------------------------------------------------------------------------------
// The monotonic clock of the machine.
Nanoseconds now();
// Asks for a timer interrupt at or after `deadline` (never before), on this hart, instead of any
// asked for earlier; kNever: none.
void set_timer(Nanoseconds deadline);

// --- Memory
// ------------------------------------------------------------------------------------------------------------
// The kernel's own map of all RAM that it was given: the only way it reaches memory outside its
// image (R4).
void* direct_map(PhysAddr address);
PhysAddr physical(const void* pointer);
// Writes zeros; bytes and address are multiples of 64.
void zero(void* start, std::uint64_t bytes);
// Copies pairs of words, 1 or more, from one page to another, or to itself.
void copy_pairs(std::uint64_t* to, const std::uint64_t* from, std::uint64_t pairs);

// A constant, kPointerSign: bit 63, where every pointer of the kernel has it; else 0.

// --- Address spaces
// ------------------------------------------------------------------------------------------------------
// Makes `root` (a page table of Sv39 layout) this hart's address space. Cheap when it is already.
void activate(PhysAddr root, Asid asid);
// The same in one word, put together once: what the machine's register for it takes.
std::uint64_t address_space(PhysAddr root, Asid asid);
void activate(std::uint64_t address_space);
// The same for one that is another, most likely: without a look at which there is.
void switch_to(std::uint64_t address_space);
// Copies into the new, zeroed root table what every address space has of the kernel.
void install_kernel_half(void* root);
// This hart goes to the kernel's own address space, which maps no user memory.
void leave_user_space();
// Forgets cached translations on this hart: of one page of the space; of all of the space.
void flush_page(Asid asid, VirtAddr address);
void flush_space(Asid asid);
// Forgets all of every space, and what this hart has fetched of instructions.
void flush_all();
// After instructions were written to memory.
void sync_instructions();
// How many ASIDs the machine has, 1 at least.
std::uint32_t asid_count();

// --- Harts
// ---------------------------------------------------------------------------------------------------------------
HartLocal& this_hart();
// An interrupt waits to be taken on this hart: a long operation stops at its next preemption point.
bool interrupt_pending();
// Sleeps until interrupt_pending().
void wait_for_interrupt();
// Raises a software interrupt on a hart, maybe this one. False: the firmware has no such hart.
[[nodiscard]] bool send_software_interrupt(HartId hart);
// Whether a software interrupt was pending on this hart; it is not any more.
bool take_software_interrupt();
// Stands before every access to what harts share. On a machine it is nothing; a test may let
// another hart go first.
void interleave();
// Stands in a loop that waits for another hart.
void relax();

// --- Interrupts of devices
// ---------------------------------------------------------------------------------------------------
// They come from sources, numbered from 1 to this. 0: the machine has no controller that can be
// used.
std::uint32_t device_sources();
// Whether a source interrupts that hart. Of one hart, one hart at a time may ask.
void allow_device_interrupt(const HartLocal& hart, std::uint32_t source, bool allowed);
// Whether one waits for this hart: allowed, and claimed by nobody.
bool device_interrupt_pending();
// Takes one; 0: there is none. The source interrupts nobody until it is completed.
std::uint32_t claim_device_interrupt();
// Of a source that the hart is allowed: it may interrupt again, and does so if it still wants to.
// Of one that it is not, nothing happens.
void complete_device_interrupt(const HartLocal& hart, std::uint32_t source);

// --- The early console
// ---------------------------------------------------------------------------------------------------
void early_write(char byte);

// --- The machine
// -------------------------------------------------------------------------------------------------------------
// Ends it; whoever started it may learn that it was for a failure.
[[noreturn]] void shut_down(bool failure);

}  // namespace tessera::arch

#include "kernel/arch/inline.h"
