// Whether a task may act for others, by its kernel-held identity.
#ifndef SERVERS_MANIFEST_SUBJECT_H_
#define SERVERS_MANIFEST_SUBJECT_H_

#include <cstdint>

#include "idl/manifest.h"
#include "servers/manifest/check.h"

namespace tessera::manifest {

// Whether it may speak for all others: who starts and reaps them. `init`: the identity of the first
// task, which is no image of the manifest.
constexpr bool speaks_for_others(const Manifest& manifest, std::uint64_t init,
                                 std::uint64_t identity) {
  if (identity == init) return true;
  const auto image = image_of(manifest, identity);
  return image && is_granted(manifest.images[*image], Grant::kSpeaksFor);
}

}  // namespace tessera::manifest

#endif  // SERVERS_MANIFEST_SUBJECT_H_
