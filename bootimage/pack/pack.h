// The packer's three jobs, on bytes: files are main's business.
#ifndef BOOTIMAGE_PACK_PACK_H_
#define BOOTIMAGE_PACK_PACK_H_

#include <cstdint>
#include <span>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bootimage/bundle_format.h"
#include "bootimage/pack/bundle_writer.h"

namespace bootimage {

// An ELF image and where it came from, which is what errors are about.
struct InputImage {
  std::string name;
  std::string path;
  ByteVector bytes;
};

// Checks all images and lays them out; `init` becomes the flat first task. Errors read
// "<file>: <what is wrong>; <what to do>", as those of the other two do without the file.
absl::StatusOr<ByteVector> make_bundle(const InputImage& init, std::uint64_t init_stack,
                                       std::span<const InputImage> images);

// One line a file, and one for each segment of the first task.
absl::StatusOr<std::string> list_bundle(bundle::Bytes bytes);

// Everything that can be checked: structure, first task, CRC of each file, zeros between files.
absl::Status verify_bundle(bundle::Bytes bytes);

}  // namespace bootimage

#endif  // BOOTIMAGE_PACK_PACK_H_
