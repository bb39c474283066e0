// What is asked of a manifest. kidl has checked it (`kidl explain KIDL0160` and those after it), so
// nobody checks it again.
#ifndef SERVERS_MANIFEST_CHECK_H_
#define SERVERS_MANIFEST_CHECK_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "idl/manifest.h"

namespace tessera::manifest {

inline constexpr std::string_view kConsole = "console";
inline constexpr std::string_view kTimed = "timed";
inline constexpr std::string_view kPolicyd = "policyd";

// Letters, digits, '-' and '_', 16 at most: kidl holds images to it, servers what callers name.
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

// The number that the kernel gave a task that a spawner made: the upper half of its identity tells
// tasks of one image from each other. 0: init started it.
constexpr std::uint64_t number_of(std::uint64_t identity) { return identity >> 32; }

constexpr bool uses(const Image& image, std::string_view name) {
  for (const std::string_view each : image.uses) {
    if (each == name) return true;
  }
  return false;
}

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

// Whether it has registers of a device to map.
constexpr bool has_window(const Image& image) {
  return is_granted(image, Grant::kUart) || is_granted(image, Grant::kWindow) ||
         image.device != DeviceKind::kNone;
}

constexpr bool is_restarted(const Image& image) { return image.restart != Restart::kNever; }

}  // namespace tessera::manifest

#endif  // SERVERS_MANIFEST_CHECK_H_
