// What the packer was told on its command line.
#ifndef BOOTIMAGE_PACK_OPTIONS_H_
#define BOOTIMAGE_PACK_OPTIONS_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "bootimage/pack/flatten.h"

namespace bootimage {

struct PackOptions {
  enum class Mode { kPack, kList, kVerify, kHelp };
  struct Image {
    std::string name;  // in the bundle; fit and unique
    std::string path;
  };

  Mode mode = Mode::kPack;
  std::string out;                               // kPack
  std::string init;                              // kPack
  std::uint64_t init_stack = kDefaultStackSize;  // kPack; whole pages, up to 1 MiB
  std::vector<Image> images;                     // kPack
  std::vector<Image> spares;                     // kPack; for names that no image has
  std::string names;                             // kPack; a file. "": all images, no spares
  std::string bundle;                            // kList, kVerify
};

// The name that file 0 has.
inline constexpr absl::string_view kFirstTaskName = "init";

absl::StatusOr<PackOptions> parse_pack_options(std::span<const std::string> arguments);
std::string pack_usage();

// The images of a bundle that holds what `names` lists, a line each, in that order: all of
// `images`, and spares.
absl::StatusOr<std::vector<PackOptions::Image>> images_named(const PackOptions& options,
                                                             absl::string_view names);

}  // namespace bootimage

#endif  // BOOTIMAGE_PACK_OPTIONS_H_
