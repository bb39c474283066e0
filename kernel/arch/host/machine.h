// A machine for tests of the kernel on the host: RAM, harts, timers and translation caches that the
// test drives and looks into. The functions of arch.h act on the one that lives.
//
//   arch::host::Machine machine;
//   arch::HartLocal hart{.id = {0}};
//   machine.run_as(hart);                 // this thread of the host is that hart from now on
//   ... kernel code ...
//   machine.set_time({1'000});            // timers that are due make interrupt_pending() true
//
// A host thread is one hart at a time. Harts on threads of their own may run at once: what one hart
// has is its alone, and time and raised interrupts are atomic. All else is set up by one thread.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "kernel/arch/contract/frame.h"
#include "kernel/arch/contract/range.h"
#include "kernel/base/types.h"

namespace tessera::arch::host {

// Where a virtual address leads, and the flags of the leaf (Sv39's: V 1, R 2, W 4, X 8, U 16 ...).
struct Translation {
  PhysAddr address;
  std::uint64_t flags = 0;
  constexpr bool operator==(const Translation&) const = default;
};

// The most inconvenient translation cache that RISC-V privileged 1.12 allows (sections 4.2.1
// and 4.3.2): it keeps every entry that it ever read, valid or not, leaf or not, until a flush that
// covers it.
class Tlb {
 public:
  // Null: a page fault.
  std::optional<Translation> translate(PhysAddr root, Asid asid, VirtAddr address);
  void flush_page(Asid asid, VirtAddr address);
  void flush_space(Asid asid);
  void flush_everything() { entries_.clear(); }
  std::size_t size() const { return entries_.size(); }

 private:
  struct Key {
    std::uint16_t asid;
    unsigned level;
    std::uint64_t page;  // the part of the address that leads to the entry
    constexpr auto operator<=>(const Key&) const = default;
  };
  std::map<Key, std::uint64_t> entries_;
};

// What a hart of the machine has beside its HartLocal.
struct HartState {
  Nanoseconds timer = kNever;  // as set_timer() left it
  PhysAddr root;               // as activate() left it
  Asid asid;
  Tlb tlb;

  // How often the kernel has asked for what costs a real machine time.
  std::uint64_t activations = 0;  // changes of root or asid, which are writes of satp
  std::uint64_t page_flushes = 0;
  std::uint64_t space_flushes = 0;
  std::uint64_t instruction_syncs = 0;
};

// Thrown by wait_for_interrupt() when nothing is pending and no `on_sleep` makes anything so.
struct Asleep {};

// Called before a panic aborts; null: nothing is.
extern void (*on_panic)(const char* what, const char* file, int line);

// Thrown by shut_down().
struct ShutDown {
  bool failure;
};

// One at a time.
class Machine {
 public:
  static constexpr PhysAddr kRamStart{0x8000'0000};  // where QEMU's virt machine has it
  static constexpr std::size_t kMostHarts = 8;

  // All bytes of RAM are 0xa5. `asids` is what asid_count() tells.
  explicit Machine(std::uint64_t ram_bytes = std::uint64_t{16} << 20, std::uint32_t asids = 16);
  ~Machine();
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;
  static Machine& current();

  // The calling thread is the hart of this id, below kMostHarts, until it is another.
  void run_as(HartLocal& hart);
  HartState& hart(HartId id) { return harts_[id.value]; }

  PhysRange ram() const { return {kRamStart, ram_bytes_}; }
  std::byte* ram_bytes() { return ram_.get(); }

  // Time stands still but for these. It never goes back.
  void set_time(Nanoseconds time);
  void advance(std::uint64_t nanoseconds) { set_time({time_ + nanoseconds}); }
  Nanoseconds time() const { return {time_}; }

  // An interrupt other than the timer's, from now on until it is false again. A software interrupt
  // is one that the kernel takes back itself.
  void raise(HartId id, bool pending = true) { raised_[id.value] = pending; }
  bool pending(HartId id) const {
    return raised_[id.value] || soft_[id.value] || timer_due(id) || device_pending(id);
  }
  // Those of software interrupts.
  void raise_software(HartId id) { soft_[id.value] = true; }
  bool take_software(HartId id) { return soft_[id.value].exchange(false); }

  // Interrupts of devices. A source is a level that the device holds; it is claimed once, then
  // masked until it is completed at a hart that is allowed it, as a PLIC does. What is not allowed
  // at any hart stays.
  std::uint32_t sources = 95;
  void raise_device(std::uint32_t source, bool high = true);
  bool is_claimed(std::uint32_t source) const { return claimed_[source]; }
  bool is_allowed(HartId id, std::uint32_t source) const { return allowed_[id.value][source]; }
  // The hardware's fault: whatever is allowed, the hart's next claim is of that source.
  void glitch(HartId id, std::uint32_t source) { glitch_[id.value] = source; }
  bool device_pending(HartId id) const { return glitch_[id.value] != 0 || next_source(id) != 0; }
  std::uint32_t claim_device(HartId id);
  void complete_device(HartId id, std::uint32_t source);
  void allow_device(HartId id, std::uint32_t source, bool allowed);

  // What this hart makes of an access of user space, with what its cache still has. Null: a page
  // fault.
  std::optional<Translation> translate(VirtAddr address);

  // All that was written by early_write().
  std::string console;

  // Called by what their names say, on the hart that does it; unset: nothing more happens.
  std::function<void(Asid, VirtAddr)> on_flush_page;
  std::function<void(Asid)> on_flush_space;
  // Called by interleave(), with where that was called, and at what else harts share: interrupts.
  std::function<void(const void*)> on_interleave;
  // Called by relax().
  std::function<void()> on_relax;
  // Called by wait_for_interrupt() until something is pending; unset: it throws Asleep.
  std::function<void()> on_sleep;

  std::uint32_t asids() const { return asids_; }

 private:
  static constexpr std::size_t kSources = 128;
  std::uint32_t next_source(HartId id) const;  // 0: none is pending
  bool timer_due(HartId id) const { return harts_[id.value].timer.value <= time_; }

  struct Free {
    void operator()(std::byte* memory) const;
  };
  std::uint64_t ram_bytes_;
  std::uint32_t asids_;
  std::unique_ptr<std::byte, Free> ram_;
  std::atomic<std::uint64_t> time_ = 0;
  std::array<std::atomic<bool>, kMostHarts> raised_{};
  std::array<std::atomic<bool>, kMostHarts> soft_{};
  std::array<HartState, kMostHarts> harts_;
  std::array<std::atomic<bool>, kSources> high_{};
  std::atomic<std::uint32_t> highest_ = 0;  // that ever was
  std::array<std::atomic<bool>, kSources> claimed_{};
  std::array<std::array<std::atomic<bool>, kSources>, kMostHarts> allowed_{};
  std::array<std::atomic<std::uint32_t>, kMostHarts> glitch_{};
};

// What install_kernel_half() puts into a root: entries that are not zero, and never a user's.
inline constexpr std::uint64_t kKernelEntry = 0x21;

}  // namespace tessera::arch::host
