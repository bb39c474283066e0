// A manifest that breaks a rule does not compile, and the error says which rule and which program.
#include <array>

#include "idl/manifest.h"

namespace tessera::manifest {
#ifndef NC_OFF
inline constexpr unsigned kPoolPages = 2;
#else
inline constexpr unsigned kPoolPages = 3;
#endif
inline constexpr std::array<Image, 2> kImages = {Image{.name = "console",
                                                       .identity = 0x10,
                                                       .qos = abi::QosClass::kNormal,
                                                       .quota_kib = 256,
                                                       .stack_kib = 16,
                                                       .slots = 64,
                                                       .pool_pages = 8,
                                                       .service = true,
                                                       .uses = {},
                                                       .grants = {}},
                                                 Image{.name = "greeter",
                                                       .identity = 0x11,
                                                       .qos = abi::QosClass::kNormal,
                                                       .quota_kib = 256,
                                                       .stack_kib = 16,
                                                       .slots = 64,
                                                       .pool_pages = kPoolPages,
                                                       .service = true,
                                                       .uses = {},
                                                       .grants = {}}};
inline constexpr Manifest kMine{.images = kImages, .base = {}};
}  // namespace tessera::manifest

#define MANIFEST_HEADER "idl/manifest.h"
#define MANIFEST_CONSTANT manifest::kMine
#include "servers/manifest/selected.h"
