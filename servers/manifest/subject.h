// Who of the manifest a task is, by its kernel-held identity, and whether it may act for others.
#ifndef SERVERS_MANIFEST_SUBJECT_H_
#define SERVERS_MANIFEST_SUBJECT_H_

#include <algorithm>
#include <cstdint>

#include "idl/manifest.h"
#include "servers/manifest/check.h"

namespace tessera::manifest {

// The lower half of an identity is its image's; the upper half tells tasks of one image from each
// other. Null: of no image.
constexpr const Image* subject_image(const Manifest& manifest, std::uint64_t identity) {
  const auto found = std::ranges::find(manifest.images, identity & 0xffff'ffff, &Image::identity);
  return found == manifest.images.end() ? nullptr : &*found;
}

// Whether a task may speak for all others: who starts and reaps them. `init`: the identity of the
// first task, which is no image of the manifest.
constexpr bool speaks_for_others(const Manifest& manifest, std::uint64_t init,
                                 std::uint64_t identity) {
  if (identity == init) return true;
  const Image* image = subject_image(manifest, identity);
  return image != nullptr && is_granted(*image, Grant::kSpeaksFor);
}

}  // namespace tessera::manifest

#endif  // SERVERS_MANIFEST_SUBJECT_H_
