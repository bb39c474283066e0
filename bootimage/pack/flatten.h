// Turns init's ELF into the flat first task (bundle_format.h), which the kernel maps where it lies.
#ifndef BOOTIMAGE_PACK_FLATTEN_H_
#define BOOTIMAGE_PACK_FLATTEN_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "bootimage/pack/bundle_writer.h"
#include "bootimage/pack/elf.h"

namespace bootimage {

inline constexpr std::uint64_t kDefaultStackSize = std::uint64_t{64} * 1024;
// .bss becomes zeros in the bundle: this is where a mistake stops.
inline constexpr std::uint64_t kMaxFlatSize = std::uint64_t{64} * 1024 * 1024;

// `image` is what read_elf made of `file`. Segments are widened to whole pages, with zeros.
absl::StatusOr<ByteVector> flatten(bundle::Bytes file, const ElfImage& image,
                                   std::uint64_t stack_size);

}  // namespace bootimage

#endif  // BOOTIMAGE_PACK_FLATTEN_H_
