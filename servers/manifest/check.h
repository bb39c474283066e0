// What must hold of a manifest before an image is built from it. Checked when init is compiled, so
// that init itself need not check it again.
#ifndef SERVERS_MANIFEST_CHECK_H_
#define SERVERS_MANIFEST_CHECK_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "idl/abi.h"
#include "idl/manifest.h"

namespace tessera::manifest {

// A bit each in one Notification for "ready", and one for "ended".
inline constexpr std::size_t kMaxImages = 32;
inline constexpr std::size_t kMaxUses = 8;
inline constexpr std::string_view kConsole = "console";
inline constexpr std::string_view kTimed = "timed";
inline constexpr std::string_view kPolicyd = "policyd";

enum class Defect : std::uint8_t {
  kNone,
  kTooManyImages,  // more than kMaxImages
  kBadName,        // empty, longer than 16, or with other characters than letters, digits, - and _
  kNameTwice,      // or the name of init
  kIdentityTwice,  // or 0, 2^32 or more, or that of init
  kBadQuota,       // 0, or not a multiple of a page
  kBadStack,       // the same
  kBadSlots,       // outside the limits, or none beyond the start slots
  kBadPool,        // fewer than 3 pages
  kTooManyUses,    // more than kMaxUses
  kUsesUnknown,    // no service of that name earlier in the list, or twice
  kTwoDevices,     // the grant uart and another device: both would stand in StartSlot.device
  kBadRestart,  // restart without restarts, or the other way round; of an image that execd starts;
                // or with a window, which is gone with the task
  kBadSpawned,  // start = spawned of a service, or with other grants than memory, or no room
  kSpawnsUnknown,    // no image of that name with start = spawned
  kBadSpawner,       // the grant spawner of no service, or without slots for it
  kFirstNotConsole,  // the first service prints for the others
};

constexpr bool is_page_multiple(std::uint32_t kib) { return kib != 0 && kib % 4 == 0; }

constexpr bool is_good_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

constexpr bool is_good_name(std::string_view name) {
  for (const char c : name) {
    if (!is_good_letter(c)) return false;
  }
  return !name.empty() && name.size() <= 16;
}

// The index of the image of that name; nothing when there is none.
constexpr std::optional<std::size_t> find(const Manifest& manifest, std::string_view name) {
  for (std::size_t i = 0; i < manifest.images.size(); ++i) {
    if (manifest.images[i].name == name) return i;
  }
  return std::nullopt;
}

// The index of the image that a task with that identity is of: the lower half tells it.
constexpr std::optional<std::size_t> image_of(const Manifest& manifest, std::uint64_t identity) {
  for (std::size_t i = 0; i < manifest.images.size(); ++i) {
    if (manifest.images[i].identity == (identity & UINT32_MAX)) return i;
  }
  return std::nullopt;
}

constexpr bool uses(const Image& image, std::string_view name) {
  for (const std::string_view each : image.uses) {
    if (each == name) return true;
  }
  return false;
}

constexpr Defect check_uses(const Manifest& manifest, std::size_t index) {
  const auto uses = manifest.images[index].uses;
  if (uses.size() > kMaxUses) return Defect::kTooManyUses;
  for (std::size_t i = 0; i < uses.size(); ++i) {
    const auto used = find(manifest, uses[i]);
    if (!used || *used >= index || !manifest.images[*used].service) return Defect::kUsesUnknown;
    for (std::size_t j = 0; j < i; ++j) {
      if (uses[i] == uses[j]) return Defect::kUsesUnknown;
    }
  }
  return Defect::kNone;
}

// Capabilities that whoever has it started may give an image with start = spawned.
inline constexpr std::size_t kGiven = 2;

// How many of the images that it uses stand from StartSlot.peer on.
constexpr std::size_t peers_of(const Image& image) {
  std::size_t count = 0;
  for (const std::string_view name : image.uses) count += name != kConsole && name != kTimed;
  return count;
}

constexpr std::size_t spawned_images(const Manifest& manifest) {
  std::size_t count = 0;
  for (const Image& image : manifest.images) count += image.start == Start::kSpawned;
  return count;
}

constexpr bool is_granted(const Image& image, Grant grant) {
  for (const Grant each : image.grants) {
    if (each == grant) return true;
  }
  return false;
}

constexpr bool is_restarted(const Image& image) { return image.restart != Restart::kNever; }

constexpr bool has_good_restart(const Image& image) {
  if (is_restarted(image) != (image.restarts != 0)) return false;
  return !is_restarted(image) ||
         (image.start == Start::kBoot && !is_granted(image, Grant::kWindow));
}

constexpr Defect check_spawned(const Image& image) {
  bool other_grants = false;
  for (const Grant each : image.grants) other_grants |= each != Grant::kMemory;
  const bool room = peers_of(image) + kGiven <= kMaxUses;
  return image.service || other_grants || !room ? Defect::kBadSpawned : Defect::kNone;
}

constexpr Defect check_spawns(const Manifest& manifest, const Image& image) {
  for (const std::string_view name : image.spawns) {
    const auto index = find(manifest, name);
    if (!index || manifest.images[*index].start != Start::kSpawned) return Defect::kSpawnsUnknown;
  }
  // The bundle's Vmo, and an IdentityControl each.
  const std::size_t needed = abi::kStartSlots + 1 + spawned_images(manifest);
  const bool bad = is_granted(image, Grant::kSpawner) && (!image.service || image.slots < needed);
  return bad ? Defect::kBadSpawner : Defect::kNone;
}

constexpr Defect check_image(const Manifest& manifest, std::size_t index,
                             std::uint64_t init_identity) {
  const Image& image = manifest.images[index];
  if (!is_good_name(image.name)) return Defect::kBadName;
  if (image.name == "init") return Defect::kNameTwice;
  if (image.identity == 0 || image.identity > UINT32_MAX || image.identity == init_identity) {
    return Defect::kIdentityTwice;
  }
  for (std::size_t i = 0; i < index; ++i) {
    if (manifest.images[i].name == image.name) return Defect::kNameTwice;
    if (manifest.images[i].identity == image.identity) return Defect::kIdentityTwice;
  }
  if (!is_page_multiple(image.quota_kib)) return Defect::kBadQuota;
  if (!is_page_multiple(image.stack_kib)) return Defect::kBadStack;
  if (image.slots <= abi::kStartSlots || image.slots > abi::kCnodeSlotsMax) {
    return Defect::kBadSlots;
  }
  if (image.pool_pages < 3) return Defect::kBadPool;
  const bool drives = is_granted(image, Grant::kWindow) || image.device != DeviceKind::kNone;
  if (is_granted(image, Grant::kUart) && drives) {
    return Defect::kTwoDevices;
  }
  if (!has_good_restart(image)) return Defect::kBadRestart;
  if (image.start == Start::kSpawned) {
    if (const Defect spawned = check_spawned(image); spawned != Defect::kNone) return spawned;
  }
  if (const Defect spawns = check_spawns(manifest, image); spawns != Defect::kNone) return spawns;
  return check_uses(manifest, index);
}

constexpr Defect check(const Manifest& manifest, std::uint64_t init_identity) {
  if (manifest.images.size() > kMaxImages) return Defect::kTooManyImages;
  for (std::size_t i = 0; i < manifest.images.size(); ++i) {
    const Defect defect = check_image(manifest, i, init_identity);
    if (defect != Defect::kNone) return defect;
  }
  const bool console_first =
      !manifest.images.empty() && manifest.images[0].name == kConsole && manifest.images[0].service;
  return console_first ? Defect::kNone : Defect::kFirstNotConsole;
}

}  // namespace tessera::manifest

#endif  // SERVERS_MANIFEST_CHECK_H_
