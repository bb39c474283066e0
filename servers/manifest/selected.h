// The manifest of the image that a program is built for: the one place where init and console learn
// which. servers.bzl sets the two macros; without them it is the stock manifest.
#ifndef SERVERS_MANIFEST_SELECTED_H_
#define SERVERS_MANIFEST_SELECTED_H_

#include <string_view>

#include "bootimage/manifest.h"
#include "servers/manifest/check.h"

#ifdef MANIFEST_HEADER
#include MANIFEST_HEADER
#else
#define MANIFEST_CONSTANT manifest::kStock
#endif

namespace tessera::manifest {

inline constexpr const Manifest& kSelected = MANIFEST_CONSTANT;
inline constexpr std::string_view kInitName = "init";

static_assert(check(kSelected, kInitIdentity) == Defect::kNone,
              "the manifest breaks the rule that is named in servers/manifest/check.h");

}  // namespace tessera::manifest

#endif  // SERVERS_MANIFEST_SELECTED_H_
