// What must hold of an image of a manifest by itself.
#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gen/check_manifest.h"

namespace kidl::internal {
namespace {

constexpr std::uint64_t kKib = 1024;
constexpr std::uint64_t kMostIdentity = 0xffffffff;  // the upper half tells a spawned task
constexpr std::uint64_t kLeastPool = 3;              // a root table, and one of each level below it

// Letters, digits, '-' and '_'. Its length is its field's $max.
bool is_name(absl::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_';
  });
}

void check_name(const Manifest& manifest, const Image& image) {
  if (is_name(image.name)) return;
  manifest.report(
      Code::kImageName, image, ".name",
      image.name.empty()
          ? "an image has no name; call it as its program is called in the bundle"
          : absl::StrCat("an image is called '", image.name,
                         "'; a name has letters, digits, '-' and '_' alone, so rename it"));
}

void check_identity(const Manifest& manifest, const Image& image) {
  const std::uint64_t first = manifest.limits().identity;
  std::string what;
  if (image.identity == 0) {
    what = " has no identity";
  } else if (image.identity > kMostIdentity) {
    what = absl::StrFormat(" has the identity 0x%x, which is 2^32 or more", image.identity);
  } else if (image.identity == first) {
    what = absl::StrFormat(" has the identity 0x%x, which is init's", image.identity);
  }
  if (what.empty()) return;
  manifest.report(
      Code::kIdentity, image, ".identity",
      absl::StrCat("'", image.name, "'", what,
                   "; give it one below 2^32 that no other image has, and neither has init"));
}

// What is made of the quota before the task runs; its code and objects come on top.
std::uint64_t least_kib(const ManifestLimits& limits, const Image& image) {
  const std::uint64_t bytes = image.slots * limits.slot_size + image.pool_pages * limits.page_size;
  return image.stack_kib + (bytes + kKib - 1) / kKib;
}

bool is_page_multiple(const ManifestLimits& limits, std::uint64_t kib) {
  return kib != 0 && limits.page_size != 0 && kib * kKib % limits.page_size == 0;
}

void check_sizes(const Manifest& manifest, const Image& image) {
  const ManifestLimits& limits = manifest.limits();
  const auto report = [&](const std::string& part, const std::string& what) {
    manifest.report(Code::kImageSize, image, part, absl::StrCat("'", image.name, "' has ", what));
  };
  if (!is_page_multiple(limits, image.stack_kib)) {
    report(".stackKiB", absl::StrCat("a stack of ", image.stack_kib, " KiB; make it a multiple of ",
                                     limits.page_size / kKib, ", and not 0"));
  }
  if (image.slots <= limits.start_slots || image.slots > limits.slots) {
    report(".slots", absl::StrCat(image.slots, " slots; give it more than the ", limits.start_slots,
                                  " of its start, and at most ", limits.slots));
  }
  if (image.pool_pages < kLeastPool) {
    report(".poolPages", absl::StrCat(image.pool_pages, " pages for its page tables; give it ",
                                      kLeastPool, " or more"));
  }
}

void check_quota(const Manifest& manifest, const Image& image) {
  const ManifestLimits& limits = manifest.limits();
  const auto report = [&](const std::string& what) {
    manifest.report(
        Code::kQuota, image, ".quotaKiB",
        absl::StrCat("'", image.name, "' has a quota of ", image.quota_kib, " KiB", what));
  };
  if (!is_page_multiple(limits, image.quota_kib)) {
    report(absl::StrCat("; make it a multiple of ", limits.page_size / kKib, ", and not 0"));
  } else if (image.quota_kib > manifest.memory_kib()) {
    report(absl::StrCat(", and the machine has ", manifest.memory_kib(),
                        "; give it less, or set the manifest's memoryKiB to what it has"));
  } else if (image.quota_kib < least_kib(limits, image)) {
    report(absl::StrCat(", and its stack, slots and page tables take ", least_kib(limits, image),
                        "; give it more"));
  }
}

