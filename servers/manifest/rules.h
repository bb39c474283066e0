// What the compiler says of a manifest that is wrong, when init is built for it: the program's name
// and the rule, in words.
#ifndef SERVERS_MANIFEST_RULES_H_
#define SERVERS_MANIFEST_RULES_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "servers/manifest/check.h"

namespace tessera::manifest {

// A name that stands in a template's arguments, and so in the compiler's error.
struct Program {
  // As much of it as there is room for: one that is too long is what is wrong.
  explicit constexpr Program(std::string_view text) {
    for (std::size_t i = 0; i < text.size() && i + 1 < sizeof(name); ++i) name[i] = text[i];
  }
  char name[25] = {};
};

// The image that is wrong: the first one. Empty when it is the whole list.
constexpr Program wrong_program(const Manifest& manifest, std::uint64_t init_identity) {
  const Defect defect = check(manifest, init_identity);
  for (std::size_t i = 0; i < manifest.images.size() && i < kMaxImages; ++i) {
    if (defect != Defect::kNone && check_image(manifest, i, init_identity) == defect) {
      return Program(manifest.images[i].name);
    }
  }
  return Program("");
}

// "static assertion failed due to requirement 'is_well<Program{"greeter"}, false>': poolPages ..."
template <Program program, bool holds>
inline constexpr bool is_well = holds;

static_assert(kMaxImages == 32 && kMaxUses == 8 && kMaxUses - kGiven == 6 &&
                  abi::kStartSlots == 40 && abi::kCnodeSlotsMax == 65536,
              "these numbers are in the texts below");

template <Program program, Defect defect>
struct Rules {
  static_assert(is_well < program, defect != Defect::kTooManyImages >,
                "at most 32 images, those of the base included");
  static_assert(is_well < program, defect != Defect::kBadName >,
                "a name is 1 to 16 letters, digits, '-' and '_'");
  static_assert(is_well < program, defect != Defect::kNameTwice >,
                "names are unique, and init is taken");
  static_assert(is_well < program, defect != Defect::kIdentityTwice >,
                "identities are unique, below 2^32, not 0, and not init's");
  static_assert(is_well < program, defect != Defect::kBadQuota >,
                "quotaKiB is a multiple of 4, and not 0");
  static_assert(is_well < program, defect != Defect::kBadStack >,
                "stackKiB is a multiple of 4, and not 0");
  static_assert(is_well < program, defect != Defect::kBadSlots >,
                "slots are more than the 40 of the start and at most 65536");
  static_assert(is_well < program, defect != Defect::kBadPool >, "poolPages are at least 3");
  static_assert(is_well < program, defect != Defect::kTooManyUses >, "uses are at most 8");
  static_assert(is_well < program, defect != Defect::kUsesUnknown >,
                "each of uses is a service that stands before it in the list, named once");
  static_assert(is_well < program, defect != Defect::kTwoDevices >,
                "one of uart, window and device: window and device go together, uart with neither");
  static_assert(is_well < program, defect != Defect::kBadRestart >,
                "restart goes with restarts, 1 to 255, for what init starts, and without a window");
  static_assert(is_well < program, defect != Defect::kBadSpawned >,
                "an image with start = spawned is no service, has no grant but memory, and uses at "
                "most 6 images beside console and timed");
  static_assert(is_well < program, defect != Defect::kSpawnsUnknown >,
                "each of spawns is an image with start = spawned");
  static_assert(is_well < program, defect != Defect::kBadSpawner >,
                "the grant spawner is for a service, with a slot for the bundle and one for each "
                "image with start = spawned");
  static_assert(is_well < program, defect != Defect::kFirstNotConsole >,
                "the first image is console, a service");
  static constexpr bool kKept = defect == Defect::kNone;
};

}  // namespace tessera::manifest

#endif  // SERVERS_MANIFEST_RULES_H_
