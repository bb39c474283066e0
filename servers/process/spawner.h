// What the manifest's grant `spawner` puts into the slots behind the start's.
#ifndef SERVERS_PROCESS_SPAWNER_H_
#define SERVERS_PROCESS_SPAWNER_H_

#include <cstddef>
#include <cstdint>

#include "idl/abi.h"
#include "servers/manifest/check.h"
#include "servers/runtime/ipc.h"

namespace tessera::process {

inline constexpr rt::Slot kBundle{abi::kStartSlots};  // its Vmo, to map and to read
// The IdentityControl for the n-th image with start = spawned.
constexpr rt::Slot identity_slot(std::size_t nth) {
  return {kBundle.index + 1 + static_cast<std::uint32_t>(nth)};
}
inline constexpr rt::Slot kSpawnerEnd = identity_slot(manifest::kMaxImages);

}  // namespace tessera::process

#endif  // SERVERS_PROCESS_SPAWNER_H_
