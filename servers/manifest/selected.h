// The manifest of the image that a program is built for: the one place where init and console learn
// which. servers.bzl sets the two macros; without them it is the stock manifest.
#ifndef SERVERS_MANIFEST_SELECTED_H_
#define SERVERS_MANIFEST_SELECTED_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "bootimage/manifest.h"
#include "servers/manifest/check.h"

#ifdef MANIFEST_HEADER
#include MANIFEST_HEADER
#else
#define MANIFEST_CONSTANT manifest::kStock
#endif

namespace tessera::manifest {

namespace internal {
inline constexpr std::size_t kOfBase = MANIFEST_CONSTANT.base.size();
inline constexpr auto kSelectedImages = [] {
  std::array<Image, kOfBase + MANIFEST_CONSTANT.images.size()> all{};
  std::ranges::copy(MANIFEST_CONSTANT.base, all.begin());
  std::ranges::copy(MANIFEST_CONSTANT.images, all.begin() + kOfBase);
  return all;
}();
}  // namespace internal

// Those of the base, and its own.
inline constexpr Manifest kSelected{.images = internal::kSelectedImages, .base = {}};
inline constexpr std::string_view kInitName = "init";

}  // namespace tessera::manifest

#endif  // SERVERS_MANIFEST_SELECTED_H_
