#include "kernel/arch/host/machine.h"

#include <cstdlib>
#include <cstring>
#include <initializer_list>

#include "kernel/arch/contract/arch.h"
#include "kernel/base/bits.h"
#include "kernel/base/check.h"

namespace tessera::arch {
namespace host {
namespace {

Machine* current_machine = nullptr;
thread_local HartLocal* current_hart = nullptr;

constexpr std::uint64_t kValid = 1;
constexpr std::uint64_t kLeaf = 2 | 4 | 8;

std::uint64_t load_entry(PhysAddr table, std::uint64_t index) {
  auto* entries = static_cast<std::uint64_t*>(direct_map(table));
  return std::atomic_ref(entries[index]).load(std::memory_order_relaxed);
}

}  // namespace

std::optional<Translation> Tlb::translate(PhysAddr root, Asid asid, VirtAddr address) {
  PhysAddr table = root;
  for (unsigned level = 2;; --level) {
    const unsigned shift = 12 + 9 * level;
    const auto [place, fresh] = entries_.try_emplace({asid.value, level, address.value >> shift});
    if (fresh) place->second = load_entry(table, address.value >> shift & 511);
    const std::uint64_t entry = place->second;
    if ((entry & kValid) == 0) return std::nullopt;
    const PhysAddr target{entry << 10 >> 20 << 12};
    if ((entry & kLeaf) != 0) {
      const std::uint64_t size = kPageSize << (9 * level);
      // A misaligned large page faults (section 4.3.2, step 6).
      if (!is_aligned(target.value, size)) return std::nullopt;
      return Translation{target + address.value % size, entry & 0xff};
    }
    if (level == 0) return std::nullopt;
    table = target;
  }
}

// SFENCE.VMA with an address: only leaves of what is cached, and entries of the last level.
void Tlb::flush_page(Asid asid, VirtAddr address) {
  for (unsigned level = 0; level < 3; ++level) {
    const auto found = entries_.find({asid.value, level, address.value >> (12 + 9 * level)});
    if (found == entries_.end()) continue;
    if (level == 0 || (found->second & kLeaf) != 0) entries_.erase(found);
  }
}

void Tlb::flush_space(Asid asid) {
  std::erase_if(entries_, [asid](const auto& entry) { return entry.first.asid == asid.value; });
}

void Machine::Free::operator()(std::byte* memory) const { std::free(memory); }

Machine::Machine(std::uint64_t ram_bytes, std::uint32_t asids)
    : ram_bytes_(ram_bytes),
      asids_(asids),
      ram_(static_cast<std::byte*>(std::aligned_alloc(kPageSize, ram_bytes))) {
  CHECK(current_machine == nullptr);
  CHECK(ram_ != nullptr);
  std::memset(ram_.get(), 0xa5, ram_bytes_);
  current_machine = this;
}

Machine::~Machine() {
  current_machine = nullptr;
  current_hart = nullptr;
}

Machine& Machine::current() {
  CHECK(current_machine != nullptr);
  return *current_machine;
}

void Machine::run_as(HartLocal& hart) {
  CHECK(hart.id.value < kMostHarts);
  current_hart = &hart;
}

void Machine::set_time(Nanoseconds time) {
  CHECK(time.value >= time_);
  time_ = time.value;
}

void Machine::raise_device(std::uint32_t source, bool high) {
  CHECK(source < kSources);
  if (source > highest_) highest_ = source;
  high_[source] = high;
}

void Machine::allow_device(HartId id, std::uint32_t source, bool allowed) {
  if (source < kSources) allowed_[id.value][source] = allowed;
}

std::uint32_t Machine::next_source(HartId id) const {
  for (std::uint32_t i = 1; i <= highest_; ++i) {
    if (allowed_[id.value][i] && high_[i] && !claimed_[i]) return i;
  }
  return 0;
}

std::uint32_t Machine::claim_device(HartId id) {
  if (const std::uint32_t source = glitch_[id.value].exchange(0); source != 0) return source;
  for (;;) {
    const std::uint32_t source = next_source(id);
    if (source == 0 || !claimed_[source].exchange(true)) return source;
  }
}

void Machine::complete_device(HartId id, std::uint32_t source) {
  if (source < kSources && allowed_[id.value][source]) claimed_[source] = false;
}

std::optional<Translation> Machine::translate(VirtAddr address) {
  HartState& state = hart(this_hart().id);
  return state.tlb.translate(state.root, state.asid, address);
}

namespace {

HartState& here() { return Machine::current().hart(this_hart().id); }

}  // namespace
}  // namespace host

Nanoseconds now() { return host::Machine::current().time(); }
void set_timer(Nanoseconds deadline) { host::here().timer = deadline; }

void* direct_map(PhysAddr address) {
  host::Machine& machine = host::Machine::current();
  CHECK(address >= machine.ram().start && address <= machine.ram().end());
  return machine.ram_bytes() + (address - machine.ram().start);
}

PhysAddr physical(const void* pointer) {
  host::Machine& machine = host::Machine::current();
  const auto offset = reinterpret_cast<std::uintptr_t>(pointer) -
                      reinterpret_cast<std::uintptr_t>(machine.ram_bytes());
  CHECK(offset <= machine.ram().size);
  return machine.ram().start + offset;
}

void zero(void* start, std::uint64_t bytes) {
  CHECK(is_aligned(reinterpret_cast<std::uintptr_t>(start) | bytes, 64));
  std::memset(start, 0, bytes);
}

void copy_pairs(std::uint64_t* to, const std::uint64_t* from, std::uint64_t pairs) {
  CHECK(pairs != 0);
  interleave();
  std::memmove(to, from, 2 * pairs * sizeof(*to));
}

void activate(PhysAddr root, Asid asid) {
  host::HartState& hart = host::here();
  CHECK(asid.value < asid_count());
  if (hart.root == root && hart.asid == asid) return;
  hart.root = root;
  hart.asid = asid;
  ++hart.activations;
}

std::uint64_t address_space(PhysAddr root, Asid asid) {
  return std::uint64_t{asid.value} << 44 | root.value >> 12;
}

void activate(std::uint64_t space) {
  activate(PhysAddr{(space & ((std::uint64_t{1} << 44) - 1)) << 12},
           Asid{static_cast<std::uint16_t>(space >> 44)});
}

void switch_to(std::uint64_t space) { activate(space); }

void leave_user_space() { activate({0}, {0}); }

namespace {

// Puts a message into a frame as the target's registers have it.
void put_words(Frame& frame, const Words& words) {
  const std::uint64_t all[] = {words.w0, words.w1, words.w2, words.w3, words.w4, words.w5};
  std::ranges::copy(all, frame.x + 10);
}

void clear(Frame& frame, std::initializer_list<unsigned> registers) {
  for (unsigned r : registers) frame.x[r] = 0;
}

}  // namespace

Words first_words(Words words, unsigned count) {
  unsigned i = 0;
  for (std::uint64_t* each : {&words.w0, &words.w1, &words.w2, &words.w3, &words.w4, &words.w5}) {
    if (i++ >= count) *each = 0;
  }
  return words;
}

void return_to_receiver(Frame& frame, Words words, Delivery delivery) {
  put_words(frame, words);
  clear(frame, {1, 3, 8, 9, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 29, 30, 31});
  frame.x[5] = delivery.badge;
  frame.x[6] = delivery.identity;
  frame.x[7] = delivery.tag;
  frame.x[28] = delivery.info;
}

void return_to_caller(Frame& frame, Words words, std::uint64_t status, std::uint64_t shape) {
  put_words(frame, words);
  clear(frame, {1, 3, 6, 7, 17, 28, 29, 30, 31});
  frame.x[5] = shape;
  frame.x[16] = status;
}

void return_to_waiter(Frame& frame, std::uint64_t bits) {
  clear(frame, {1, 3, 5, 6, 7, 11, 12, 13, 14, 15, 16, 17, 28, 29, 30, 31});
  frame.x[10] = bits;
}

void install_kernel_half(void* root) {
  auto* entries = static_cast<std::uint64_t*>(root);
  entries[256] = host::kKernelEntry;
  entries[511] = host::kKernelEntry;
}

void flush_page(Asid asid, VirtAddr address) {
  host::HartState& hart = host::here();
  hart.tlb.flush_page(asid, address);
  ++hart.page_flushes;
  if (auto& hook = host::Machine::current().on_flush_page; hook) hook(asid, address);
}

void flush_space(Asid asid) {
  host::HartState& hart = host::here();
  hart.tlb.flush_space(asid);
  ++hart.space_flushes;
  if (auto& hook = host::Machine::current().on_flush_space; hook) hook(asid);
}

void flush_all() {
  host::HartState& hart = host::here();
  hart.tlb.flush_everything();
  ++hart.space_flushes;
  ++hart.instruction_syncs;
}

void sync_instructions() { ++host::here().instruction_syncs; }
std::uint32_t asid_count() { return host::Machine::current().asids(); }

HartLocal& this_hart() {
  CHECK(host::current_hart != nullptr);
  return *host::current_hart;
}

bool interrupt_pending() {
  interleave();
  return host::Machine::current().pending(this_hart().id);
}

void wait_for_interrupt() {
  host::Machine& machine = host::Machine::current();
  while (!interrupt_pending()) {
    if (!machine.on_sleep) throw host::Asleep{};
    machine.on_sleep();
  }
}

bool send_software_interrupt(HartId hart) {
  if (hart.value >= host::Machine::kMostHarts) return false;
  interleave();
  host::Machine::current().raise_software(hart);
  return true;
}

bool take_software_interrupt() {
  interleave();
  return host::Machine::current().take_software(this_hart().id);
}

std::uint32_t device_sources() { return host::Machine::current().sources; }

void allow_device_interrupt(const HartLocal& hart, std::uint32_t source, bool allowed) {
  interleave();
  host::Machine::current().allow_device(hart.id, source, allowed);
}

bool device_interrupt_pending() {
  interleave();
  return host::Machine::current().device_pending(this_hart().id);
}

std::uint32_t claim_device_interrupt() {
  interleave();
  return host::Machine::current().claim_device(this_hart().id);
}

void complete_device_interrupt(const HartLocal& hart, std::uint32_t source) {
  interleave();
  host::Machine::current().complete_device(hart.id, source);
}

void interleave() {
  if (host::current_machine == nullptr) return;  // a test of a lock by itself
  if (auto& hook = host::current_machine->on_interleave; hook) hook(__builtin_return_address(0));
}

void relax() {
  if (host::current_machine == nullptr) return;
  if (auto& hook = host::current_machine->on_relax; hook) hook();
}

void early_write(char byte) { host::Machine::current().console += byte; }

void shut_down(bool failure) { throw host::ShutDown{failure}; }

}  // namespace tessera::arch