void check_image_devices(const Manifest& manifest, const Image& image) {
  if (!image.is_granted("uart") || (!image.is_granted("window") && !image.drives())) return;
  manifest.report(Code::kDevice, image, ".grants",
                  absl::StrCat("'", image.name,
                               "' has the UART and another device, and a task has a place for one; "
                               "take out uart, or the other"));
}

void check_grants(const Manifest& manifest, const Image& image) {
  for (std::size_t index = 0; index < image.grants.size(); ++index) {
    const auto here = image.grants.begin() + static_cast<std::ptrdiff_t>(index);
    if (std::find(image.grants.begin(), here, *here) == here) continue;
    manifest.report(
        Code::kImageTwice, image, element_of("grants", index),
        absl::StrCat("'", image.name, "' has the grant ", *here, " twice; take one out"));
  }
}

// A window is moved to its task, and gone with it.
void check_restart(const Manifest& manifest, const Image& image) {
  std::string what;
  if (image.is_restarted() && image.is_spawned()) {
    what =
        absl::StrCat("restart = ", image.restart, ", and init does not start it; take restart out");
  } else if (image.is_restarted() && image.restarts == 0) {
    what = absl::StrCat("restart = ", image.restart, " and no restarts; say how often, 1 to 255");
  } else if (!image.is_restarted() && image.restarts != 0) {
    what = absl::StrCat("restarts = ", image.restarts,
                        " and is never restarted; say restart = onFailure or always, or take "
                        "restarts out");
  } else if (image.is_restarted() && image.is_granted("window")) {
    what = absl::StrCat("restart = ", image.restart,
                        " and the grant window, which is gone with its first task; take one of "
                        "them out");
  }
  if (what.empty()) return;
  manifest.report(Code::kRestart, image, image.is_restarted() ? ".restart" : ".restarts",
                  absl::StrCat("'", image.name, "' has ", what));
}

// Who starts it gives it what its `uses` say, its memory, and nothing else.
void check_spawned(const Manifest& manifest, const Image& image) {
  if (!image.is_spawned()) return;
  const auto report = [&](const std::string& part, const std::string& what) {
    manifest.report(Code::kSpawned, image, part,
                    absl::StrCat("'", image.name, "' has start = spawned and ", what));
  };
  if (image.service) report(".service", "is a service; take service out, or let init start it");
  for (std::size_t index = 0; index < image.grants.size(); ++index) {
    if (image.grants[index] == "memory") continue;
    report(element_of("grants", index),
           absl::StrCat("the grant ", image.grants[index],
                        "; it can have memory alone, so take it out or let init start it"));
  }
  if (image.drives()) {
    report(".device", absl::StrCat("drives the device ", image.device,
                                   "; take device out, or let init start it"));
  }
  if (manifest.first_with("spawner") == nullptr) {
    report(".start", "no image has the grant spawner, so nobody can start it; add execd");
  }
}

// The bundle's Vmo, and an IdentityControl for each image that it starts.
void check_spawner(const Manifest& manifest, const Image& image) {
  if (!image.is_granted("spawner")) return;
  const std::uint64_t needed = manifest.limits().start_slots + 1 + manifest.spawned();
  if (!image.service) {
    manifest.report(Code::kSpawner, image, ".grants",
                    absl::StrCat("'", image.name,
                                 "' has the grant spawner and is no service, so nobody can ask it; "
                                 "say service = true"));
  }
  if (image.slots < needed) {
    manifest.report(
        Code::kSpawner, image, ".slots",
        absl::StrCat("'", image.name, "' has ", image.slots, " slots, and with ",
                     manifest.spawned(), " images to start it needs ", needed, "; give it more"));
  }
}

}  // namespace

void check_image(const Manifest& manifest, std::size_t index) {
  const Image& image = manifest.images()[index];
  check_name(manifest, image);
  check_identity(manifest, image);
  check_sizes(manifest, image);
  check_quota(manifest, image);
  check_image_devices(manifest, image);
  check_grants(manifest, image);
  check_restart(manifest, image);
  check_spawned(manifest, image);
  check_spawner(manifest, image);
}

}  // namespace kidl::internal
