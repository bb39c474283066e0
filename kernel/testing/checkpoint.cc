#include "kernel/testing/checkpoint.h"

#include <algorithm>
#include <cstring>

#include "kernel/object/state.h"

namespace tessera::testing {
namespace {

constexpr std::size_t kPage = 4096;
constexpr std::byte kNeverWritten{0xa5};  // arch::host::Machine fills its RAM so

bool is_unwritten(std::span<const std::byte> page) {
  return std::ranges::all_of(page, [](std::byte b) { return b == kNeverWritten; });
}

template <class T>
std::span<std::byte> bytes_of(T& object) {
  return std::as_writable_bytes(std::span(&object, 1));
}

std::span<std::byte> ram_of(World& world) {
  return {world.machine.ram_bytes(), world.machine.ram().size};
}

}  // namespace

bool Dead::has(const std::byte* at) const {
  return std::ranges::any_of(
      places_, [at](auto place) { return at >= place.data() && at < place.data() + place.size(); });
}

Checkpoint::Checkpoint(World& world) : world_(&world) {
  places_.push_back(bytes_of(tessera::state));
  places_.push_back(bytes_of(capability_count));
  for (std::span<std::byte> ram = ram_of(world); !ram.empty(); ram = ram.subspan(kPage)) {
    if (!is_unwritten(ram.first(kPage))) places_.push_back(ram.first(kPage));
  }
  std::size_t size = 0;
  for (const auto place : places_) size += place.size();
  bytes_.resize(size);
  save();
}

Checkpoint::MachineWords Checkpoint::machine() const {
  MachineWords result;
  for (std::uint32_t i = 0; i < kHarts; ++i) {
    const arch::host::HartState& hart = world_->machine.hart({i});
    const bool software = world_->machine.take_software({i});
    if (software) world_->machine.raise_software({i});
    result[i] = {hart.timer.value,   hart.root.value,        hart.asid.value, hart.page_flushes,
                 hart.space_flushes, hart.instruction_syncs, software};
  }
  return result;
}

void Checkpoint::save() {
  std::byte* to = bytes_.data();
  for (const auto place : places_) {
    std::memcpy(to, place.data(), place.size());
    to += place.size();
  }
  machine_ = machine();
}

void Checkpoint::restore() const {
  const std::byte* from = bytes_.data();
  for (const auto place : places_) {
    std::memcpy(place.data(), from, place.size());
    from += place.size();
  }
  for (std::uint32_t i = 0; i < kHarts; ++i) {
    arch::host::HartState& hart = world_->machine.hart({i});
    const auto& words = machine_[i];
    hart.timer = {words[kTimer]};
    hart.root = {words[kRoot]};
    hart.asid = {static_cast<std::uint16_t>(words[kAsid])};
    hart.page_flushes = words[kPageFlushes];
    hart.space_flushes = words[kSpaceFlushes];
    hart.instruction_syncs = words[kSyncs];
    static_cast<void>(world_->machine.take_software({i}));
    if (words[kSoftware] != 0) world_->machine.raise_software({i});
  }
}

std::optional<Checkpoint::Difference> Checkpoint::difference(const Dead& dead) const {
  const std::byte* was = bytes_.data();
  for (const auto place : places_) {
    const bool same = std::memcmp(was, place.data(), place.size()) == 0;
    for (std::size_t i = 0; !same && i < place.size(); ++i) {
      if (was[i] == place[i] || dead.has(&place[i])) continue;
      const std::size_t word = i / sizeof(std::uint64_t) * sizeof(std::uint64_t);
      Difference result{.at = &place[i], .was = 0, .is = 0};
      std::memcpy(&result.was, was + word, sizeof(result.was));
      std::memcpy(&result.is, &place[word], sizeof(result.is));
      return result;
    }
    was += place.size();
  }
  const MachineWords now = machine();
  for (std::uint32_t i = 0; i < kHarts; ++i) {
    const auto* timer = reinterpret_cast<const std::byte*>(&tessera::state.harts[i].programmed);
    for (std::size_t of = 0; of < now[i].size(); ++of) {
      if (machine_[i][of] == now[i][of] || (of == kTimer && dead.has(timer))) continue;
      return Difference{.at = nullptr, .was = machine_[i][of], .is = now[i][of]};
    }
  }
  return std::nullopt;
}

bool Checkpoint::rest_is_untouched() const {
  std::size_t next = 2;  // of the places, those in RAM are in order
  for (std::span<std::byte> ram = ram_of(*world_); !ram.empty(); ram = ram.subspan(kPage)) {
    if (next < places_.size() && places_[next].data() == ram.data()) {
      ++next;
    } else if (!is_unwritten(ram.first(kPage))) {
      return false;
    }
  }
  return true;
}

}  // namespace tessera::testing
